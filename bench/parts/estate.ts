// What a large estate costs: a file of thousands of services read, checked, compiled, and generated from.
import { join } from 'node:path'
import { type LoadedConfig, loadConfig, loadSource, readYaml } from '../../src/config.ts'
import { estateRules } from '../../src/estate-check.ts'
import { renderDocs, renderKubernetes, renderMonitors } from '../../src/estate-render.ts'
import { forwardAuthHeaders } from '../../src/gate-snippet.ts'
import { compilePolicy } from '../../src/gate.ts'
import { memoryFiles, realFiles } from '../../src/world/files.ts'

/** Services of the large estate. */
export const servicesUsual = 5000

/** One line of the table: processor time of this process, the median of all rounds. */
export interface EstateFigure {
  readonly name: string
  readonly milliseconds: number
}

/** A file of `count` services as people write them: groups, an open path, a monitor, an upstream. */
export function largeEstate(count: number): string {
  const services = Array.from({ length: count }, (_, i) => {
    const app = i % 4 === 3
    return [
      `  - host: s${i}.example.com`,
      `    stack: stack-${i % 200}`,
      `    upstream: http://s${i}.ns-${i % 50}:8080`,
      `    exposure: ${i % 2 === 0 ? 'proxied' : 'direct'}`,
      `    monitor: { interval: 5m }`,
      app ? '    auth: app\n    reason: Has its own sign-in' : `    groups: [g${i % 20}]`,
      ...(i % 3 === 0
        ? ['    paths: [{ path: /api/**, auth: none, reason: Called by programs }]']
        : []),
    ].join('\n')
  })
  const groups = Array.from({ length: 20 }, (_, i) => `      - { name: g${i} }`)
  return `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
${services.join('\n')}
estate:
  networking:
    ingresses: [{ name: traefik, controller: traefik, namespace: traefik }]
  authentication:
    break_glass: [g0]
    groups:
${groups.join('\n')}
  storage:
    volumes: [{ name: shm, medium: memory, size: 64MiB, retention: 7d, probed: true, holds: sessions }]
`
}

/** Measures every step `rounds` times; the machine may be busy with other things, so time is the processor's. */
export async function benchEstate({
  count = servicesUsual,
  rounds = 3,
}: { readonly count?: number; readonly rounds?: number } = {}): Promise<readonly EstateFigure[]> {
  const text = largeEstate(count)
  const files = memoryFiles({})
  const options = { files, withSecrets: false }
  const loaded = await load(text, false)
  const headers = forwardAuthHeaders(loaded.gate)
  const { estate } = loaded
  if (estate === null || headers === null) throw new Error('The large estate is declared wrongly')
  const steps: readonly (readonly [string, () => unknown])[] = [
    ['read the YAML', () => readYaml('large.yaml', text)],
    ['load: read and check the settings', () => load(text, false)],
    ['check: load, and every rule', () => load(text, true)],
    ['compile the policy', () => compilePolicy(loaded.gate.services)],
    ['generate docs', () => renderDocs(estate)],
    [
      'generate kubernetes',
      () => renderKubernetes(estate, { image: 'gatehouse', namespace: 'gatehouse', headers }),
    ],
    ['generate uptime-kuma', () => renderMonitors(estate)],
  ]
  const figures: EstateFigure[] = []
  for (const [name, run] of steps) {
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one thing is measured at a time
      times.push(await processorTime(run))
    }
    figures.push({ name, milliseconds: median(times) })
  }
  return [...figures, { name: 'load examples/homelab, first time', milliseconds: await homelab() }]

  async function load(source: string, withRules: boolean): Promise<LoadedConfig> {
    const read = readYaml('large.yaml', source)
    const rules = withRules ? estateRules : []
    const checked = read.ok ? await loadSource(read.value, { ...options, rules }) : read
    if (!checked.ok) throw new Error(JSON.stringify(checked.error.slice(0, 3)))
    return checked.value
  }
}

/** The complete example, its modules run for the first time in this process. */
function homelab(): Promise<number> {
  const file = join(import.meta.dir, '../../examples/homelab/gatehouse.ts')
  return processorTime(async () => loadConfig({ files: realFiles(), file, withSecrets: false }))
}

async function processorTime(run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { system, user } = process.cpuUsage(before)
  return Math.round((user + system) / 1000)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

if (import.meta.main) console.table(await benchEstate())
