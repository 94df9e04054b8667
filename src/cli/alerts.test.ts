// `gatehouse alerts prove`: exit codes, the table, the data, and what cannot be proven.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../std/bytes.ts'
import { ok } from '../std/result.ts'
import { type FakeWorldOptions, fakeWorld } from '../world/fake-world.ts'
import type { HttpClient } from '../world/http-client.ts'
import { runCli } from './cli.ts'

const rules = `groups:
  - name: a
    rules:
      - alert: There
        expr: up == 0
      - alert: Gone
        expr: gone > 0
      - alert: Dropped
        expr: dropped / up > 0
`
const scrape = `scrape_configs:
  - job_name: one
    metric_relabel_configs:
      - { source_labels: [__name__], regex: dropped, action: drop }
`

async function run(line: string, options: Omit<FakeWorldOptions, 'args'> = {}) {
  const files = { 'r.yaml': rules, 's.yaml': scrape, ...options.files }
  const world = fakeWorld({ args: line.split(' '), ...options, files })
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

/** A Prometheus that has one series, and notes what it was asked with. */
function prometheus(): HttpClient & { readonly headers: unknown[] } {
  const headers: unknown[] = []
  return {
    headers,
    send: async (request) => {
      headers.push(request.headers)
      const data = request.url.endsWith('/values') ? ['up'] : [{ __name__: 'up' }]
      const body = toUtf8(JSON.stringify({ status: 'success', data }))
      return ok({ status: 200, headers: new Headers(), body })
    },
  }
}

describe('gatehouse alerts prove', () => {
  test('prints the worst first, with place and reason, and exits 1', async () => {
    const line = 'alerts prove --rules r.yaml --scrape s.yaml --prometheus http://p:9090'
    const { code, out, error } = await run(line, { http: prometheus() })
    expect([code, error]).toEqual([1, ''])
    expect(out).toBe(`status  rule     place     reason
dead    Gone     r.yaml:6  There is no series "gone"
dead    Dropped  r.yaml:8  Job "one" drops it (s.yaml:4)

2 dead, 0 blind, 0 unproven, 1 alive
`)
  })

  test('--all prints what is alive too', async () => {
    const line = 'alerts prove --rules r.yaml --prometheus http://p:9090 --all'
    const { out } = await run(line, { http: prometheus() })
    expect(out).toContain('alive   There    r.yaml:4  "up" is there\n')
  })

  test('--json has everything, alive or not', async () => {
    const line = 'alerts prove --rules r.yaml --scrape s.yaml --json'
    const { code, out } = await run(line)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual([
      {
        status: 'alive',
        kind: 'alert',
        name: 'There',
        file: 'r.yaml',
        line: 4,
        reasons: ['Prometheus makes "up" itself'],
      },
      {
        status: 'unproven',
        kind: 'alert',
        name: 'Gone',
        file: 'r.yaml',
        line: 6,
        reasons: ['Nothing shows that "gone" is there; ask a Prometheus'],
      },
      {
        status: 'dead',
        kind: 'alert',
        name: 'Dropped',
        file: 'r.yaml',
        line: 8,
        reasons: ['Job "one" drops it (s.yaml:4)'],
      },
    ])
  })

  test('exits 0 when nothing is dead or blind', async () => {
    const alive = 'groups: [{ name: a, rules: [{ alert: There, expr: up == 0 }] }]'
    const line = 'alerts prove --rules r.yaml --prometheus http://p:9090'
    const { code, out } = await run(line, { http: prometheus(), files: { 'r.yaml': alive } })
    expect([code, out]).toEqual([0, '0 dead, 0 blind, 0 unproven, 1 alive\n'])
  })

  test('sends the token of a file', async () => {
    const http = prometheus()
    const line = 'alerts prove --rules r.yaml --prometheus http://p:9090 --token-file t'
    await run(line, { http, files: { t: 'secret\n' } })
    expect(new Set(http.headers.map((headers) => JSON.stringify(headers)))).toEqual(
      new Set(['{"authorization":"Bearer secret"}']),
    )
  })

  const faults: readonly (readonly [string, number, string])[] = [
    ['alerts prove', 2, 'Found no --rules'],
    ['alerts prove --rules r.yaml', 2, 'Found neither --scrape nor --prometheus'],
    ['alerts prove --rules r.yaml --prometheus p:9090', 2, 'wanted a URL such as'],
    ['alerts prove --rules r.yaml --scrape s.yaml --lookback soon', 2, 'wanted a duration'],
    ['alerts prove --rules none.yaml --scrape s.yaml', 1, 'Cannot read "none.yaml" (ENOENT)'],
    ['alerts prove --rules s.yaml --scrape r.yaml', 1, 'Found no group with rules'],
    ['alerts prove --rules r.yaml --prometheus http://p --token-file t', 1, 'Cannot read "t"'],
    ['alerts prove --rules r.yaml --prometheus http://p', 1, 'Cannot ask "http://p": Nothing'],
  ]
  for (const [line, code, text] of faults)
    test(`${line} exits ${code} and proves nothing`, async () => {
      const ended = await run(line)
      expect([ended.code, ended.out]).toEqual([code, ''])
      expect(ended.error).toContain(text)
    })

  test('every file that cannot be read is named at once', async () => {
    const { error } = await run('alerts prove --rules a.yaml b.yaml --scrape c.yaml')
    expect(error.trim().split('\n').length).toBe(3)
  })
})
