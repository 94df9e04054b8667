// The fake clock keeps the promises of the contract, so that tests over it say something of the real one.
import { describe, expect, test } from 'bun:test'
import { until } from '../../test/support/until.ts'
import { fakeClock, realClock, secondsAheadOfMachine } from './clock.ts'

describe('fakeClock()', () => {
  test('moves both times when advanced, wall time alone when it jumps', () => {
    const clock = fakeClock(1000)
    clock.advance(50)
    expect([clock.now(), clock.monotonic()]).toEqual([1050, 50])
    clock.jump(-3_600_000)
    expect([clock.now(), clock.monotonic()]).toEqual([1050 - 3_600_000, 50])
  })

  test('runs due timers in order of time, each at its own time', () => {
    const clock = fakeClock(0)
    const seen: string[] = []
    clock.after(30, () => void seen.push(`c at ${clock.now()}`))
    clock.after(10, () => void seen.push(`a at ${clock.now()}`))
    clock.every(20, () => void seen.push(`b at ${clock.monotonic()}`))
    clock.advance(45)
    expect(seen).toEqual(['a at 10', 'b at 20', 'c at 30', 'b at 40'])
    expect(clock.now()).toBe(45)
  })

  test('runs a timer that another timer sets, when it falls due in the same step', () => {
    const clock = fakeClock(0)
    const seen: number[] = []
    clock.after(10, () => clock.after(5, () => void seen.push(clock.monotonic())))
    clock.advance(14)
    expect(seen).toEqual([])
    clock.advance(1)
    expect(seen).toEqual([15])
  })

  test('runs nothing after it was cancelled, and cancelling twice is safe', () => {
    const clock = fakeClock(0)
    let runs = 0
    const cancels = [clock.after(10, () => runs++), clock.every(10, () => runs++)]
    for (const cancel of [...cancels, ...cancels]) cancel()
    clock.advance(100)
    expect(runs).toBe(0)
  })

  test('a timer that cancels itself from inside runs once', () => {
    const clock = fakeClock(0)
    let runs = 0
    const cancel = clock.every(10, () => {
      runs++
      cancel()
    })
    clock.advance(100)
    expect(runs).toBe(1)
  })

  test('a jump of wall time makes no timer due', () => {
    const clock = fakeClock(0)
    let runs = 0
    clock.after(10, () => runs++)
    clock.jump(1_000_000)
    expect(runs).toBe(0)
  })
})

describe('realClock()', () => {
  test('goes forward, and is the machine’s', () => {
    const clock = realClock()
    const before = clock.monotonic()
    expect(clock.monotonic()).toBeGreaterThanOrEqual(before)
    // A second may begin between the two looks at the time.
    expect(secondsAheadOfMachine(clock)).toBeOneOf([0, -1])
  })

  test('runs a task once, and not when it was cancelled first', async () => {
    const clock = realClock()
    const seen: string[] = []
    const cancel = clock.after(1, () => void seen.push('cancelled'))
    cancel()
    clock.after(2, () => void seen.push('once'))
    const stop = clock.every(1, () => void seen.push('again'))
    await until(() => seen.includes('once') && seen.filter((name) => name === 'again').length > 1)
    stop()
    expect(seen).not.toContain('cancelled')
    expect(seen.filter((name) => name === 'once')).toHaveLength(1)
  })
})

test('secondsAheadOfMachine() says how far a fake clock is ahead', () => {
  const clock = fakeClock(realClock().now())
  clock.advance(7_200_000)
  expect(secondsAheadOfMachine(clock)).toBeOneOf([7199, 7200])
})
