// "k of n": the thresholds of the study, what is learnt, what is not, and the tier that fails.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AuthTier } from '../../model/service.ts'
import { seededRandom } from '../../world/random.ts'
import { type WitnessHistory, correlated, noHistory } from './correlated.ts'
import type { Testimony } from './witness.ts'

/** `counts` monitors of each state, numbered through, on hosts of their own. */
function monitors(
  counts: Readonly<Partial<Record<Testimony['state'], number>>>,
  prefix = 'm',
): readonly Testimony[] {
  return Object.entries(counts).flatMap(([state, count]) =>
    Array.from({ length: count }, (_, i): Testimony => {
      const name = `${prefix}-${state}-${i}`
      return { name, host: `${name}.example.com`, state: state as Testimony['state'] }
    }),
  )
}

const noTiers: ReadonlyMap<string, AuthTier> = new Map()
/** A history that leaves the prior rate of 0.005 as it is. */
const quiet: WitnessHistory = { ...noHistory, checks: 98_000, failures: 490 }

describe('correlated()', () => {
  test.each([
    [10, 4],
    [20, 4],
    [55, 5],
    [81, 6],
    [136, 7],
  ])('of %p monitors at a failure rate of 0.005 takes %p, as the study has it', (services, k) => {
    const alarm = (down: number) =>
      correlated(monitors({ down, up: services - down }), quiet, noTiers).alarm
    expect(alarm(k - 1)).toBeNull()
    expect(alarm(k)).toMatchObject({ failing: k, watched: services, threshold: k })
  })

  test('takes more where the witness has shown itself to be nervous, within bounds', () => {
    const nervous = { ...noHistory, checks: 100_000, failures: 2050 }
    const { alarm } = correlated(monitors({ down: 20, up: 116 }), nervous, noTiers)
    expect([alarm?.threshold, alarm?.failureRate]).toEqual([13, expect.closeTo(0.02, 3)])
    const hopeless = { ...noHistory, checks: 100_000, failures: 90_000 }
    const bounded = correlated(monitors({ down: 30, up: 106 }), hopeless, noTiers).alarm
    expect([bounded?.threshold, bounded?.failureRate]).toEqual([21, 0.05])
    const flawless = { ...noHistory, checks: 1_000_000, failures: 0 }
    expect(correlated(monitors({ down: 5, up: 131 }), flawless, noTiers).alarm?.failureRate).toBe(
      0.001,
    )
  })

  test('does not take maintenance and pending for down', () => {
    const quietly = monitors({ maintenance: 60, pending: 60, up: 16 })
    expect(correlated(quietly, quiet, noTiers).alarm).toBeNull()
    const mixed = monitors({ maintenance: 60, pending: 60, up: 6, down: 10 })
    expect(correlated(mixed, quiet, noTiers).alarm).toMatchObject({ watched: 16, failing: 10 })
  })

  test('names the tier that the failing have in common, when chance would not', () => {
    const guarded = monitors({ down: 81 }, 'guarded')
    const others = monitors({ up: 55 }, 'open')
    const tiers = new Map<string, AuthTier>([
      ...guarded.map(({ host }): [string, AuthTier] => [host ?? '', 'required']),
      ...others.map(({ host }): [string, AuthTier] => [host ?? '', 'none']),
    ])
    const { alarm } = correlated([...guarded, ...others], quiet, tiers)
    expect(alarm?.tier).toMatchObject({
      tier: 'required',
      failing: 81,
      of: 81,
      strength: 'certain',
    })
    expect(alarm?.tier?.p).toBeLessThan(1e-38)
    expect(alarm?.text).toBe(
      '81 of 136 monitors fail together, where 7 would be chance less than once a year; ' +
        '81 of the 81 of tier "required" are among them (p = 2e-39)',
    )
    expect(alarm?.names).toHaveLength(10)
    // The incident of the study with eight failing: a suspicion, p = 0.014.
    const eight = guarded.map((one, i): Testimony => ({ ...one, state: i < 8 ? 'down' : 'up' }))
    const suspected = correlated([...eight, ...others], quiet, tiers).alarm
    expect(suspected?.tier?.strength).toBe('suspected')
    expect(suspected?.tier?.p).toBeCloseTo(0.014, 3)
    expect(suspected?.text).toEndWith(', which is a suspicion')
    // Failing all over: no tier is named.
    const everywhere = [...monitors({ down: 81 }, 'guarded'), ...monitors({ down: 55 }, 'open')]
    expect(correlated(everywhere, quiet, tiers).alarm?.tier).toBeNull()
  })

  test('is one alarm while it stands, and learns nothing from it', () => {
    const broken = monitors({ down: 81, up: 55 })
    let history: WitnessHistory = quiet
    for (let minute = 0; minute < 44 * 60; minute++) {
      const judged = correlated(broken, history, noTiers)
      expect(judged.alarm?.failing).toBe(81)
      history = judged.history
    }
    expect(history).toEqual({ ...quiet, isAlarming: true })
    expect(correlated(monitors({ up: 136 }), history, noTiers)).toMatchObject({
      alarm: null,
      history: { isAlarming: false, checks: quiet.checks + 136 },
    })
  })

  test('gets used to what is always down: it is no news', () => {
    const always = monitors({ down: 3 }, 'dead')
    let history: WitnessHistory = quiet
    for (let minute = 0; minute < 60; minute++)
      ({ history } = correlated([...always, ...monitors({ up: 78 })], history, noTiers))
    const { alarm } = correlated([...always, ...monitors({ down: 5, up: 73 })], history, noTiers)
    expect(alarm).toBeNull()
    const more = correlated([...always, ...monitors({ down: 8, up: 70 })], history, noTiers).alarm
    expect(more).toMatchObject({ failing: 8, watched: 78 })
    // Up for once, it counts again.
    const back = always.map((one): Testimony => ({ ...one, state: 'up' }))
    ;({ history } = correlated([...back, ...monitors({ up: 78 })], history, noTiers))
    expect(history.downFor.size).toBe(0)
  })

  test('gives no false alarm in a year of five-minute windows at its own rate', () => {
    const seed = 20260418
    console.log(`seed ${seed}`)
    const random = seededRandom(seed)
    let alarms = 0
    let history: WitnessHistory = noHistory
    for (let window = 0; window < 105_120; window++) {
      const bytes = random.bytes(2 * 20)
      const judged = Array.from({ length: 20 }, (_, i): Testimony => {
        const draw = ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)) / 65_536
        return { name: String(i), host: null, state: draw < 0.005 ? 'down' : 'up' }
      })
      const result = correlated(judged, history, noTiers)
      history = result.history
      if (result.alarm !== null) alarms++
    }
    expect(alarms).toBeLessThanOrEqual(1)
    expect(history.failures / history.checks).toBeCloseTo(0.005, 3)
  })

  test('never throws, never alarms over nothing, keeps its history bounded', () => {
    const testimony = fc.record({
      name: fc.string({ maxLength: 5 }),
      host: fc.option(fc.domain()),
      state: fc.constantFrom<Testimony['state'][]>('up', 'down', 'pending', 'maintenance'),
    })
    fc.assert(
      fc.property(fc.array(fc.array(testimony), { maxLength: 10 }), (readings) => {
        let history: WitnessHistory = noHistory
        for (const reading of readings) {
          const { alarm, history: next } = correlated(reading, history, noTiers)
          expect(next.downFor.size).toBeLessThanOrEqual(reading.length + history.downFor.size)
          if (alarm !== null) expect(alarm.failing).toBeGreaterThanOrEqual(alarm.threshold)
          history = next
        }
        expect(correlated([], history, noTiers).alarm).toBeNull()
      }),
    )
  })
})
