// Services of a cluster beside those of the file, over restarts: what is kept on disk, and what that is worth.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type ApiObject, type KubernetesApi, startKubernetesApi } from '../peers/kubernetes-api.ts'
import { until } from '../support/until.ts'
import type { KubernetesSource } from '../../src/estate.ts'
import type { Service } from '../../src/model/service.ts'
import { err } from '../../src/std/result.ts'
import { type Clock, realClock } from '../../src/world/clock.ts'
import { type Files, memoryFiles } from '../../src/world/files.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { LiveServices } from '../../src/cli/live-services.ts'
import { sampleGate } from '../../src/cli/watch-config.fixture.ts'

const path = '/data/kubernetes-services.json'
const ingress = (name: string, auth = 'required'): ApiObject => ({
  kind: 'Ingress',
  metadata: { name, namespace: 'x', annotations: { 'gatehouse.dev/auth': auth } },
  spec: { rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/' }] } }] },
})

let api: KubernetesApi
/** Closed again after each test. */
let open: LiveServices[] = []
beforeEach(() => {
  api = startKubernetesApi()
})
afterEach(async () => {
  for (const live of open) live.close()
  open = []
  await api.stop()
})

function source(more: Partial<KubernetesSource> = {}): KubernetesSource {
  return {
    url: api.url,
    token_file: '/token',
    namespaces: [],
    auth_annotations: ['gatehouse.dev/auth'],
    group_annotations: ['gatehouse.dev/groups'],
    require_annotation: true,
    ...more,
  }
}

interface Started {
  readonly live: LiveServices
  /** Hosts that the gate was given last, with the auth tier of their first rule. */
  gate(): string
  /** Services of the cluster alone, as others are told of them. */
  readonly told: (readonly Service[])[]
  events(): readonly string[]
  metric(name: string): number
}

function start(
  files: Files,
  over: { source?: KubernetesSource; domain?: string; clock?: Clock } = {},
): Started {
  const log = memoryLog()
  const world = { ...realWorld(), files, log, clock: over.clock ?? realClock() }
  let given: readonly Service[] = []
  const told: (readonly Service[])[] = []
  const live = new LiveServices({
    gate: {
      reload: (config) => {
        given = config.services
      },
      replaceServices: (services) => {
        given = services
      },
    },
    file: sampleGate({ dataDir: '/data', domain: over.domain ?? 'example.com' }),
    world,
    onServices: (services) => told.push(services),
  })
  open.push(live)
  live.start({ servicesFrom: over.source ?? source() })
  return {
    live,
    told,
    gate: () => given.map(({ host, rules: [rule] }) => `${host} ${rule?.auth}`).join(),
    events: () => log.lines.map(({ event }) => event).filter((event) => /kept/.test(event)),
    metric: (name) =>
      Number(new RegExp(`^gatehouse_kubernetes_${name} (.*)$`, 'm').exec(live.scrape())?.[1]),
  }
}

function disk(content?: string): Files {
  return memoryFiles({ '/token': api.token, ...(content === undefined ? {} : { [path]: content }) })
}

function contentOf(files: Files): string {
  const text = files.readText(path)
  return text.ok ? text.value : ''
}

/** What is on disk after a run in which the cluster had these. */
async function keptOf(...objects: readonly ApiObject[]): Promise<string> {
  for (const object of objects) api.apply(object)
  const files = disk()
  const first = start(files)
  await until(() => first.gate() !== '')
  first.live.close()
  for (const object of objects) api.remove(object)
  return contentOf(files)
}

describe('LiveServices', () => {
  test('writes what the cluster says, for nobody else to read', async () => {
    api.apply(ingress('one'))
    const files = disk()
    const { events, gate, live, metric } = start(files)
    expect(events()).toEqual([])
    await until(() => gate() === 'one.example.com required')
    expect(metric('from_disk')).toBe(0)
    expect(metric('age_seconds')).toBe(0)
    live.close()
    expect(contentOf(files)).toContain('one.example.com')
    expect(files.mode(path)).toEqual({ ok: true, value: 0o600 })
  })

  test('starts with it while nobody answers, and takes the first good word in its place', async () => {
    const kept = await keptOf(ingress('one'), ingress('two', 'none'))
    api.mood = 'refuses'
    const { events, gate, metric, told } = start(disk(kept))
    expect(gate()).toBe('one.example.com required,two.example.com none')
    expect(told).toHaveLength(1)
    expect(events()).toEqual(['kubernetes-kept'])
    expect(metric('from_disk')).toBe(1)
    expect(metric('services')).toBe(2)
    api.apply(ingress('three'))
    api.mood = 'good'
    await until(() => gate() === 'three.example.com required')
    expect(metric('from_disk')).toBe(0)
    expect(told.at(-1)?.map(({ host }) => String(host))).toEqual(['three.example.com'])
  })

  test('says how old it is, and takes a clock that was set back for no age', async () => {
    const kept = await keptOf(ingress('one'))
    api.mood = 'refuses'
    const real = realClock()
    const clock = (hours: number): Clock => ({ ...real, now: () => real.now() + hours * 3_600_000 })
    const later = start(disk(kept), { clock: clock(50) })
    expect(later.metric('age_seconds')).toBeGreaterThanOrEqual(50 * 3600)
    expect(start(disk(kept), { clock: clock(-50) }).metric('age_seconds')).toBe(0)
  })

  test('judges it by the file of now', async () => {
    const kept = await keptOf(ingress('one', 'none'))
    api.mood = 'refuses'
    expect(start(disk(kept), { domain: 'example.org' }).gate()).toBe('')
  })

  test('takes nothing of another cluster, and writes over it', async () => {
    const kept = await keptOf(ingress('one'))
    api.apply(ingress('two'))
    const files = disk(kept.replace(api.url, 'https://10.0.0.1:6443'))
    const { events, gate, live } = start(files)
    expect(gate()).toBe('')
    expect(events()).toEqual(['kubernetes-kept-of-another'])
    await until(() => gate() === 'two.example.com required')
    live.close()
    expect(contentOf(files)).toContain('two.example.com')
  })

  test('names what is damaged and has nothing of it', async () => {
    const kept = await keptOf(ingress('one', 'none'))
    api.mood = 'refuses'
    for (const content of [kept.slice(0, 80), kept.replace('"none"', '"open"'), '', '{}']) {
      const { events, gate } = start(disk(content))
      expect(gate()).toBe('')
      expect(events()).toEqual(['kubernetes-kept-damaged'])
    }
  })

  test('says once that it cannot be written, and goes on', async () => {
    api.apply(ingress('one'))
    const full: Files = { ...disk(), writeAtomic: () => err({ code: 'ENOSPC', path }) }
    const { events, gate, live } = start(full)
    await until(() => gate() === 'one.example.com required')
    await until(() => events().length > 0)
    api.apply(ingress('two'))
    await until(() => gate().includes('two.example.com'))
    live.close()
    expect(events()).toEqual(['kubernetes-not-kept'])
  })

  test('forgets the cluster where the file names none any more', async () => {
    const kept = await keptOf(ingress('one'))
    api.mood = 'refuses'
    const { gate, live, told } = start(disk(kept))
    expect(gate()).toBe('one.example.com required')
    live.reload(sampleGate({ dataDir: '/data' }), { servicesFrom: null })
    expect(gate()).toBe('')
    expect(told.at(-1)).toEqual([])
    expect(live.scrape()).toBe('')
  })
})
