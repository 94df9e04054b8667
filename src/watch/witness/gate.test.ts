// What our own gate says of its sessions and its store, and nonsense in its place.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readEvidence } from './gate.ts'
import { createWitness } from './registry.ts'
import { servingWorld } from './testing.fixture.ts'

const at = Date.UTC(2026, 3, 16, 17)

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
