// `gatehouse drift kubernetes --from`: exported objects, and an API server that answers anything.
import { describe, expect, test } from 'bun:test'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { toUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeWorld } from '../../world/fake-world.ts'
import { memoryFiles } from '../../world/files.ts'
import type {
  HttpClient,
  HttpFailure,
  IncomingResponse,
  OutgoingRequest,
} from '../../world/http-client.ts'
import { runCli } from '../cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services_from: { kubernetes: { url: "https://10.0.0.2:6443", token_file: /token } }
services:
  - { host: grafana.example.com, groups: [staff], upstream: "http://grafana.monitoring:3000" }
  - { host: "*.tools.example.com", auth: none, upstream: "http://tools.tools:80" }
estate:
  authentication: { groups: [{ name: staff }] }
  tenancy:
    tiers: [{ name: 0-core, cpus: 2000, memory: 1GiB, default_memory: 128MiB }]
    namespaces: [{ name: monitoring, tier: 0-core }]
    ignore:
      - { object: 'kubernetes_ingress["legacy/*', attribute: '*', reason: They go away with the old proxy }
      - { object: 'kubernetes_stateful_set["gatehouse/gatehouse"]', attribute: spec.template.spec.containers.gatehouse.image, reason: Keel sets it }
`

interface Live {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string } & Record<
    string,
    unknown
  >
  readonly spec?: unknown
}

async function run(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  http?: HttpClient,
) {
  const world = {
    ...fakeWorld({
      args: [...args, '--config', '/c.yaml'],
      ...(http === undefined ? {} : { http }),
    }),
    files: memoryFiles({ '/c.yaml': config, '/token': 'tok\n', ...files }),
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

/** What `generate kubernetes` writes. */
async function generated(): Promise<readonly Live[]> {
  const { out } = await run(['generate', 'kubernetes'])
  return parseAllDocuments(out).flatMap((document) => document.toJS() ?? [])
}

/** Drift of an export in which `change` was done to every object. */
async function drift(
  change: (object: Live) => object | readonly object[],
  ...more: readonly string[]
) {
  const items = (await generated()).flatMap(change)
  const list = stringify(
    { apiVersion: 'v1', kind: 'List', items },
    { aliasDuplicateObjects: false },
  )
  return run(['drift', 'kubernetes', '--from', '/live.yaml', ...more], { '/live.yaml': list })
}

const only =
  (kind: string, more: (object: Live) => object | readonly object[]) =>
  (object: Live): object | readonly object[] =>
    object.kind === kind ? more(object) : object
const same = (object: Live): object => object

/** `text` with one text in it replaced, as an object again. */
const replaced =
  (from: string, to: string) =>
  (object: Live): object =>
    parse(JSON.stringify(object).replaceAll(from, to))

const ingress = (namespace: string, name: string, host: string): object => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace } },
  spec: {
    rules: [
      {
        host,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'x', port: { number: 1 } } },
            },
          ],
        },
      },
    ],
  },
})

describe('gatehouse drift kubernetes --from', () => {
  test('what was generated is no difference, and defaults of the cluster are none', async () => {
    const { code, error, out } = await drift((object) => ({
      ...object,
      metadata: { ...object.metadata, uid: 'u', resourceVersion: '7', creationTimestamp: 'x' },
      ...(object.spec === undefined
        ? {}
        : { spec: { ...Object(object.spec), revisionHistoryLimit: 10 } }),
      status: { replicas: 1 },
    }))
    expect([code, error]).toEqual([0, ''])
    expect(out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')
  })

  test.each<[string, (object: Live) => object | readonly object[], readonly string[]]>([
    [
      'another limit',
      only('StatefulSet', replaced('"256Mi"', '"1Gi"')),
      [
        '  ~ kubernetes_stateful_set["gatehouse/gatehouse"]',
        '~ spec.template.spec.containers.gatehouse.resources.limits.memory = "1Gi" -> "256Mi"',
      ],
    ],
    [
      'a container with a secret in an argument',
      only('StatefulSet', replaced('"serve"', '"serve","--api-key=hunter2hunter2"')),
      ['~ spec.template.spec.containers.gatehouse.args = ["serve","--api-key=secret:'],
    ],
    [
      'a policy that lets more in',
      only('NetworkPolicy', replaced('"ingress":[', '"ingress":[{},')),
      ['  ~ kubernetes_network_policy["gatehouse/gatehouse"]'],
    ],
    [
      'another quota',
      only('ResourceQuota', replaced('"2000m"', '"9"')),
      ['~ spec.hard.requests.cpu = "9" -> "2000m"'],
    ],
    [
      'another default limit',
      only('LimitRange', replaced('"128Mi"', '"64Mi"')),
      ['~ spec.limits.0.default.memory = "64Mi" -> "128Mi"'],
    ],
    [
      'another label',
      only('Namespace', replaced('"0-core"', '"4-aux"')),
      ['~ metadata.labels.gatehouse.dev/tier = "4-aux" -> "0-core"'],
    ],
    [
      'another address of the gate',
      only('Middleware', replaced('http://gatehouse.', 'http://elsewhere.')),
      ['~ spec.forwardAuth.address = "http://elsewhere.'],
    ],
    [
      'a gate that is not asked',
      only('Ingress', replaced('gatehouse-gatehouse@kubernetescrd', 'none@file')),
      ['BROKEN doors-guarded: The gate is not asked at "monitoring/grafana-example-com"'],
    ],
    [
      'another host',
      only('Ingress', replaced('grafana.example.com', 'x.example.com')),
      ['~ spec.rules.0.host = "x.example.com" -> "grafana.example.com"'],
    ],
    [
      'a missing service',
      only('Service', () => [ingressless]),
      ['  + kubernetes_service["gatehouse/gatehouse"]'],
    ],
  ])('%s is exit 2', async (_what, change, wanted) => {
    const { code, out } = await drift(change)
    expect(code).toBe(2)
    for (const text of wanted) expect(out).toContain(text)
    expect(out).not.toContain('hunter2')
    expect(out).toContain('No object has "managedFields"')
  })

  test('ingresses that nobody declared, with their hosts, and those that a rule covers', async () => {
    const { code, out } = await drift(
      only('Ingress', (object) => [
        object,
        ingress('tools', 'mine', 'mine.example.com'),
        ingress('tools', 'deep', 'a.tools.example.com'),
        ingress('legacy', 'old', 'old.example.com'),
      ]),
    )
    expect(code).toBe(2)
    expect(out).toContain(
      '? kubernetes_ingress["tools/mine"]  # opens "mine.example.com"; no service declares "mine.example.com"',
    )
    expect(out).toMatch(/\? kubernetes_ingress\["tools\/deep"\] {2}# opens "a.tools.example.com"\n/)
    expect(out).toContain('They go away with the old proxy')
  })

  test('namespaces of nobody, and leftovers of ours', async () => {
    const namespace = (name: string): object => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })
    const { code, out } = await drift(
      only('Namespace', (object) => [
        object,
        ...['kube-system', 'default', 'forgotten'].map(namespace),
        {
          ...{ apiVersion: 'v1', kind: 'ResourceQuota' },
          metadata: {
            name: 'tier-old',
            namespace: 'x',
            labels: { 'app.kubernetes.io/managed-by': 'gatehouse' },
          },
        },
        { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'other', namespace: 'x' } },
      ]),
    )
    expect(code).toBe(2)
    expect(out).toContain('? kubernetes_namespace["forgotten"]')
    expect(out).toContain('? kubernetes_resource_quota["x/tier-old"]')
    expect(out).not.toContain('x/other')
    expect(out).toContain('Kubernetes brings it along (1: kubernetes_namespace["kube-system"])')
  })

  test('a rule hides the image, and another image can be said', async () => {
    expect(
      (await drift(only('StatefulSet', replaced('"gatehouse:', '"registry/gatehouse:')))).code,
    ).toBe(0)
    const said = await drift(same, '--image', 'mine:1', '--json')
    expect([said.code, JSON.parse(said.out).counts.ignored]).toEqual([0, 1])
    const elsewhere = await drift(same, '--namespace', 'other')
    expect(elsewhere.out).toContain('+ kubernetes_stateful_set["other/gatehouse"]')
    expect(elsewhere.out).toContain('? kubernetes_stateful_set["gatehouse/gatehouse"]')
  })

  test('kinds that no file holds are not read, and not missing', async () => {
    const { code, out } = await drift(only('Middleware', () => []))
    expect(code).toBe(1)
    expect(out).toContain(
      'Middleware "gatehouse/gatehouse-auth": No file holds an object of "Middleware"',
    )
    expect(out).toContain('Plan: 0 to add')
  })

  test('documents that are no objects count as not read', async () => {
    const { code, out } = await drift(
      only('Service', (object) => [object, { a: 1 }, { kind: 'X', metadata: {} }]),
    )
    expect(code).toBe(1)
    expect(out).toContain('this is no object of Kubernetes')
  })

  test.each<[string, string, string]>([
    ['a page', '<html><body>', 'Found no object of Kubernetes'],
    ['no YAML', '{ a: [', 'as YAML'],
    ['nothing', '', 'It is empty, wanted an export'],
  ])('%s is exit 1', async (_what, text, wanted) => {
    const { code, error, out } = await run(['drift', 'kubernetes', '--from', '/x'], { '/x': text })
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(wanted)
  })
})

const ingressless = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'other', namespace: 'x' },
}

describe('gatehouse drift kubernetes over the API', () => {
  type Answer = (
    request: OutgoingRequest,
  ) => Result<Partial<IncomingResponse> & { text?: string }, HttpFailure>

  async function asked(answer: Answer, ...more: readonly string[]) {
    const requests: OutgoingRequest[] = []
    const http: HttpClient = {
      send: async (request) => {
        requests.push(request)
        const given = answer(request)
        if (!given.ok) return given
        const { status = 200, text = '' } = given.value
        return ok({ status, headers: new Headers(), body: toUtf8(text) })
      },
    }
    return { ...(await run(['drift', 'kubernetes', ...more], {}, http)), requests }
  }

  const list = (kind: string, items: readonly unknown[] = [], next?: string): { text: string } => ({
    text: JSON.stringify({
      kind: `${kind}List`,
      metadata: { resourceVersion: '1', continue: next },
      items,
    }),
  })
  const kindAt = ({ url }: OutgoingRequest, all: readonly Live[]): string => {
    const plural = new URL(url).pathname.split('/').at(-1) ?? ''
    const kinds = new Set([...all.map(({ kind }) => kind), 'HTTPRoute'])
    return (
      [...kinds].find((kind) =>
        [`${kind}s`, `${kind}es`, `${kind.slice(0, -1)}ies`]
          .map((one) => one.toLowerCase())
          .includes(plural),
      ) ?? plural
    )
  }

  test('lists each kind where its objects are, with the token', async () => {
    const all = await generated()
    const { code, requests } = await asked((request) => {
      const kind = kindAt(request, all)
      return ok(
        list(
          kind,
          all.filter((one) => one.kind === kind),
        ),
      )
    })
    expect(code).toBe(0)
    expect(requests.every(({ headers }) => headers?.['Authorization'] === 'Bearer tok')).toBe(true)
    const paths = requests.map(({ url }) => new URL(url).pathname)
    expect(paths).toContain('/apis/networking.k8s.io/v1/ingresses')
    expect(paths).toContain('/api/v1/namespaces/gatehouse/services')
    expect(paths).toContain('/api/v1/namespaces')
  })

  test('a kind that may not be read is named, and the others are compared', async () => {
    const all = await generated()
    const { code, out } = await asked((request) => {
      const kind = kindAt(request, all)
      if (kind === 'HTTPRoute') return ok({ status: 403 })
      if (kind === 'Ingress') return ok({ status: 404 })
      return ok(
        list(
          kind,
          all.filter((one) => one.kind === kind),
        ),
      )
    })
    expect(code).toBe(1)
    expect(out).toContain('Every HTTPRoute: Cannot read "httproutes": denied: Answered "403"')
    expect(out).toContain('The API server does not serve "Ingress" of "networking.k8s.io/v1"')
    expect(out).toContain('Plan: 0 to add')
  })

  test('a custom kind of which nothing is declared may be missing', async () => {
    const all = await generated()
    const { code, out } = await asked((request) => {
      const kind = kindAt(request, all)
      return ok(
        kind === 'HTTPRoute'
          ? { status: 404 }
          : list(
              kind,
              all.filter((one) => one.kind === kind),
            ),
      )
    })
    expect(code).toBe(0)
    expect(out).toContain('1 × The API server does not serve "HTTPRoute"')
  })

  test.each<[string, Answer, string]>([
    ['a page', () => ok({ text: '<html>' }), 'malformed: The answer is no "NamespaceList"'],
    ['another list', () => ok(list('Pod')), 'malformed: The answer is no "NamespaceList"'],
    ['a refusal', () => ok({ status: 401 }), 'denied: Answered "401"'],
    ['a fault', () => ok({ status: 500 }), 'unreachable: Answered "500"'],
    [
      'a redirect',
      () => err({ code: 'redirect', detail: 'Answered 302' }),
      'unreachable: redirect: Answered 302',
    ],
    [
      '100 MB',
      () => err({ code: 'too-large', detail: 'More than 1 bytes' }),
      'unreachable: too-large',
    ],
    [
      'silence',
      () => err({ code: 'timeout', detail: 'No answer' }),
      'unreachable: timeout: No answer',
    ],
    [
      'items that are none',
      () => ok({ text: '{"kind":"NamespaceList","metadata":{"resourceVersion":"1"},"items":7}' }),
      'Its items are no list',
    ],
    [
      'a list without an end',
      () => ok(list('PriorityClass', [], 'more')),
      'malformed: The list goes on without objects',
    ],
  ])('%s is exit 1', async (_what, answer, wanted) => {
    const { code, error, out } = await asked(answer)
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(wanted)
    expect(error).toContain('nothing was compared')
  })

  test('who is not known is told so once, and asks no more', async () => {
    const { error, requests } = await asked(() => ok({ status: 401 }))
    expect([requests.length, error.trim().split('\n').length]).toEqual([1, 2])
    const all = await asked(() => ok({ status: 403 }))
    expect(all.requests.length).toBe(14)
    expect(all.error).toContain('Cannot read "httproutes": denied: Answered "403"')
  })

  test.each<[readonly string[], string]>([
    [['--url', 'kubernetes'], 'Found the address "kubernetes", wanted one such as'],
    [['--url', 'https://x', '--token-file', '/nowhere'], 'Cannot read the token "/nowhere"'],
    [['--url', 'https://x', '--ca-file', '/nowhere'], 'Cannot read the certificates "/nowhere"'],
  ])('%j is exit 1', async (args, wanted) => {
    const { code, error } = await asked(() => ok(list('Pod')), ...args)
    expect([code, error]).toEqual([1, expect.stringContaining(wanted)])
  })

  test('the token of one server is not sent to another', async () => {
    const { requests } = await asked(() => ok({ status: 401 }), '--url', 'https://elsewhere:6443')
    expect(requests.every(({ headers }) => headers?.['Authorization'] === undefined)).toBe(true)
  })
})
