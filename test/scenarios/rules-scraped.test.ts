// A real Prometheus scrapes a gate with its watch, as generated: every series that a rule names is there.
import { expect } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readExpression, selectorsOf } from '../../src/watch/prove/promql/need.ts'
import { renderPrometheusFiles, ruleGroups } from '../../src/watch/rules/render.ts'
import { type Prometheus, startPrometheus } from '../peers/prometheus.ts'
import { scenario } from '../scenario.ts'
import { type Ended, launcher, run } from '../support/run-program.ts'
import { until } from '../support/until.ts'
import { startWatchedEstate } from '../support/watched-estate.ts'

const storyMs = 280_000
/** The estate has no other watch, no certificate and no store that fills. */
const ofThingsNotDeclared = [
  'GatehouseCertificateExpires',
  'GatehouseCertificateExpiresNow',
  'GatehouseStoreSoon',
  'GatehouseWatchPeerDown',
]
const recorded = ruleGroups.flatMap(({ recordings }) => recordings.map(({ record }) => record))

/** Every metric that a rule asks for and that no rule records. */
function namedMetrics(): readonly string[] {
  const rules = ruleGroups.flatMap(({ alerts, recordings }) => [...alerts, ...recordings])
  const named = rules.flatMap(({ expr }) => {
    const read = readExpression(expr)
    return read.ok ? selectorsOf(read.value.need).map(({ metric }) => metric ?? '') : [expr]
  })
  return [...new Set(named)].filter((metric) => !recorded.includes(metric)).toSorted()
}

/** Names of all families that the target declares, with a row or without. */
async function families(prometheus: Prometheus): Promise<readonly string[]> {
  const data = await prometheus.get('metadata')
  return Object.keys(data ?? {})
}

/** Value of the only sample of an instant query; null where there is not exactly one. */
async function valueOf(prometheus: Prometheus, query: string): Promise<number | null> {
  const data = JSON.stringify(await prometheus.get(`query?query=${encodeURIComponent(query)}`))
  const values = [...data.matchAll(/"value":\[[\d.]+,"([^"]+)"\]/g)]
  return values.length === 1 ? Number(values[0]?.[1]) : null
}

function prove(cwd: string, url: string): Promise<Ended> {
  const files = ['--rules', 'gatehouse-rules.yaml', '--scrape', 'gatehouse-scrape.yaml']
  const command = [launcher, 'alerts', 'prove', ...files, '--prometheus', url, '--all']
  return run(command, { cwd })
}

scenario(
  'what rules name is scraped from a gate that watches itself, and alerts prove says so',
  { needs: ['nginx', 'prometheus'] },
  async () => {
    const store = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
    writeFileSync(join(store, 'session_a'), 'x')
    const estate = await startWatchedEstate({
      watch: () => `  stores: [{ name: outpost, layer: gate_new, path: ${store}, retention: 7d }]`,
    })
    const input = { job: 'gatehouse', targets: [`127.0.0.1:${estate.ports.metrics}`] }
    const files = Object.fromEntries(renderPrometheusFiles(input).map((f) => [f.path, f.text]))
    const often = 'global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }\n'
    const scrape = (files['gatehouse-scrape.yaml'] ?? '').replace(
      'scrape_interval: 30s',
      'scrape_interval: 2s',
    )
    const prometheus = await startPrometheus({ ...files, 'prometheus.yml': often + scrape })
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-scraped-'))
    try {
      await estate.untilVerdict('healthy', [])
      await until(async () => (await families(prometheus)).includes('gatehouse_watch_blind'))
      const there = await families(prometheus)
      expect(namedMetrics().filter((metric) => metric !== 'up' && !there.includes(metric))).toEqual(
        [],
      )

      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
      const proven = await prove(directory, prometheus.url)
      expect(proven).toMatchObject({ code: 0, error: '' })
      const unproven = [...proven.out.matchAll(/^unproven +(\w+) /gm)].map((line) => line[1])
      expect(unproven.toSorted()).toEqual(ofThingsNotDeclared)
      expect(proven.out).toMatch(/\n0 dead, 0 blind, 4 unproven, 27 alive\n$/)

      // What is declared is there for real: a store that is measured has its forecast.
      await until(async () => (await valueOf(prometheus, 'gatehouse_watch_store_files')) === 1)
      const ratio = 'gatehouse_watch_store_plateau_ratio{store="outpost",bound="low"}'
      expect(await valueOf(prometheus, ratio)).toBeGreaterThanOrEqual(0)
      await until(
        async () => ((await valueOf(prometheus, 'gatehouse_watch:store_fill:ratio')) ?? 0) > 0,
      )

      // The door of the watch keeps its own instance: honor_labels.
      const doors = await prometheus.get('series?match[]=probe_success')
      expect(JSON.stringify(doors)).toContain('"instance":"http://app.home.localhost')
    } finally {
      await prometheus.stop()
      await estate.stop()
      for (const each of [directory, store]) rmSync(each, { recursive: true, force: true })
    }
  },
  storyMs,
)
