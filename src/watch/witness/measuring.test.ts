// Witnesses that measure stores: Prometheus, kubelet, the machine's own eyes, the gate; and their nonsense.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { WatchedStore, WitnessConfig } from '../config.ts'
import { sampleOfBytes } from './filesystem.ts'
import { readEvidence } from './gate.ts'
import { globPattern } from './glob.ts'
import { readSummary } from './kubelet.ts'
import { readFilesystems, readTargets, readVector } from './prometheus.ts'
import { createWitness, createWitnesses } from './registry.ts'
import { type Served, servingWorld, testStore, testdata } from './testing.fixture.ts'

const at = Date.UTC(2026, 3, 16, 17)
const MiB = 1024 ** 2

const vector = (...result: readonly unknown[]): string =>
  JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })

const point = (name: string, labels: object, value: unknown) => ({
  metric: { __name__: name, ...labels },
  value: [1776351600.123, value],
})

const shm = { device: 'shm', fstype: 'tmpfs', mountpoint: '/run/x/shm', instance: 'node-2:9100' }
const filesystem = [
  point('node_filesystem_size_bytes', shm, String(64 * MiB)),
  point('node_filesystem_avail_bytes', shm, String(48 * MiB)),
  point('node_filesystem_files', shm, '16384'),
  point('node_filesystem_files_free', shm, '12287'),
]

describe('prometheusWitness()', () => {
  const config = {
    kind: 'prometheus',
    name: 'prometheus',
    url: 'http://prometheus.lan:9090',
    bearer: 't0ken',
  } as const satisfies WitnessConfig
  const store = testStore({ series: 'device="shm",instance="node-2:9100"' })

  const asked = (answers: { readonly store: Served; readonly up: Served }, stores = [store]) => {
    const world = servingWorld(({ body }) => (body === 'query=up' ? answers.up : answers.store))
    return { world, read: () => createWitness(config, world, stores).read() }
  }

  test('asks for the file system of each store that names its series, and for what is up', async () => {
    const up = vector(
      point('up', { job: 'node', instance: 'node-2.example.com:9100' }, '1'),
      point('up', { job: 'gate', instance: '10.0.20.9:9001' }, '0'),
      point('up', { job: 'odd', instance: '' }, 'NaN'),
    )
    const other = testStore({ name: 'other' })
    const { read, world } = asked({ store: vector(...filesystem), up }, [store, other])
    expect(await read()).toEqual({
      ok: true,
      value: {
        testimonies: [
          { name: 'node/node-2.example.com:9100', host: 'node-2.example.com', state: 'up' },
          { name: 'gate/10.0.20.9:9001', host: '10.0.20.9', state: 'down' },
        ],
        samples: [
          {
            store: 'shm',
            at,
            source: 'prometheus',
            usedBlocks: 4096,
            totalBlocks: 16_384,
            blockBytes: 4096,
            usedInodes: 4097,
            totalInodes: 16_384,
            created: null,
            createdAt: null,
            emptyEntries: null,
          },
        ],
        reasons: [],
        changes: [],
      },
    })
    expect(world.asked.map(({ url, method }) => [method, url])).toEqual([
      ['POST', 'http://prometheus.lan:9090/api/v1/query'],
      ['POST', 'http://prometheus.lan:9090/api/v1/query'],
    ])
    expect(new URLSearchParams(world.asked[0]?.body).get('query')).toBe(
      '{__name__=~"node_filesystem_(size_bytes|avail_bytes|files|files_free)",device="shm",instance="node-2:9100"}',
    )
    expect(world.asked[0]?.headers?.['authorization']).toBe('Bearer t0ken')
  })

  test.each<[Served, string]>([
    [
      '{"status":"error","errorType":"bad_data","error":"1:5: parse error"}',
      'It cannot answer: "1:5: parse error"',
    ],
    ['{"status":"error"}', 'It cannot answer: "no reason given"'],
    [
      '{"status":"success","warnings":["one of two stores is away"],"data":{"resultType":"vector","result":[]}}',
      'Its answer is not whole: "one of two stores is away"',
    ],
    ['{"status":"success","data":{"resultType":"matrix","result":[]}}', 'Its answer is no vector'],
    ['{"status":"success","data":{"resultType":"vector","result":{}}}', 'Its answer is no vector'],
    ['{"status":"success"}', 'Its answer is no vector'],
    ['[]', 'Its answer is none of the HTTP API of Prometheus'],
    ['<html>Not here</html>', 'Its answer is no JSON, it begins with "<html>Not here</html>"'],
    [vector(...Array.from({ length: 5001 }, () => ({}))), 'Its answer has more than 5000 series'],
    ['['.repeat(200_000), `Its answer is no JSON, it begins with "${'['.repeat(40)}"`],
    [502, 'It answered 502'],
  ])('is blind when the answer is none (%#)', async (served, detail) => {
    for (const answers of [
      { store: served, up: vector() },
      { store: vector(), up: served },
    ])
      expect(await asked(answers).read()).toEqual({
        ok: false,
        error: { witness: 'prometheus', detail },
      })
  })

  test.each([
    ['no series', []],
    ['no free bytes', filesystem.slice(0, 1)],
    ['NaN', [filesystem[0], point('node_filesystem_avail_bytes', shm, 'NaN')]],
    [
      'more free than there is',
      [filesystem[0], point('node_filesystem_avail_bytes', shm, '1e308')],
    ],
    ['below zero', [filesystem[0], point('node_filesystem_avail_bytes', shm, '-4096')]],
    ['an infinite size', [point('node_filesystem_size_bytes', shm, '+Inf'), filesystem[1]]],
    ['numbers where texts belong', [point('node_filesystem_size_bytes', shm, 5), filesystem[1]]],
    [
      'two file systems with half each',
      [filesystem[0], point('node_filesystem_avail_bytes', { device: 'x' }, '1')],
    ],
  ])('gives no sample for %s, and is not blind', async (_name, result) => {
    const read = await asked({ store: vector(...result), up: vector() }).read()
    expect(read.ok && read.value.samples).toEqual([])
  })

  test('takes the fullest of several file systems, inodes only where they are counted', () => {
    const points = [...filesystem, ...filesystem]
      .map(({ metric, value }, i) => ({
        labels: { ...metric, instance: i < 4 ? 'a' : 'b' },
        value: Number(value[1]) / (i === 5 ? 2 : 1),
      }))
      .filter(({ labels }) => !labels.__name__.endsWith('files'))
    const [sample, ...rest] = readFilesystems(store, points, at)
    expect(rest).toEqual([])
    expect([sample?.usedBlocks, sample?.usedInodes]).toEqual([10_240, null])
  })

  test('never throws over any data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const answer of [
          value,
          { status: 'success', data: value },
          { status: 'success', data: { resultType: 'vector', result: [value] } },
          {
            status: 'success',
            data: { resultType: 'vector', result: [{ metric: value, value: [0, '1e308'] }] },
          },
        ]) {
          const read = readVector(answer)
          if (!read.ok) continue
          for (const { host } of readTargets(read.value)) expect(host).not.toBe('')
          expect(readFilesystems(store, read.value, at).length).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('kubeletWitness()', () => {
  const config = {
    kind: 'kubelet',
    name: 'node-2',
    url: 'https://10.0.20.2:10250/',
    bearer: 'b',
    caFile: '/ca.crt',
  } as const satisfies WitnessConfig
  const dshm = testStore({ volume: 'authentik/ak-outpost-*/dshm' })

  test('finds memory volumes by name, and takes the fullest of the replicas', async () => {
    const world = servingWorld(() => testdata('kubelet-summary.json'), { '/ca.crt': 'PEM' })
    const stores = [dshm, testStore({ name: 'default', path: '/dev/shm' })]
    const read = await createWitness(config, world, stores).read()
    expect(read.ok && read.value.samples).toEqual([
      {
        store: 'shm',
        at,
        source: 'kubelet',
        usedBlocks: 65_536,
        totalBlocks: 131_072,
        blockBytes: 4096,
        usedInodes: 65_536,
        totalInodes: 4_033_536,
        created: null,
        createdAt: null,
        emptyEntries: null,
      },
    ])
    const [asked] = world.asked
    expect([asked?.url, asked?.ca, asked?.insecureTls]).toEqual([
      'https://10.0.20.2:10250/stats/summary',
      'PEM',
      undefined,
    ])
  })

  test('is blind without its certificate, with an answer that is no summary, or none', async () => {
    const blind = async (served: Served, files: Record<string, string>): Promise<unknown> => {
      const read = await createWitness(
        config,
        servingWorld(() => served, files),
        [dshm],
      ).read()
      return read.ok ? read.value : read.error.detail
    }
    const ca = { '/ca.crt': 'PEM' }
    expect(await blind('{}', {})).toBe('The certificate file cannot be read: "ENOENT"')
    expect(await blind('{"node":{}}', ca)).toBe('Its answer is no summary: it has no "pods"')
    expect(await blind('Unauthorized', ca)).toStartWith('Its answer is no JSON')
    expect(await blind(403, ca)).toBe('It answered 403: the credentials are wrong')
  })

  test('gives no sample for a volume that says nothing, or nonsense', () => {
    const summary = (volume: object): unknown => ({
      pods: [{ podRef: { name: 'ak-outpost-1', namespace: 'authentik' }, volume: [volume] }],
    })
    const samples = (volume: object): unknown => {
      const read = readSummary(summary({ name: 'dshm', ...volume }), [dshm], at)
      return read.ok && read.value
    }
    expect(samples({})).toEqual([])
    expect(samples({ capacityBytes: 0, usedBytes: 0 })).toEqual([])
    expect(samples({ capacityBytes: -5, usedBytes: 1 })).toEqual([])
    expect(samples({ capacityBytes: '64Mi', usedBytes: 1 })).toEqual([])
    expect(samples({ capacityBytes: 8192, usedBytes: 9000 })).toMatchObject([{ usedBlocks: 2 }])
    expect(samples({ capacityBytes: 8192, availableBytes: 4096 })).toMatchObject([
      { usedBlocks: 1 },
    ])
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        for (const answer of [
          one,
          { pods: one },
          { pods: [one] },
          summary({ name: 'dshm', capacityBytes: one, usedBytes: two }),
        ]) {
          const read = readSummary(answer, [dshm], at)
          if (read.ok)
            for (const { totalBlocks, usedBlocks } of read.value)
              expect(usedBlocks).toBeWithin(0, totalBlocks + 2)
        }
      }),
    )
  })
})

describe('statfsWitness()', () => {
  const config = (stores: readonly WatchedStore[]) => ({ stores, witnesses: [] })

  test('is there for stores with a directory, and reads blocks, times and empty files', async () => {
    const files = {
      '/dev/shm/session_a': 'x'.repeat(1500),
      '/dev/shm/session_b': '',
      '/dev/shm/other': '',
    }
    const world = servingWorld(() => 500, files)
    const [witness, ...none] = createWitnesses(
      config([testStore({ path: '/dev/shm' }), testStore({ name: 'elsewhere' })]),
      world,
    )
    expect([witness?.name, none]).toEqual(['statfs', []])
    const read = await witness?.read()
    expect(read?.ok === true && read.value.samples).toEqual([
      {
        store: 'shm',
        at,
        source: 'statfs',
        usedBlocks: 3,
        totalBlocks: 16_384,
        blockBytes: 4096,
        usedInodes: 3,
        totalInodes: 16_384,
        created: null,
        createdAt: [0, 0],
        emptyEntries: 1,
      },
    ])
    expect(createWitnesses(config([testStore()]), world)).toEqual([])
  })

  test('is blind, and says at which store, when a directory cannot be read', async () => {
    const [witness] = createWitnesses(
      config([testStore({ path: '/gone' })]),
      servingWorld(() => 500),
    )
    expect(await witness?.read()).toEqual({
      ok: false,
      error: {
        witness: 'statfs',
        detail: 'The directory of the store "shm" cannot be read: "ENOENT"',
      },
    })
  })
})

describe('gateWitness()', () => {
  const config = { kind: 'gate', name: 'gate-1', url: 'http://127.0.0.1:9001' } as const
  const evidence = (until: number) => ({
    until,
    reasons: [{ reason: 'session-store', count: 9, people: 0, hosts: 3, networks: 2 }],
    sessions: {
      stored: 12,
      most: 100_000,
      opened: { people: 31, probes: 0, machines: 0 },
      faults: 4,
    },
  })

  test('asks each time for the minutes since the last, and knows how full the store is', async () => {
    let until = 29_605_860
    const world = servingWorld(() => JSON.stringify(evidence(until)))
    const witness = createWitness(config, world)
    expect(await witness.read()).toEqual({
      ok: true,
      value: {
        testimonies: [],
        changes: [],
        reasons: [{ reason: 'session-store', count: 9, people: 0, hosts: 3, networks: 2 }],
        samples: [
          {
            store: 'gate-1',
            at,
            source: 'gate',
            usedBlocks: 12,
            totalBlocks: 100_000,
            blockBytes: 1,
            usedInodes: null,
            totalInodes: null,
            created: { people: 31, probes: 0, machines: 0 },
            createdAt: null,
            emptyEntries: null,
            failedWrites: 4,
          },
        ],
      },
    })
    until += 2
    await witness.read()
    await witness.read()
    expect(world.asked.map(({ url }) => url.split('/').at(-1))).toEqual([
      'evidence',
      'evidence?since=29605860',
      'evidence?since=29605862',
    ])
  })

  test.each([
    ['{}', 'Its answer is none of a gate: it has no "until" and "reasons"'],
    ['{"until":-1,"reasons":[]}', 'Its answer is none of a gate: it has no "until" and "reasons"'],
    ['{"until":1,"reasons":{}}', 'Its answer is none of a gate: it has no "until" and "reasons"'],
    [
      '{"until":1,"reasons":[{"reason":"x","count":"many"}]}',
      'Its answer has a reason that cannot be read',
    ],
    ['{"until":1,"reasons":[null]}', 'Its answer has a reason that cannot be read'],
  ])('is blind when it is told %s', async (served, detail) => {
    const read = await createWitness(
      config,
      servingWorld(() => served),
    ).read()
    expect(read).toEqual({ ok: false, error: { witness: 'gate-1', detail } })
  })

  test('is content with a gate that says nothing of its store, and never throws', () => {
    expect(readEvidence({ until: 1, reasons: [] }, 'gate', at)).toEqual({
      ok: true,
      value: { until: 1, reasons: [], sample: null },
    })
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
        for (const answer of [
          one,
          { until: 1, reasons: one },
          { until: 1, reasons: [one], sessions: two },
        ]) {
          const read = readEvidence(answer, 'gate', at)
          if (read.ok) expect(read.value.until).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

test('globPattern() matches whole names, and nothing but "*" is special', () => {
  const matches = (glob: string, text: string): boolean => globPattern(glob).test(text)
  expect(matches('session_*', 'session_abc')).toBe(true)
  expect(matches('session_*', 'xsession_abc')).toBe(false)
  expect(matches('a.b', 'axb')).toBe(false)
  expect(matches('*', 'any\nthing')).toBe(true)
  expect(matches('a/*/c', 'a/b/d/c')).toBe(true)
  expect(matches('(x)[1]{2}', '(x)[1]{2}')).toBe(true)
})

test('sampleOfBytes() rounds towards full', () => {
  const head = { store: testStore(), at, source: 'statfs' } as const
  expect(sampleOfBytes(head, [10_000, 9999, 0, 0])).toMatchObject({
    usedBlocks: 1,
    totalBlocks: 2,
    usedInodes: null,
  })
})
