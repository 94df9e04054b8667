// What a kubelet says of memory volumes, and its nonsense.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { WitnessConfig } from '../config.ts'
import { readSummary } from './kubelet.ts'
import { createWitness } from './registry.ts'
import { type Served, servingWorld, testStore, testdata } from './testing.fixture.ts'

const at = Date.UTC(2026, 3, 16, 17)

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
