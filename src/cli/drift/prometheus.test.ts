// `gatehouse drift prometheus` from answers of its API: every difference, and every answer that is none.
import { describe, expect, test } from 'bun:test'
import { err, ok } from '../../std/result.ts'
import { toUtf8 } from '../../std/bytes.ts'
import { fakeWorld } from '../../world/fake-world.ts'
import { memoryFiles } from '../../world/files.ts'
import type { HttpClient, OutgoingRequest } from '../../world/http-client.ts'
import { runCli } from '../cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services: []
estate:
  monitoring:
    tools: [{ name: p, kind: prometheus, url: "http://prometheus:9090" }]
    ignore:
      - { object: 'prometheus_rule["gatehouse-*', attribute: '*', reason: Not what this test is about }
      - { object: 'prometheus_rule_group["node"]', attribute: '*', reason: The chart brings it along }
`

/** Rules of the house, as declared. */
const rules = `groups:
  - name: house
    labels: { team: home }
    rules:
      - { record: job:up:sum, expr: sum by (job) (up), labels: { tier: "1" } }
      - alert: Down
        expr: (up == 0)
        for: 90s
        labels: { severity: page, team: night }
        annotations: { summary: Away, url: "https://x/?key=hunter2hunter2" }
`

const recording = {
  ...{ type: 'recording', name: 'job:up:sum', query: 'sum by (job) (up)', health: 'ok' },
  labels: { tier: '1', team: 'home' },
}
const alerting = {
  ...{ type: 'alerting', name: 'Down', query: 'up == 0', duration: 90, keepFiringFor: 0 },
  ...{ labels: { severity: 'page', team: 'night' }, health: 'ok', state: 'inactive', alerts: [] },
  annotations: { summary: 'Away', url: 'https://x/?key=hunter2hunter2' },
}
const target = {
  ...{ scrapePool: 'gatehouse', scrapeUrl: 'http://gate:9300/metrics', health: 'up' },
  ...{ scrapeInterval: '30s', lastError: '', discoveredLabels: { __address__: 'gate:9300' } },
}
const group = (own: unknown, name: unknown = 'house', file = '/etc/rules.yaml'): object => ({
  ...{ name, file, interval: 60, rules: own },
})

interface Live {
  readonly groups?: unknown
  readonly activeTargets?: unknown
  readonly runtime?: object
}

async function drift(
  live: Live | ((request: OutgoingRequest) => string | null),
  ...more: readonly string[]
) {
  const asked: OutgoingRequest[] = []
  const answerTo = (request: OutgoingRequest): string | null => {
    if (typeof live === 'function') return live(request)
    const { activeTargets = [target], groups = [group([recording, alerting])], runtime = {} } = live
    const data = request.url.endsWith('/rules')
      ? { groups }
      : request.url.includes('/targets')
        ? { activeTargets, droppedTargets: [] }
        : { lastConfigTime: '2026-04-18T12:53:00Z', reloadConfigSuccess: true, ...runtime }
    return JSON.stringify({ status: 'success', data })
  }
  const http: HttpClient = {
    send: async (request) => {
      asked.push(request)
      const body = answerTo(request)
      return body === null
        ? err({ code: 'redirect', detail: 'Answered 302' })
        : ok({ status: 200, headers: new Headers(), body: toUtf8(body) })
    },
  }
  const args = ['drift', 'prometheus', '--config', '/c.yaml', '--rules', '/rules.yaml']
  const world = {
    ...fakeWorld({
      args: [...args, '--scrape', 'gate:9300', ...more],
      http,
      env: { PROMETHEUS_TOKEN: 'tok' },
    }),
    files: memoryFiles({ '/c.yaml': config, '/rules.yaml': rules }),
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors(), asked }
}

const other = (more: object): Live => ({ groups: [group([recording, { ...alerting, ...more }])] })

describe('gatehouse drift prometheus', () => {
  test('the same, printed as Prometheus prints it, is exit 0', async () => {
    const { asked, code, error, out } = await drift({})
    expect([code, error]).toEqual([0, ''])
    expect(asked.map(({ url }) => url.replace('http://prometheus:9090/api/v1/', ''))).toEqual([
      ...['rules', 'targets?state=active', 'status/runtimeinfo'],
    ])
    expect(asked.every(({ headers }) => headers?.['authorization'] === 'Bearer tok')).toBe(true)
    expect(out).toContain('Whether "honor_labels" is set is not shown')
    expect(out).not.toContain('hunter2')
  })

  test.each<[string, object, string]>([
    ['expression', { query: 'up == 1' }, '~ expr = "up == 1" -> "(up == 0)"'],
    ['time that it must hold', { duration: 60 }, '~ for = "1m" -> "1m30s"'],
    ['time that it stays', { keepFiringFor: 300 }, '~ keep_firing_for = "5m" -> "0s"'],
    [
      'label',
      { labels: { severity: 'mail', team: 'night' } },
      '~ labels.severity = "mail" -> "page"',
    ],
    ['further label', { labels: { ...alerting.labels, x: 'y' } }, '- labels.x = "y"'],
    ['missing label', { labels: { team: 'night' } }, '+ labels.severity = "page"'],
    [
      'annotation',
      { annotations: { ...alerting.annotations, summary: 'Gone' } },
      '~ annotations.summary = "Gone" -> "Away"',
    ],
    [
      'annotation with a secret',
      { annotations: { ...alerting.annotations, url: 'https://x/?key=hunter3hunter3' } },
      '~ annotations.url = "https://x/?key=secret:',
    ],
    ['expression that cannot be read', { query: 'up ==' }, '~ expr = "up ==" -> "(up == 0)"'],
  ])('another %s is exit 2, with where and when', async (_what, more, wanted) => {
    const { asked, code, out } = await drift(other(more))
    expect([code, asked.length]).toEqual([2, 6])
    expect(out).toContain(
      '  ~ prometheus_rule["house/Down"]\n      # in "/etc/rules.yaml", read 2026-04-18 12:53 UTC\n',
    )
    expect(out).toContain(wanted)
    expect(out).not.toContain('hunter')
  })

  test.each<[string, Live, string]>([
    ['a missing rule', { groups: [group([recording])] }, '  + prometheus_rule["house/Down"]'],
    ['a missing group', { groups: [] }, '  + prometheus_rule["house/job:up:sum"]'],
    [
      'a rule that nobody declared',
      { groups: [group([recording, alerting, { ...alerting, name: 'Mine' }])] },
      '  ? prometheus_rule["house/Mine"]',
    ],
    [
      'a rule that is there twice',
      { groups: [group([recording, alerting]), group([alerting], 'house', '/b')] },
      '  ? prometheus_rule["house/Down #2"]  # in "/b"',
    ],
    [
      'a group that nobody declared',
      { groups: [group([recording, alerting]), group([recording, alerting], 'mine')] },
      '  ? prometheus_rule_group["mine"]  # "2" rules; in "/etc/rules.yaml"',
    ],
    ['a missing target', { activeTargets: [] }, '  + prometheus_target["gatehouse/gate:9300"]'],
    [
      'another target',
      { activeTargets: [target, { ...target, discoveredLabels: { __address__: 'x:1' } }] },
      '  ? prometheus_target["gatehouse/x:1"]',
    ],
    [
      'another path',
      { activeTargets: [{ ...target, scrapeUrl: 'http://gate:9300/m' }] },
      '~ metrics_path = "/m" -> "/metrics"',
    ],
    [
      'another scheme',
      { activeTargets: [{ ...target, scrapeUrl: 'https://gate:9300/metrics' }] },
      '~ scheme = "https" -> "http"',
    ],
    [
      'another interval',
      { activeTargets: [{ ...target, scrapeInterval: '60s' }] },
      '~ scrape_interval = "1m" -> "30s"',
    ],
    [
      'a target that is down',
      { activeTargets: [{ ...target, health: 'down', lastError: 'no route' }] },
      'BROKEN targets-up: Cannot be scraped: "gatehouse/gate:9300": no route',
    ],
    [
      'a rule that fails',
      other({ health: 'err', lastError: 'many-to-many' }),
      'BROKEN rules-evaluate: Cannot be evaluated: "house/Down": many-to-many',
    ],
    [
      'a configuration that was refused',
      { runtime: { reloadConfigSuccess: false } },
      'BROKEN configuration-loaded: ',
    ],
  ])('%s is exit 2', async (_what, live, wanted) => {
    const { code, out } = await drift(live)
    expect(code).toBe(2)
    expect(out).toContain(wanted)
  })

  test('what a rule covers and targets of other jobs are counted', async () => {
    const { code, out } = await drift({
      groups: [group([recording, alerting]), group([recording], 'node')],
      activeTargets: [target, { ...target, scrapePool: 'node' }],
    })
    expect(code).toBe(0)
    expect(out).toContain('The chart brings it along (1: prometheus_rule_group["node"])')
    expect(out).toContain('1 × A target of another job')
  })

  test.each<[string, Live, string]>([
    [
      'a rule of no kind',
      other({ type: 'other' }),
      'rule "house/Down": Field "type" is neither "alerting" nor "recording"',
    ],
    [
      'a rule without an expression',
      other({ query: 7 }),
      'Field "query" is a number, wanted a text',
    ],
    [
      'labels that are no texts',
      other({ labels: { a: 1 } }),
      'Field "labels" is not a mapping of texts',
    ],
    ['a rule without a name', other({ name: '' }), 'Field "name" is empty'],
    [
      'a rule that is none',
      { groups: [group([recording, 7])] },
      'rule number 2 of "house": It is no object',
    ],
    [
      'a group without rules',
      { groups: [group(null)] },
      'group number 1: It has no name or no rules',
    ],
    [
      'a group without a name',
      { groups: [group([], 7)] },
      'group number 1: It has no name or no rules',
    ],
    ['a target that is none', { activeTargets: [null] }, 'target number 1: It is no object'],
    [
      'a target without an address',
      { activeTargets: [{ ...target, scrapeUrl: '::' }] },
      'Field "scrapeUrl" is no address',
    ],
  ])('%s counts as not read, and nothing is missing', async (_what, live, wanted) => {
    const { code, out } = await drift(live)
    expect(code).toBe(1)
    expect(out).toContain(wanted)
    expect(out).toContain('Plan: 0 to add')
  })

  test.each<[string, string | null, string]>([
    ['a page', '<html>', 'Its answer is no JSON, it begins with "<html>"'],
    [
      'an answer of something else',
      '{"groups": []}',
      'The answer is none of the API of Prometheus',
    ],
    ['an error', '{"status":"error","error":"busy"}', 'The answer is none of the API'],
    ['no list', '{"status":"success","data":{"groups":7}}', 'has no list of groups'],
    ['a redirect', null, 'It redirected to another address, which is not followed'],
  ])('%s is exit 1', async (_what, answer, wanted) => {
    const { asked, code, error, out } = await drift(() => answer)
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(
      'Cannot read Prometheus at "http://prometheus:9090": nothing was compared',
    )
    expect(error).toContain(wanted)
    expect(asked.length).toBeLessThanOrEqual(3)
  })
})

test('a program that lacks the state of the configuration is compared, and that is said', async () => {
  const { code, out } = await drift(({ url }) =>
    url.endsWith('/rules')
      ? JSON.stringify({ status: 'success', data: { groups: [group([recording, alerting])] } })
      : url.includes('/targets')
        ? JSON.stringify({ status: 'success', data: { activeTargets: [target] } })
        : '404 page not found',
  )
  expect(code).toBe(0)
  expect(out).toContain('Whether it runs with the configuration that it has is not told')
})

describe('gatehouse drift prometheus --from', () => {
  async function fromFiles(files: Readonly<Record<string, string>>, more: readonly string[] = []) {
    const paths = Object.keys(files).filter((path) => path.endsWith('.json'))
    const args = ['drift', 'prometheus', '--config', '/c.yaml', '--rules', '/rules.yaml']
    const world = {
      ...fakeWorld({ args: [...args, '--scrape', 'gate:9300', ...more, '--from', ...paths] }),
      files: memoryFiles({ '/c.yaml': config, '/rules.yaml': rules, ...files }),
    }
    const code = await runCli(world)
    return { code, out: world.output(), error: world.errors() }
  }
  const answer = (data: object): string => JSON.stringify({ status: 'success', data })
  const ruleFile = answer({ groups: [group([recording, alerting])] })

  test('kept answers are compared, and what none of them holds is said', async () => {
    const all = await fromFiles({
      '/r.json': ruleFile,
      '/t.json': answer({ activeTargets: [target] }),
      '/i.json': answer({ reloadConfigSuccess: true }),
    })
    expect([all.code, all.error]).toEqual([0, ''])
    expect(all.out).not.toContain('The files hold no targets')
    const only = await fromFiles({ '/r.json': ruleFile })
    expect(only.code).toBe(0)
    expect(only.out).toContain('The files hold no targets')
    expect(only.out).not.toContain('configuration-loaded')
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'no rules',
      { '/t.json': answer({ activeTargets: [] }) },
      'Missing the answer of "/api/v1/rules"',
    ],
    [
      'something else',
      { '/r.json': ruleFile, '/x.json': '{}' },
      'Cannot read "/x.json": It is no answer',
    ],
    ['no JSON', { '/r.json': '<html>' }, 'Cannot read "/r.json": It is no answer'],
    [
      'rules that are none',
      { '/r.json': ruleFile, '/rules.yaml': 'groups: 7' },
      'Cannot read "/rules.yaml": Found no list of groups',
    ],
    [
      'rules without an expression',
      { '/r.json': ruleFile, '/rules.yaml': 'groups: [{ name: a, rules: [{ alert: X }] }]' },
      'Found a rule without a name or expression in the group "a"',
    ],
    [
      'a duration that is none',
      {
        '/r.json': ruleFile,
        '/rules.yaml': 'groups: [{ name: a, rules: [{ alert: X, expr: up, for: soon }] }]',
      },
      'Found a duration that is none at "X"',
    ],
    [
      'rules that are no YAML',
      { '/r.json': ruleFile, '/rules.yaml': '{' },
      'Cannot read "/rules.yaml"',
    ],
  ])('%s is exit 1', async (_what, files, wanted) => {
    const { code, error, out } = await fromFiles(files)
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(wanted)
  })
})
