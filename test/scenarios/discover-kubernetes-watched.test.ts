// A watched cluster in all its troubles: what is known stays, and comes up to date again.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type ApiObject, type KubernetesApi, startKubernetesApi } from '../peers/kubernetes-api.ts'
import { until } from '../support/until.ts'
import { check } from '../../src/std/schema/check.ts'
import { must } from '../../src/std/assert.ts'
import { realClock } from '../../src/world/clock.ts'
import { type Files, memoryFiles } from '../../src/world/files.ts'
import { realHttpClient } from '../../src/world/http-client.ts'
import { realLineStreams } from '../../src/world/line-stream.ts'
import { memoryLog } from '../../src/world/log.ts'
import { seededRandom } from '../../src/world/random.ts'
import type { Discovery } from '../../src/estate/discover/discovery.ts'
import { servicesFromSchema } from '../../src/estate/discover/kubernetes/live/config-schema.ts'
import {
  type LiveKubernetes,
  watchKubernetes,
} from '../../src/estate/discover/kubernetes/live/live.ts'

const ingress = (name: string, auth = 'required', namespace = 'x'): ApiObject => ({
  kind: 'Ingress',
  metadata: { name, namespace, annotations: { 'gatehouse.dev/auth': auth } },
  spec: { rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/' }] } }] },
})

interface Watched {
  readonly live: LiveKubernetes
  readonly files: Files
  readonly told: Discovery[]
  events(): readonly string[]
  hosts(): string
}

let api: KubernetesApi
let running: LiveKubernetes[] = []
/** How far the clock of intervals is ahead. */
let aheadMs = 0

function watch(more: object = {}): Watched {
  const declared = {
    kubernetes: { url: api.url, token_file: '/token', ...more },
  }
  const checked = check(servicesFromSchema, declared)
  const source = must(checked.ok ? checked.value.kubernetes : undefined, 'The section is right')
  const files = memoryFiles({ '/token': `${api.token}\n` })
  const log = memoryLog()
  const real = realClock()
  const told: Discovery[] = []
  const world = {
    ...{
      clock: { ...real, monotonic: () => real.monotonic() + aheadMs },
      files,
      log,
      random: seededRandom(1),
    },
    http: realHttpClient(),
    streams: realLineStreams(),
  }
  const live = watchKubernetes({ source, world, onDiscovery: (found) => told.push(found) })
  running.push(live)
  return {
    ...{ live, files, told },
    events: () => log.lines.map(({ event, fields }) => `${event} ${String(fields['kind'])}`),
    hosts: () =>
      (told.at(-1)?.doors ?? []).map(({ declared: tier, host }) => `${host} ${tier}`).join(),
  }
}

beforeEach(() => {
  api = startKubernetesApi()
})
afterEach(async () => {
  for (const live of running) live.stop()
  running = []
  await api.stop()
})

const one = 'one.example.com required'

describe('watchKubernetes()', () => {
  test('tells what is there, page by page, then every change', async () => {
    api.pageSize = 2
    for (const name of ['a', 'b', 'c', 'd', 'e']) api.apply(ingress(name))
    const { hosts, told } = watch()
    await until(() => told.at(-1)?.doors.length === 5)
    api.apply(ingress('e', 'none'))
    await until(() => hosts().includes('e.example.com none'))
    for (const name of ['a', 'b', 'c', 'd', 'e']) api.remove(ingress(name))
    await until(() => hosts() === '')
    expect(api.asked.filter((path) => path.includes('continue='))).toHaveLength(2)
  })

  test('takes a bookmark as the place to go on from', async () => {
    api.apply(ingress('one'))
    const { hosts } = watch()
    await until(() => hosts() === one)
    api.apply({ ...ingress('other'), kind: 'HTTPRoute' })
    await until(() => api.asked.some((path) => path.includes('ingresses?watch')))
    api.bookmark()
    aheadMs += 5000
    api.endWatches()
    await until(() =>
      api.asked.some((path) => path.includes('ingresses?watch') && path.endsWith('=3')),
    )
    expect(hosts()).toContain(one)
  })

  test('lists again where the server forgot the place', async () => {
    api.apply(ingress('one'))
    const { events, hosts } = watch()
    await until(() => hosts() === one)
    api.compact()
    api.apply(ingress('two'))
    await until(() => hosts().includes('two.example.com'))
    expect(events().filter((event) => event.includes('unreadable'))).toEqual([])
  })

  test.each(['nonsense', 'refuses'] as const)(
    'keeps what it knows while the server %s',
    async (mood) => {
      api.apply(ingress('one'))
      const { events, hosts, live, told } = watch()
      await until(() => hosts() === one)
      api.mood = mood
      api.endWatches()
      await until(() => events().includes('kubernetes-unreadable Ingress'))
      await until(() => live.status().every(({ state }) => state === 'faulty'))
      expect(hosts()).toBe(one)
      expect(live.status()[0]).toEqual({ kind: 'Ingress', state: 'faulty', objects: 1 })
      api.apply(ingress('two'))
      api.mood = 'good'
      await until(() => hosts().includes('two.example.com'))
      await until(() => live.status().every(({ state }) => state === 'good'))
      expect(told.every(({ doors }) => doors.length > 0)).toBe(true)
    },
  )

  test.each([
    'no json',
    '{"type":"ADDED"}',
    '{"type":"GONE","object":{}}',
    '{"type":"ERROR","object":{"code":500}}',
  ])('takes nothing from a watch that says %s', async (line) => {
    api.apply(ingress('one'))
    const { events, hosts } = watch()
    await until(() => hosts() === one)
    api.say(line)
    await until(() => events().includes('kubernetes-unreadable Ingress'))
    expect(hosts()).toBe(one)
    api.apply(ingress('two'))
    await until(() => hosts().includes('two.example.com'))
  })

  test('does not ask faster and faster where every watch breaks off', async () => {
    api.mood = 'breaks-off'
    const { events } = watch()
    await until(() => events().includes('kubernetes-unreadable Ingress'))
    await until(() => api.asked.length > 8)
    expect(api.asked.length).toBeLessThan(40)
  })

  test('tells nothing before everything was read once', async () => {
    api.mood = 'refuses'
    const { events, told } = watch()
    await until(() => events().length >= 4)
    expect(told).toEqual([])
    expect(events().toSorted()).toEqual([
      'kubernetes-unreadable HTTPRoute',
      'kubernetes-unreadable Ingress',
      'kubernetes-unreadable IngressRoute',
      'kubernetes-unreadable Middleware',
    ])
  })

  test('reads the token for every call: a new one counts at once', async () => {
    api.apply(ingress('one'))
    const watched = watch({ token_file: '/later' })
    await until(() => watched.events().includes('kubernetes-unreadable Ingress'))
    expect(api.asked).toEqual([])
    watched.files.writeAtomic('/later', api.token, 0o600)
    await until(() => watched.hosts() === one)
  })

  test('looks only into the namespaces that are named', async () => {
    api.apply(ingress('one', 'required', 'mine'))
    api.apply(ingress('two', 'required', 'theirs'))
    const { hosts, told } = watch({ namespaces: ['mine', 'mine-too'] })
    await until(() => told.length > 0)
    expect(hosts()).toBe(one)
    expect(api.asked.every((path) => path.includes('/namespaces/mine'))).toBe(true)
  })
})

test('watchKubernetes() does without custom resources that are not installed', async () => {
  const plain = startKubernetesApi(['Ingress'])
  await api.stop()
  api = plain
  api.apply(ingress('one'))
  const { hosts, live } = watch()
  await until(() => hosts() === one)
  expect(live.status().map(({ state }) => state)).toEqual(['good', 'absent', 'absent', 'absent'])
})
