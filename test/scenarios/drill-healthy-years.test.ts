// Years of nothing: leaving out what changes nothing changes nothing, and noise is what it says.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type HealthyOptions, healthyYears } from '../../src/watch/drill/healthy.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const day = 1 / 365

/** What was said, word for word, beside the figures. */
function saidIn(options: HealthyOptions): string {
  const events: unknown[] = []
  const result = healthyYears({ ...options, said: (event) => events.push(event) })
  return JSON.stringify({ result, events })
}

describe('healthyYears', () => {
  // So noisy that incidents open and close: silence alone would prove little.
  const loud = { probe: 0.03, hiccup: 0.01, goesOn: 0.5, share: 0.6, flap: 0.002 }
  test.each([
    ['the noise of the study', 'independent', 12 * day],
    ['correlated noise', 'correlated', 12 * day],
    ['noise that alarms', loud, 6 * day],
    ['noise that alarms a lot', { ...loud, probe: 0.25 }, 3 * day],
  ] as const)('is the same with and without what changes nothing: %s', (_, noise, years) => {
    const options = { hosts: 14, seed: 3, noise, years } as const
    expect(saidIn(options)).toBe(saidIn({ ...options, skips: false }))
  })

  test('would tell a difference: that noise does alarm', () => {
    const noise = { ...loud, probe: 0.25 }
    const { notices, pages } = healthyYears({ hosts: 14, seed: 3, noise, years: 3 * day })
    expect(notices + pages).toBeGreaterThan(0)
  })

  test('fails as many as it says', () => {
    const { failures, rounds } = healthyYears({
      hosts: 20,
      seed: 1,
      noise: 'independent',
      years: 20 * day,
    })
    expect(rounds).toBe(20 * 1440)
    // 13 canaries a round, 20 hosts over four vantages in five rounds, one of them without a service of its own.
    const perRound = failures / rounds / 0.005
    expect(perRound).toBeGreaterThan(25)
    expect(perRound).toBeLessThan(34)
  })

  test('shows a stretch as it was in the whole, and names the minute of an alarm for it', () => {
    // Bursts that go on for an hour and more: no watch could tell them from an outage.
    const noise = { ...loud, hiccup: 0.004, goesOn: 0.99, share: 0.25 }
    const options = { hosts: 14, seed: 3, noise, years: 4 * day } as const
    const rounds = (stretch?: HealthyOptions['stretch']) => {
      const seen: string[][] = []
      const { alarms } = healthyYears({
        ...options,
        ...(stretch === undefined ? {} : { stretch }),
        observe: (input) => {
          if (input.kind === 'round')
            seen.push([...input.round.results].flatMap(([probe, ok]) => (ok ? [] : [probe])))
        },
      })
      return { alarms, seen }
    }
    const whole = rounds()
    const [first] = whole.alarms
    const to = (first?.minute ?? 0) + 1
    expect(rounds({ from: to - 20, to }).seen).toEqual(whole.seen.slice(to - 20, to))
    expect(rounds({ from: 0, to }).alarms[0]).toEqual(first)
    expect(first).toBeDefined()
  })

  test.each([7, 8, 9])('misses no alarm when it is screened for them, seed %p', (seed) => {
    const noise = { probe: 0.002, hiccup: 0.0005, goesOn: 0.98, share: 0.2, flap: 0.001 }
    const options = { hosts: 8, seed, noise, years: 8 * day } as const
    const whole = healthyYears(options)
    const screened = healthyYears({ ...options, isScreened: true })
    // A core that has just been woken has not learnt that the network is noisy: it may say more, never less.
    expect(screened.alarms).toEqual(expect.arrayContaining([...whole.alarms]))
    expect(screened.alarms.length).toBe(seed === 8 ? 0 : 1)
  })

  test('is the same for the same seed and another for another', () => {
    const years = (seed: number) =>
      healthyYears({ hosts: 10, seed, noise: 'correlated', years: 2 * day })
    expect(years(1)).toEqual(years(1))
    expect(years(1).failures).not.toBe(years(2).failures)
  })

  test('wakes nobody in two weeks of either noise, where simpler monitors do', () => {
    const options = { hosts: 60, seed: 9, years: 14 * day } as const
    const independent = healthyYears({ ...options, noise: 'independent' })
    const correlated = healthyYears({ ...options, noise: 'correlated' })
    expect([independent.pages, correlated.pages]).toEqual([0, 0])
    const simple = correlated.baselines.map(({ falseAlarms }) => falseAlarms)
    expect(Math.max(...simple)).toBeGreaterThan(0)
  })
})
