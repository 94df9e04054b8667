// `gatehouse drift prometheus` against a real one: what `generate` wrote is no difference, what a person changed is.
import { expect } from 'bun:test'
import { canonicalPromql } from '../../src/std/promql/canonical.ts'
import { type Prometheus, startPrometheus } from '../peers/prometheus.ts'
import { scenario } from '../scenario.ts'
import { type DriftRun, runDrift } from '../support/drift-run.ts'
import { until } from '../support/until.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services: []
estate: { monitoring: { tools: [{ name: p, kind: prometheus, url: "http://prometheus.invalid:9090" }] } }
`

interface Story {
  readonly prometheus: Prometheus
  readonly address: string
  drift(...more: readonly string[]): Promise<DriftRun>
}

/** A Prometheus with what `generate prometheus` writes, changed by `change`. */
async function withPrometheus(
  change: (rules: string) => string,
  tell: (story: Story) => Promise<void>,
  more: { readonly interval?: string } = {},
): Promise<void> {
  const exporter = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () => new Response('', { status: 500 }),
  })
  const address = `127.0.0.1:${exporter.port}`
  const files = { '/c.yaml': config, '/more.yaml': further }
  const written = await runDrift(['generate', 'prometheus', '--scrape', address], files)
  const text = (name: string): string =>
    written.out.split(`# --- gatehouse-${name}.yaml\n`)[1]?.split('# --- ')[0] ?? ''
  const prometheus = await startPrometheus({
    'prometheus.yml': text('scrape')
      .replace('rule_files:', 'rule_files:\n  - more.yaml')
      .replace('30s', more.interval ?? '30s'),
    'gatehouse-rules.yaml': change(text('rules')),
    'more.yaml': further,
  })
  try {
    await until(async () =>
      JSON.stringify(await prometheus.get('targets')).includes('"scrapePool"'),
    )
    await tell({
      ...{ prometheus, address },
      drift: (...more) =>
        runDrift(
          ['drift', 'prometheus', '--url', prometheus.url, '--scrape', address, ...more],
          files,
        ),
    })
  } finally {
    await prometheus.stop()
    await exporter.stop(true)
  }
}

/** Rules of somebody else, written in every way that Prometheus prints otherwise. */
const further = `groups:
  - name: house
    interval: 90s
    rules:
      - { record: 'job:up:sum', expr: "SUM(up{job!='x',instance=~\`.+\`} offset 120s) by (instance,job)" }
      - alert: Odd
        expr: |
          # why
          (max_over_time(up[60m:300s]) * on(job) group_left() (vector(1e3))) > bool +Inf
            UNLESS ignoring () absent(up @ end())
        for: 90s
        labels: { severity: page }
        annotations: { summary: 'At {{ $labels.instance }}' }
`

scenario(
  'what was generated is no difference, and further rule files can be declared',
  { needs: ['prometheus'] },
  () =>
    withPrometheus(
      (rules) => rules,
      async ({ drift, prometheus }) => {
        const own = await drift('--rules', '/more.yaml')
        expect([own.code, own.error]).toEqual([0, ''])
        expect(own.out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')
        for (const id of ['configuration-loaded', 'rules-evaluate', 'targets-up'])
          expect(own.out).toContain(`ok     ${id}: `)

        const without = await drift()
        expect(without.code).toBe(2)
        expect(without.out).toMatch(
          /\? prometheus_rule_group\["house"\] {2}# "2" rules; in ".*more\.yaml", read \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/,
        )

        await prometheus.stop()
        const away = await drift()
        expect([away.code, away.out]).toEqual([1, ''])
        expect(away.error).toContain('nothing was compared')
      },
    ),
)

scenario(
  'a changed, a missing, a further and a broken rule are told apart',
  { needs: ['prometheus'] },
  () =>
    withPrometheus(
      (rules) =>
        rules
          .replace('for: 5m', 'for: 7m')
          .replace(/severity: critical/, 'severity: warning')
          .replace(/- alert: GatehouseDown\b/, '- alert: SomebodysOwn'),
      async ({ drift }) => {
        const { code, out } = await drift('--rules', '/more.yaml', '--json')
        expect(code).toBe(2)
        const data = JSON.parse(out)
        const said: readonly string[] = data.resource_drift.map(
          ({ address, change }: { address: string; change: { actions: string[] } }) =>
            `${change.actions.join()} ${address}`,
        )
        expect(said.filter((one) => one.startsWith('create'))).toEqual([
          expect.stringContaining('GatehouseDown"]'),
        ])
        expect(JSON.stringify(data.resource_drift)).toContain('"before":{"for":"7m"')
        expect(data.unmanaged).toEqual([
          expect.objectContaining({ address: expect.stringContaining('SomebodysOwn"]') }),
        ])
      },
    ),
)

scenario(
  'a target that does not answer, and one of nobody, are said',
  { needs: ['prometheus'] },
  () =>
    withPrometheus(
      (rules) => rules,
      async ({ drift, prometheus }) => {
        await until(async () => JSON.stringify(await prometheus.get('targets')).includes('"down"'))
        const down = await drift('--rules', '/more.yaml')
        expect(down.code).toBe(2)
        expect(down.out).toContain('~ scrape_interval = "1s" -> "30s"')
        expect(down.out).toContain('BROKEN targets-up: Cannot be scraped: "gatehouse/127.0.0.1:')
        expect(down.out).toContain('500 Internal Server Error')
        const other = await drift('--rules', '/more.yaml', '--job', 'other')
        expect(other.out).toContain('+ prometheus_target["other/127.0.0.1:')
        expect(other.out).toContain('1 × A target of another job')
      },
      { interval: '1s' },
    ),
)

/** Written as people write; Prometheus prints each in its own way. */
const written = [
  "sum(rate(a{b='c',d=~`x\\\\d`}[60m] offset 120s)) by (le,code)>bool 1e3",
  'SUM BY(x)(a) AND ON(y) b',
  '(((a)))',
  '(a+b)*c - -d ^ 2',
  'a / on(job) group_left(b) c',
  'a * ignoring(x) group_right() b',
  'a unless ignoring() b or c',
  'max_over_time(a[3600s:90s])',
  'min_over_time(a[1h:])',
  'a @ 1600000000 offset 5m',
  'a offset -90s',
  'a @ start() > 0x1F',
  'topk(5,a) < +Inf',
  'count_values("v",a)',
  'quantile without(x)(0.9,a)',
  'histogram_quantile(0.90,sum(rate(a_bucket[5m]))by(le))',
  'label_replace(a,"x","$1","y","(.*)")',
  '{__name__="a",b="c"}',
  '{__name__=~"a|b"}',
  'time()-a{} # why',
  'absent(a{b!="c"}) or vector(0)',
  'a % 2 != 1 atan2 b',
]

scenario(
  'an expression means the same as what Prometheus prints of it, short or long',
  { needs: ['prometheus'] },
  async () => {
    const prometheus = await startPrometheus({
      'prometheus.yml': 'rule_files: [r.yaml]\n',
      'r.yaml': JSON.stringify({
        groups: [{ name: 'g', rules: written.map((expr, i) => ({ record: `r${i}`, expr })) }],
      }),
    })
    try {
      const { groups = [] } = JSON.parse(JSON.stringify(await prometheus.get('rules')))
      const printed: readonly string[] = groups[0].rules.map(
        ({ query }: { query: string }) => query,
      )
      for (const [i, expr] of written.entries()) {
        const long = await prometheus.get(`format_query?query=${encodeURIComponent(expr)}`)
        const own = canonicalPromql(expr)
        expect(own).toEqual(canonicalPromql(printed[i] ?? ''))
        expect(own).toEqual(canonicalPromql(String(long)))
        expect(own.ok).toBe(true)
      }
      // And no two of them mean the same.
      const forms = written.map((expr) => JSON.stringify(canonicalPromql(expr)))
      expect(new Set(forms).size).toBe(written.length)
    } finally {
      await prometheus.stop()
    }
  },
)
