// The tables of the study, section 4.6, figure by figure, and the chart against a seeded run.
import { describe, expect, test } from 'bun:test'
import { bernoulliCusum, leastFailing, probesToRun } from './false-alarms.ts'
import { seeded } from './testing.ts'

const rates = [0.001, 0.005, 0.02, 0.05] as const
const windowsPerYear = 105_120

describe('leastFailing', () => {
  test.each([
    [10, [3, 4, 5, 6]],
    [20, [3, 4, 6, 8]],
    [55, [4, 5, 9, 13]],
    [81, [4, 6, 10, 16]],
    [136, [5, 7, 13, 21]],
  ])('of %p services is %p for the four rates', (services, row) => {
    const found = rates.map((failureRate) =>
      leastFailing({ services, failureRate, windowsPerYear, falseAlarmsPerYear: 1 }),
    )
    expect(found).toEqual(row)
  })
  test('is more than there are where even all of them fail by chance too often', () => {
    const alarm = { services: 2, failureRate: 0.5, windowsPerYear, falseAlarmsPerYear: 1 }
    expect(leastFailing(alarm)).toBe(3)
  })
  test('is one where a single failure is rare enough', () => {
    const alarm = { services: 5, failureRate: 1e-9, windowsPerYear, falseAlarmsPerYear: 1 }
    expect(leastFailing(alarm)).toBe(1)
  })
})

describe('probesToRun', () => {
  // 136 hosts every five minutes.
  const perDay = 136 * 288
  test.each([
    [2, 0.005, 1],
    [3, 0.005, 205],
    [3, 0.02, 3.3],
    [4, 0.02, 163],
  ])('%p in a row at %p come about every %p days', (count, rate, days) => {
    const found = probesToRun(count, rate) / perDay
    expect(Math.abs(found - days) / days).toBeLessThan(0.03)
  })
  test('of one is the mean of a geometric distribution', () => {
    expect(probesToRun(1, 0.25)).toBeCloseTo(4, 12)
  })
})

describe('bernoulliCusum', () => {
  test('adds 5.19 for a failure and takes 2.30 for a pass', () => {
    const chart = bernoulliCusum()
    expect([chart.failure, chart.pass].map((value) => value.toFixed(2))).toEqual(['5.19', '-2.30'])
  })
  test('never falls below zero', () => {
    const chart = bernoulliCusum()
    expect(chart.next(1, false)).toBe(0)
    expect(chart.next(0, true)).toBe(chart.failure)
  })
  test('alarms at the third failure in a row, at the fourth after a pass between', () => {
    expect(firstAlarm([true, true, true])).toBe(3)
    expect(firstAlarm([true, false, true, true])).toBe(null)
    expect(firstAlarm([true, false, true, true, true])).toBe(5)
  })
  test('alarms after 3.3 probes of a fault on average', () => {
    const random = seeded(3)
    let sum = 0
    for (let i = 0; i < 4000; i++)
      sum += firstAlarm(Array.from({ length: 60 }, () => random() < 0.9)) ?? 60
    expect(sum / 4000).toBeCloseTo(3.3, 0)
  })
  test('alarms after 9.2 when half of the probes fail', () => {
    const random = seeded(4)
    let sum = 0
    for (let i = 0; i < 4000; i++)
      sum += firstAlarm(Array.from({ length: 400 }, () => random() < 0.5)) ?? 400
    expect(Math.abs(sum / 4000 - 9.2)).toBeLessThan(0.5)
  })
})

/** Position of the first alarm, from 1; null: none. */
function firstAlarm(outcomes: readonly boolean[]): number | null {
  const chart = bernoulliCusum()
  let sum = 0
  for (const [i, failed] of outcomes.entries()) {
    sum = chart.next(sum, failed)
    if (chart.alarms(sum)) return i + 1
  }
  return null
}
