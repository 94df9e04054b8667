// What Prometheus says of stores and targets, and its nonsense.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { WitnessConfig } from '../config.ts'
import { readFilesystems, readTargets, readVector } from './prometheus.ts'
import { createWitness } from './registry.ts'
import { type Served, servingWorld, testStore } from './testing.fixture.ts'

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
