// A real Prometheus as a witness: file systems of a node, targets, its own words for a wrong question, and its end.
import { expect } from 'bun:test'
import { createWitness } from '../../src/watch/witness/registry.ts'
import { testStore } from '../../src/watch/witness/testing.fixture.ts'
import type { WitnessReport } from '../../src/watch/witness/witness.ts'
import { realWorld } from '../../src/world/world.ts'
import { startPrometheus } from '../peers/prometheus.ts'
import { scenario } from '../scenario.ts'
import { until } from '../support/until.ts'

const MiB = 1024 ** 2

/** Metrics as node_exporter has them: a disk and the default /dev/shm of two pods. */
function nodeMetrics(freeMiB: readonly [number, number]): string {
  const shm = (i: number): string =>
    `{device="shm",fstype="tmpfs",mountpoint="/run/sandboxes/${i}/shm"}`
  return [
    `node_filesystem_size_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} ${100_000 * MiB}`,
    `node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} ${60_000 * MiB}`,
    ...freeMiB.flatMap((free, i) => [
      `node_filesystem_size_bytes${shm(i)} ${64 * MiB}`,
      `node_filesystem_avail_bytes${shm(i)} ${free * MiB}`,
      `node_filesystem_files${shm(i)} 500000`,
      `node_filesystem_files_free${shm(i)} ${500_000 - 4096}`,
    ]),
    '',
  ].join('\n')
}

scenario(
  'Prometheus tells of memory disks and targets, and is blind rather than wrong',
  { needs: ['prometheus'] },
  async () => {
    let node = nodeMetrics([64, 48])
    const exporter = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => new Response(node, { headers: { 'content-type': 'text/plain; version=0.0.4' } }),
    })
    const prometheus = await startPrometheus({
      'prometheus.yml': JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [
          { job_name: 'node', static_configs: [{ targets: [`127.0.0.1:${exporter.port}`] }] },
        ],
      }),
    })
    const config = {
      kind: 'prometheus',
      name: 'prometheus',
      url: prometheus.url,
      bearer: null,
    } as const
    const ask = async (series: string): Promise<WitnessReport | string> => {
      const read = await createWitness(config, realWorld(), [testStore({ series })]).read()
      return read.ok ? read.value : read.error.detail
    }
    const shm = 'device="shm",fstype="tmpfs"'
    const usedBlocks = async (): Promise<number | null> => {
      const report = await ask(shm)
      return typeof report === 'string' ? null : (report.samples[0]?.usedBlocks ?? null)
    }
    try {
      // The fuller of the two counts.
      let report: WitnessReport | string = ''
      await until(async () => {
        report = await ask(shm)
        return typeof report !== 'string' && report.samples[0]?.usedBlocks === 4096
      })
      expect<unknown>(report).toMatchObject({
        samples: [{ source: 'prometheus', totalBlocks: 16_384, usedInodes: 4096 }],
        testimonies: [{ host: '127.0.0.1', state: 'up' }],
      })
      node = nodeMetrics([64, 0])
      await until(async () => (await usedBlocks()) === 16_384)

      // Nothing matches: no sample. A wrong question: Prometheus' own words. Neither is a fault of the store.
      expect(await ask('device="nothing-of-the-kind"')).toMatchObject({ samples: [] })
      expect(await ask('device=="shm"')).toMatch(/^It cannot answer: ".*parse error/)

      await exporter.stop(true)
      await until(async () => {
        const report = await ask(shm)
        return typeof report !== 'string' && report.testimonies[0]?.state === 'down'
      })
    } finally {
      await exporter.stop(true)
      await prometheus.stop()
    }
    expect(await ask(shm)).toBe('It cannot be reached')
  },
)
