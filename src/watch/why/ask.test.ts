// Rounds: one where all is well, more while something fails, never too much at once.
import { describe, expect, test } from 'bun:test'
import { err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import { testAnswer } from '../contract/testing.ts'
import { openDoor, sampleWatch } from '../plan/samples.fixture.ts'
import type { Prober } from '../probe/prober.ts'
import { askRounds, inTurns } from './ask.ts'
import { inquiryOf } from './inquiry.ts'

/** Answers everything with 200, from the `after`-th answer on; before that nothing connects. */
function proberThat(after: number, onProbe: () => void = () => {}): Prober & { count(): number } {
  let count = 0
  const probe: Prober['probe'] = async () => {
    onProbe()
    return count++ < after
      ? err({ class: 'CONNECT', detail: 'Nothing listens', ms: 1 })
      : ok(testAnswer(200, { 'content-type': 'text/html' }, { body: 'hi' }))
  }
  return {
    probe,
    probeSignedIn: async () => err({ class: 'CONNECT', detail: 'Never asked', ms: 0 }),
    resolve: async () => ok(['10.0.20.5']),
    count: () => count,
  }
}

const config = sampleWatch({ doors: [openDoor], identityProvider: null, gates: [] })
const open = { ...config, canaries: { open: openDoor, protected: null } }
const { probes } = inquiryOf(open, openDoor)

describe('askRounds()', () => {
  test('takes one round where all is well', async () => {
    const clock = fakeClock(0)
    const rounds = await askRounds(
      { config: open, prober: proberThat(0), clock, mark: null },
      probes,
    )
    expect(rounds).toHaveLength(1)
    expect([...(rounds[0]?.round.results.values() ?? [])].every((passed) => passed)).toBe(true)
  })

  test('takes three while something fails', async () => {
    const clock = fakeClock(0)
    const prober = proberThat(Infinity)
    const rounds = await askRounds({ config: open, prober, clock, mark: null }, probes)
    expect(rounds).toHaveLength(3)
    expect(rounds.every(({ observations }) => observations.length === probes.length)).toBe(true)
  })

  test('does not go on when it took long already', async () => {
    const clock = fakeClock(0)
    const prober = proberThat(Infinity, () => clock.advance(3000))
    const rounds = await askRounds({ config: open, prober, clock, mark: null }, probes)
    expect(rounds).toHaveLength(1)
  })

  test('asks again though only the first answer failed, to see whether it was chance', async () => {
    const clock = fakeClock(0)
    const rounds = await askRounds(
      { config: open, prober: proberThat(1), clock, mark: null },
      probes,
    )
    expect(rounds).toHaveLength(3)
    expect(rounds[2]?.observations.every((seen) => seen.ok)).toBe(true)
  })
})

describe('inTurns()', () => {
  test('keeps the order and never has more than sixteen under way', async () => {
    let running = 0
    let peak = 0
    const items = Array.from({ length: 100 }, (_, i) => i)
    const results = await inTurns(items, async (item) => {
      peak = Math.max(peak, ++running)
      await Promise.resolve()
      running--
      return item * 2
    })
    expect(results).toEqual(items.map((item) => item * 2))
    expect(peak).toBe(16)
  })
  test('of nothing is nothing', async () => {
    expect(await inTurns([], async () => 1)).toEqual([])
  })
})
