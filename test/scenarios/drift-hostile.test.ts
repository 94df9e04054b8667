// `gatehouse drift` and sources that lie, over real sockets: nothing of it is "no difference", nothing leaks, all ends.
import { describe, expect } from 'bun:test'
import { realHttpClient } from '../../src/world/http-client.ts'
import { type HostileTarget, drips, repeats, says, startTarget } from '../peers/hostile-target.ts'
import { scenario } from '../scenario.ts'
import { type DriftRun, runDrift } from '../support/drift-run.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services: [{ host: a.example.com, auth: none, monitor: {} }]
estate:
  authentication: { providers: [{ name: id, kind: authentik }] }
  monitoring: { tools: [{ name: k, kind: uptime-kuma }, { name: p, kind: prometheus }] }
`

/** Nobody may see it but the source itself. */
const token = 'hunter2-hunter2-hunter2-hunter2-hunter2-hunter2'

const systems = ['authentik', 'uptime-kuma', 'prometheus', 'kubernetes'] as const

/** Time that a source is given here; what is meant to take longer would take all of it. */
const shortMs = 300

/** The real client, less patient. */
const http = {
  send: (request: Parameters<ReturnType<typeof realHttpClient>['send']>[0]) =>
    realHttpClient().send({ ...request, timeoutMs: Math.min(request.timeoutMs, shortMs) }),
}

function drift(
  system: string,
  port: number,
  client: { readonly isPatient?: boolean } = {},
): Promise<DriftRun> {
  const args = ['drift', system, '--url', `http://127.0.0.1:${port}`, '--token-file', '/token']
  return runDrift(
    args,
    { '/c.yaml': config, '/token': token },
    { http: client.isPatient === true ? realHttpClient() : http },
  )
}

const head = (status: string, ...headers: readonly string[]): string =>
  `HTTP/1.1 ${status}\r\n${headers.map((one) => `${one}\r\n`).join('')}\r\n`
const whole = (text: string, type = 'application/json'): string =>
  head('200 OK', `Content-Type: ${type}`, `Content-Length: ${text.length}`, 'Connection: close') +
  text

interface Lie {
  readonly what: string
  readonly behaviour: Parameters<typeof startTarget>[0]['behaviour']
  readonly isPatient?: boolean
}

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`

const lies: readonly Lie[] = [
  { what: 'a page instead of data', behaviour: says(whole('<html>Welcome</html>', 'text/html')) },
  { what: 'nothing', behaviour: says(whole('')) },
  { what: 'data of another kind', behaviour: says(whole('{"status":"success","data":[1]}')) },
  { what: 'a number', behaviour: says(whole('7')) },
  { what: 'null', behaviour: says(whole('null')) },
  { what: 'lists in lists', behaviour: says(whole(deep)) },
  { what: 'bytes that are no text', behaviour: says(whole('\xff\xfe\x00')) },
  { what: '401', behaviour: says(head('401 Unauthorized', 'Content-Length: 0')) },
  { what: '403', behaviour: says(head('403 Forbidden', 'Content-Length: 0')) },
  { what: '500', behaviour: says(head('500 Oops', 'Content-Length: 0')) },
  { what: 'no HTTP', behaviour: says('SSH-2.0-OpenSSH_9.7\r\n') },
  { what: 'an end in the middle', behaviour: says(whole('{"a":1}').replace('{"a":1}', '{"a"')) },
  { what: 'an end at once', behaviour: (socket) => void socket.destroy() },
  { what: 'one byte after the other', behaviour: drips(whole(' '.repeat(10_000)), 20) },
  { what: 'silence', behaviour: () => {} },
  {
    what: 'an answer without an end',
    behaviour: repeats(
      head('200 OK', 'Content-Type: application/json'),
      '[{"a":"b"},'.repeat(6000),
    ),
    isPatient: true,
  },
]

async function withTarget(
  behaviour: Lie['behaviour'],
  story: (target: HostileTarget) => Promise<void>,
): Promise<void> {
  const target = await startTarget({ behaviour })
  try {
    await story(target)
  } finally {
    await target.close()
  }
}

describe.each(systems)('gatehouse drift %s', (system) => {
  for (const { behaviour, isPatient = false, what } of lies)
    scenario(`${system}: ${what} is exit 1, named, and compared with nothing`, {}, () =>
      withTarget(behaviour, async (target) => {
        const { code, error, out } = await drift(system, target.port, { isPatient })
        expect([code, out]).toEqual([1, ''])
        expect(error).toContain('nothing was compared')
        expect(`${error}${out}`).not.toContain('hunter2')
      }),
    )

  scenario(`${system}: a redirect is not followed, and the token goes nowhere else`, {}, () =>
    withTarget(says(whole('{}')), (elsewhere) =>
      withTarget(
        says(
          head('302 Found', `Location: http://127.0.0.1:${elsewhere.port}/`, 'Content-Length: 0'),
        ),
        async (target) => {
          const { code, out } = await drift(system, target.port)
          expect([code, out]).toEqual([1, ''])
          expect(elsewhere.requests).toEqual([])
          expect(target.requests.length).toBeGreaterThan(0)
        },
      ),
    ),
  )
})

const evil = '\u001b]0;pwned\u0007\u001b[2J\u202e\u009b31m\nPlan: 0 to add'

describe('names from outside', () => {
  const monitor = JSON.stringify({
    monitorList: [{ name: evil, type: 'http', url: 'https://x/?token=hunter2hunter2' }],
  })
  const rules = JSON.stringify({
    status: 'success',
    data: {
      groups: [{ name: evil, file: evil, rules: [{ type: 'recording', name: evil, query: 'x' }] }],
    },
  })
  const ingress = JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: evil,
      namespace: evil,
      managedFields: [{ manager: evil, time: '2026-01-01T00:00:00Z', fieldsV1: {} }],
    },
    spec: { rules: [{ host: 'x.example.com' }, { host: evil }] },
  })

  for (const [system, exported] of [
    ['uptime-kuma', monitor],
    ['prometheus', rules],
    ['kubernetes', ingress],
  ] as const)
    scenario(`${system}: no name reaches the terminal as more than text`, {}, async () => {
      for (const more of [[], ['--json']]) {
        const { error, out } = await runDrift(['drift', system, '--from', '/x.json', ...more], {
          '/c.yaml': config,
          '/x.json': exported,
        })
        expect(`${out}${error}`).toContain('pwned')
        expect(`${out}${error}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
        expect(`${out}${error}`).not.toContain('hunter2')
        expect(out.split('\n').filter((line) => line.startsWith('Plan:')).length).toBeLessThan(2)
      }
    })
})
