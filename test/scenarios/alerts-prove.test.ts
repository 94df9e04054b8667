// A real Prometheus with the scrape jobs of the estate of 2026-04-18: its dead and blind alerts are found and named.
import { expect } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { exportersOf } from '../../src/watch/prove/testing.ts'
import { type Prometheus, startPrometheus } from '../peers/prometheus.ts'
import { scenario } from '../scenario.ts'
import { type Ended, launcher, run } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const root = join(import.meta.dir, '../..')
const golden = (name: string): string =>
  readFileSync(join(root, 'src/watch/prove/golden', name), 'utf8')

/** Each exporter at its path, as the fixture has them. */
function startExporters(): { readonly port: number; stop(): Promise<void> } {
  const pages = exportersOf(golden('exporters.txt'))
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => new Response(pages.get(new URL(request.url).pathname) ?? ''),
  })
  return { port: server.port ?? 0, stop: () => server.stop(true) }
}

/** What is in the Helm values under `prometheus.yml`, scraped often. */
function configOf(values: string): string {
  const { serverFiles } = parse(values)
  return stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    ...serverFiles['prometheus.yml'],
  })
}

interface Said {
  readonly name: string
  readonly status: string
  readonly reasons: readonly string[]
}

function prove(cwd: string, url: string, ...more: readonly string[]): Promise<Ended> {
  const args = ['alerts', 'prove', '--rules', 'rules.yaml', '--prometheus', url, ...more]
  // Not in the foreground: the exporters are in this process, and Prometheus goes on asking them.
  return run([launcher, ...args], { cwd })
}

/** The last metric of each exporter, of those that are let in. */
const lastOfEach = [
  'container_cpu_usage_seconds_total',
  'kubelet_volume_stats_capacity_bytes',
  'monitor_status',
  'traefik_entrypoint_requests_total',
  'probe_success',
]

async function untilScraped(prometheus: Prometheus): Promise<void> {
  for (const metric of lastOfEach)
    await until(async () => {
      const series = await prometheus.get(`series?match[]=${metric}`)
      return Array.isArray(series) && series.length > 0
    })
}

scenario(
  'the alerts that could never have fired are named, each with the reason, and no other is',
  { needs: ['prometheus'] },
  async () => {
    const exporters = startExporters()
    const scrape = golden('scrape.yaml').replaceAll(
      'exporters.invalid:80',
      `127.0.0.1:${exporters.port}`,
    )
    const prometheus = await startPrometheus({ 'prometheus.yml': configOf(scrape) })
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-prove-'))
    try {
      writeFileSync(join(directory, 'rules.yaml'), golden('rules.yaml'))
      writeFileSync(join(directory, 'scrape.yaml'), scrape)
      await untilScraped(prometheus)

      const proven = await prove(directory, prometheus.url, '--scrape', 'scrape.yaml', '--json')
      expect([proven.code, proven.error]).toEqual([1, ''])
      const said: readonly Said[] = JSON.parse(proven.out)
      const named = (status: string): string[] =>
        said.filter((one) => one.status === status).map(({ name }) => name)
      expect(named('dead')).toEqual([
        'AuthentikOutpostDevShmFull',
        'outpost:shm_used:ratio',
        'OutpostSharedMemory',
        'KubeletPLEGUnhealthy',
        'KubeletRuntimeOperationsLatency',
        'NFSCSINodeDown',
        'ExternalAccessDivergence',
        'MonitorsDown',
      ])
      expect(named('blind')).toEqual([
        'AuthentikOutpostForwardAuth400Spike',
        'NodeFilesystemFull',
        'JobFailed',
        'HighPowerUsage',
        'PoisonFountainDown',
      ])
      expect(named('unproven')).toEqual(['TeapotsSeen'])
      expect(named('alive').length).toBe(14)
      const shm = said.find(({ name }) => name === 'AuthentikOutpostDevShmFull')
      expect(shm?.reasons).toEqual(['Job "kubernetes-nodes-cadvisor" drops it (scrape.yaml:10)'])

      // Without the scrape file the same rules are dead; only who is to blame is not known.
      const without = await prove(directory, prometheus.url)
      expect(without.out).toContain('There is no series "container_fs_usage_bytes"')
      expect(without.out).toMatch(/\n8 dead, 5 blind, 1 unproven, 14 alive\n$/)
    } finally {
      await prometheus.stop()
      await exporters.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  },
)

scenario('a Prometheus that is none proves nothing', { needs: [] }, async () => {
  const exporters = startExporters()
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-prove-'))
  try {
    writeFileSync(join(directory, 'rules.yaml'), golden('rules.yaml'))
    const url = `http://127.0.0.1:${exporters.port}`
    const { code, error, out } = await prove(directory, url)
    expect([code, out]).toEqual([1, ''])
    expect(error).toBe(
      `gatehouse: Cannot understand "${url}": Found status "200", wanted a list from the API of Prometheus\n`,
    )
  } finally {
    await exporters.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
