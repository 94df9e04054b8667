// Session time: follows wall time, but never leaps by a correction of the clock.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { fakeClock } from '../../world/clock.ts'
import { memoryLog } from '../../world/log.ts'
import { sampleStart } from './samples.fixture.ts'
import { createSessionClock, jumpToleratedMs } from './session-clock.ts'

const hour = 3_600_000

test('session time is wall time while the wall clock runs evenly', () => {
  const clock = fakeClock(sampleStart)
  const time = createSessionClock(clock, memoryLog())
  for (let i = 0; i < 100; i++) {
    clock.advance(777)
    expect(time.now()).toBe(clock.now())
  }
})

for (const [title, jump] of [
  ['forward', hour],
  ['back', -hour],
] as const)
  test(`a jump of one hour ${title} changes session time by nothing at once, and by all in 20 h`, () => {
    const clock = fakeClock(sampleStart)
    const log = memoryLog()
    const time = createSessionClock(clock, log)
    clock.advance(10_000)
    const before = time.now()
    clock.jump(jump)
    expect(time.now()).toBe(before)
    clock.advance(60_000)
    const passed = time.now() - before
    expect(passed).toBeGreaterThanOrEqual(57_000)
    expect(passed).toBeLessThanOrEqual(63_000)
    clock.advance(21 * hour)
    expect(time.now()).toBe(clock.now())
    expect(log.lines).toEqual([])
  })

test('a jump of days is followed within a second, and logged', () => {
  const clock = fakeClock(sampleStart)
  const log = memoryLog()
  const time = createSessionClock(clock, log)
  clock.jump(3 * 24 * hour)
  clock.advance(1000)
  expect(time.now()).toBe(clock.now())
  expect(log.lines).toEqual([
    { level: 'warn', event: 'clock-jump', fields: { followed: true, seconds: 3 * 24 * 3600 } },
  ])
})

test('session time never goes back and never differs by more than is tolerated, however the clock jumps', () => {
  const step = fc.record({
    advance: fc.nat({ max: 5000 }),
    jump: fc.oneof(fc.constant(0), fc.integer({ min: -hour, max: hour })),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clock = fakeClock(sampleStart)
      const time = createSessionClock(clock, memoryLog())
      let last = time.now()
      for (const { advance, jump } of steps) {
        clock.jump(jump)
        clock.advance(1000 + advance)
        const now = time.now()
        const followedBack = clock.now() < last
        if (!followedBack) expect(now).toBeGreaterThanOrEqual(last)
        expect(Math.abs(now - clock.now())).toBeLessThanOrEqual(jumpToleratedMs)
        last = now
      }
    }),
  )
})

test('a stopped session clock leaves no timer behind', () => {
  const clock = fakeClock(sampleStart)
  const log = memoryLog()
  createSessionClock(clock, log).stop()
  clock.jump(3 * 24 * hour)
  clock.advance(10_000)
  expect(log.lines).toEqual([])
})
