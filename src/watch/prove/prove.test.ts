// The alerts of the study, told anew: what is dead or blind is found with the reason, and nothing else is.
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../../std/assert.ts'
import { memoryFiles } from '../../world/files.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { Judgement } from './judge.ts'
import type { Labels } from './labels.ts'
import { proveAlerts } from './prove.ts'
import { readScrapeJobs } from './scrape-file.ts'
import { exportersOf, fakePrometheus, scraped } from './testing.ts'

const golden = (name: string): string => readFileSync(join(import.meta.dir, 'golden', name), 'utf8')
const rulesText = golden('rules.yaml')
const scrapeText = golden('scrape.yaml')

function seriesThere(): readonly Labels[] {
  const jobs = readScrapeJobs('scrape.yaml', scrapeText)
  return scraped(exportersOf(golden('exporters.txt')), must(jobs.ok ? jobs.value : null, 'jobs'))
}

interface Over {
  readonly rules?: string
  readonly scrape?: string | null
  readonly http?: HttpClient | null
}

async function proven(over: Over = {}): Promise<readonly Judgement[]> {
  const { rules = rulesText, scrape = scrapeText, http = fakePrometheus(seriesThere()) } = over
  const result = await proveAlerts(
    {
      files: memoryFiles({ 'rules.yaml': rules, 'scrape.yaml': scrape ?? '' }),
      http: http ?? fakePrometheus([]),
    },
    {
      ruleFiles: ['rules.yaml'],
      scrapeFiles: scrape === null ? [] : ['scrape.yaml'],
      prometheus: http === null ? null : { url: 'http://prometheus.test', token: null },
      since: 1000,
    },
  )
  return must(result.ok ? result.value : null, result.ok ? '' : result.error.join('; '))
}

/** `status reason` by name of the rule. */
function said(judgements: readonly Judgement[]): Record<string, string> {
  return Object.fromEntries(
    judgements.map(({ rule, status, reasons }) => [rule.name, `${status}: ${reasons.join(' / ')}`]),
  )
}

const deadOrBlind = {
  AuthentikOutpostDevShmFull: 'dead: Job "kubernetes-nodes-cadvisor" drops it (scrape.yaml:10)',
  AuthentikOutpostForwardAuth400Spike:
    /^blind: No series of "traefik_service_requests_total" has code="400" where service=~"\.\*authentik-outpost\.\*"; there it is "200", "302"; .*answered by the middleware/,
  'outpost:shm_used:ratio': 'dead: Job "kubernetes-nodes-cadvisor" drops it (scrape.yaml:10)',
  OutpostSharedMemory:
    /^dead: "outpost:shm_used:ratio" is recorded at rules.yaml:\d+: Job "kubernetes-nodes-cadvisor" drops it/,
  KubeletPLEGUnhealthy:
    'dead: Job "kubernetes-nodes" keeps a list of names without it (scrape.yaml:23)',
  KubeletRuntimeOperationsLatency:
    'dead: Job "kubernetes-nodes" keeps a list of names without it (scrape.yaml:23)',
  NFSCSINodeDown:
    'dead: Job "kubernetes-service-endpoints" keeps a list of names without it (scrape.yaml:31)',
  NodeFilesystemFull:
    'blind: fstype!~"tmpfs|fuse.*" leaves out memory file systems such as /dev/shm (1 of them now), and no other alert sees them',
  ExternalAccessDivergence: 'dead: There is no series "external_internal_divergence_count"',
  MonitorsDown:
    'dead: There is no series "uptime_kuma_monitor_status"; it is called "monitor_status"',
  JobFailed:
    'blind: It holds for at most 1h after "kube_job_status_start_time" was set, and must hold for 2h',
  HighPowerUsage: 'blind: No series of "house_power" has the label "unit"',
  PoisonFountainDown:
    'blind: No series of "kube_deployment_status_replicas_available" has deployment="poison-fountain"; there it is "authentik-server", "fountain"',
} as const

describe('with files and a live Prometheus', () => {
  test('what is dead or blind is named with its reason', async () => {
    const found = said(await proven())
    for (const [name, wanted] of Object.entries(deadOrBlind)) {
      const text = `${name} ${found[name] ?? 'is missing'}`
      if (typeof wanted === 'string') expect(text).toBe(`${name} ${wanted}`)
      else expect(found[name]).toMatch(wanted)
    }
  })

  test('everything else is alive, and what has only never been counted is unproven', async () => {
    const others = (await proven()).filter(({ rule }) => !(rule.name in deadOrBlind))
    expect(others.filter(({ status }) => status !== 'alive').map(({ rule }) => rule.name)).toEqual([
      'TeapotsSeen',
    ])
    expect(said(others)['TeapotsSeen']).toBe(
      'unproven: No series of "traefik_router_requests_total" has code="418"; there it is "200", "400", "502", which may only not have happened yet',
    )
    expect(others.length).toBe(15)
  })

  test('each metric is asked for once, and each selector that is open once more', async () => {
    const http = fakePrometheus(seriesThere())
    await proven({ http })
    expect(new Set(http.asked).size).toBe(http.asked.length)
    expect(http.asked.length).toBeLessThan(50)
  })
})

describe('with files alone', () => {
  test('the same is dead, but nothing is alive that only files speak of', async () => {
    const found = said(await proven({ http: null }))
    for (const name of [
      'AuthentikOutpostDevShmFull',
      'OutpostSharedMemory',
      'KubeletPLEGUnhealthy',
      'KubeletRuntimeOperationsLatency',
      'NFSCSINodeDown',
    ])
      expect(`${name} ${found[name]}`).toStartWith(`${name} dead: `)
    for (const name of ['AuthentikOutpostForwardAuth400Spike', 'NodeFilesystemFull', 'JobFailed'])
      expect(`${name} ${found[name]}`).toStartWith(`${name} blind: `)
    for (const name of ['AuthentikOutpostMemoryHigh', 'PVFillingUp', 'TraefikRouterCountSkew'])
      expect(`${name} ${found[name]}`).toStartWith(`${name} unproven: `)
    expect(Object.values(found).filter((text) => text.startsWith('alive'))).toEqual([
      'alive: It fires when "drift_detection_last_run_timestamp" is not there',
    ])
  })
})

describe('with a live Prometheus alone', () => {
  test('the same rules are dead, without the line that is to blame', async () => {
    const found = said(await proven({ scrape: null }))
    expect(found['AuthentikOutpostDevShmFull']).toBe(
      'dead: There is no series "container_fs_usage_bytes" / There is no series "container_fs_limit_bytes"',
    )
    expect(found['PVFillingUp']).toStartWith('alive')
  })
})

const one = (expr: string, more = ''): string =>
  `groups:\n  - name: a\n    rules:\n      - alert: One\n        expr: ${JSON.stringify(expr)}\n${more}`

async function judged(expr: string, series: readonly Labels[]): Promise<string> {
  const found = said(await proven({ rules: one(expr), scrape: null, http: fakePrometheus(series) }))
  return found['One'] ?? 'is missing'
}

describe('one expression at a time', () => {
  const there = [
    { __name__: 'a', x: '1' },
    { __name__: 'b', x: '2' },
    { __name__: 'gatehouse_build_info', version: '1' },
  ]
  const cases: readonly (readonly [string, string])[] = [
    ['a or gone', 'alive'],
    ['gone or a', 'alive'],
    ['a and gone', 'dead'],
    ['a unless gone', 'alive'],
    ['gone unless a', 'dead'],
    ['absent(gone)', 'alive'],
    ['absent(a) and b', 'alive'],
    ['absent(a) and gone', 'dead'],
    ['a{x="2"}', 'blind'],
    ['a{x!="1"}', 'blind'],
    ['a{x=~"1|2"}', 'alive'],
    ['a{x=~"1|2", y=""}', 'alive'],
    ['a{y="1"}', 'blind'],
    ['a{x="2"} or b{x="2"}', 'alive'],
    ['{__name__=~"a|z"}', 'alive'],
    ['{__name__=~"y|z"}', 'dead'],
    ['a{x=~"("}', 'dead'],
    ['vector(1)', 'alive'],
    ['sum(', 'unproven'],
    // Declared by a gate that runs, though nothing has been counted yet.
    ['rate(gatehouse_decisions_total{decision="unavailable"}[5m]) > 0', 'alive'],
    ['rate(gatehouse_decisions_total{decision="perhaps"}[5m]) > 0', 'dead'],
    ['rate(gatehouse_decisions_total{decision=~"un.*"}[5m]) > 0', 'alive'],
    ['rate(gatehouse_decisions_total{decision=~"x.*"}[5m]) > 0', 'dead'],
    ['gatehouse_session_store_up == 0', 'unproven'],
    ['gatehouse_watch_blind == 1', 'dead'],
  ]
  for (const [expr, status] of cases)
    test(`${expr} is ${status}`, async () => {
      expect(await judged(expr, there)).toStartWith(`${status}: `)
    })

  test('a rule that has to hold longer than what is renewed is unproven, not blind', async () => {
    const rules = one('time() - a < 600', '        for: 15m\n')
    const found = said(await proven({ rules, scrape: null, http: fakePrometheus(there) }))
    expect(found['One']).toBe(
      'unproven: It holds for at most 10m after "a" was set, and must hold for 15m: only where it is set again meanwhile',
    )
  })

  test('rules that record one another are dead, and end', async () => {
    const rules = `groups:
  - name: a
    rules:
      - { record: "r:one", expr: "r:two" }
      - { record: "r:two", expr: "r:one" }
      - { alert: One, expr: "r:one > 0" }
`
    const found = said(await proven({ rules, scrape: null, http: fakePrometheus(there) }))
    expect(found['One']).toStartWith('dead: ')
    expect(found['r:two']).toStartWith('dead: ')
  })

  test('a chain of recording rules without end is left open', async () => {
    const chain = Array.from(
      { length: 300 },
      (_, i) => `      - { record: "r:${i}", expr: "r:${i + 1}" }`,
    )
    const rules = `groups:\n  - name: a\n    rules:\n${chain.join('\n')}\n      - { record: "r:300", expr: a }\n`
    const judgements = await proven({ rules, scrape: null, http: fakePrometheus(there) })
    const found = said(judgements)
    expect(found['r:0']).toStartWith('unproven: ')
    expect(found['r:299']).toStartWith('alive: ')
  })

  test('a file system rule beside one that sees shared memory is not blind', async () => {
    const series = [
      { __name__: 'node_filesystem_avail_bytes', fstype: 'ext4', device: 'sda' },
      { __name__: 'node_filesystem_avail_bytes', fstype: 'tmpfs', device: 'shm' },
    ]
    const disks = 'node_filesystem_avail_bytes{fstype!="tmpfs"} < 1'
    expect(await judged(disks, series)).toStartWith('blind: ')
    expect(await judged(disks, series.slice(0, 1))).toStartWith('alive: ')
    const rules = `${one(disks)}      - { alert: Other, expr: 'node_filesystem_avail_bytes{fstype="tmpfs"} < 1' }\n`
    const found = said(await proven({ rules, scrape: null, http: fakePrometheus(series) }))
    expect([found['One'], found['Other']].map((text) => text?.split(':')[0])).toEqual([
      'alive',
      'alive',
    ])
  })

  test('a series that files say is dropped, and is there, is said to be both', async () => {
    const scrape = `scrape_configs:
  - job_name: only
    metric_relabel_configs: [{ source_labels: [__name__], regex: a, action: drop }]
`
    const found = said(
      await proven({ rules: one('a > 0'), scrape, http: fakePrometheus([{ __name__: 'a' }]) }),
    )
    expect(found['One']).toBe(
      'unproven: "a" is there, although: Job "only" drops it (scrape.yaml:3)',
    )
  })
})
