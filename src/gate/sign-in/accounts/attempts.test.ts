// Limits on attempts: who is shut out, for how long, and that filling the table shuts out nobody.
import { describe, expect, test } from 'bun:test'
import { AttemptTable } from './attempts.ts'
import { fakeClock } from '../../../world/clock.ts'

const windowMs = 300_000

function table(options: { attemptsMax?: number; entriesMax?: number } = {}) {
  const clock = fakeClock(0)
  const rule = { attemptsMax: options.attemptsMax ?? 3, windowMs }
  return {
    clock,
    attempts: new AttemptTable({ clock, entriesMax: options.entriesMax ?? 100, rule: () => rule }),
  }
}

/** How many attempts are let through until the door shuts. */
function untilShut(attempts: AttemptTable, key: string): number {
  for (let count = 0; count < 1000; count++) if (!attempts.begin(key).ok) return count
  return Infinity
}

describe('AttemptTable.begin', () => {
  test('lets attemptsMax through and then shuts for the window', () => {
    const { clock, attempts } = table()
    expect(untilShut(attempts, 'a')).toBe(3)
    expect(attempts.begin('a')).toEqual({ ok: false, retryAfterMs: windowMs })
    clock.advance(windowMs - 1)
    expect(attempts.begin('a')).toEqual({ ok: false, retryAfterMs: 1 })
    clock.advance(1)
    expect(attempts.begin('a').ok).toBe(true)
  })

  test('shuts twice as long each time in a row, up to eight windows', () => {
    const { clock, attempts } = table()
    const waits: number[] = []
    for (let round = 0; round < 6; round++) {
      expect(untilShut(attempts, 'a')).toBe(3)
      const shut = attempts.begin('a')
      const wait = shut.ok ? 0 : shut.retryAfterMs
      waits.push(wait / windowMs)
      clock.advance(wait)
    }
    expect(waits).toEqual([1, 2, 4, 8, 8, 8])
  })

  test('forgets the doubling after a quiet window', () => {
    const { clock, attempts } = table()
    untilShut(attempts, 'a')
    clock.advance(windowMs * 2)
    untilShut(attempts, 'a')
    expect(attempts.begin('a')).toEqual({ ok: false, retryAfterMs: windowMs })
  })

  test('forgets failures that are older than the window', () => {
    const { clock, attempts } = table()
    attempts.begin('a')
    attempts.begin('a')
    clock.advance(windowMs)
    expect(untilShut(attempts, 'a')).toBe(3)
  })

  test('counts an attempt before it is made, so that a hundred at once are a hundred', () => {
    const { attempts } = table()
    const begun = Array.from({ length: 100 }, () => attempts.begin('a'))
    expect(begun.filter((attempt) => attempt.ok)).toHaveLength(3)
  })

  test('starts again when an attempt succeeds, even the last one', () => {
    const { attempts } = table()
    attempts.begin('a')
    attempts.begin('a')
    const last = attempts.begin('a')
    if (last.ok) last.forgive()
    expect(untilShut(attempts, 'a')).toBe(3)
  })

  test('does not count an attempt that was withdrawn', () => {
    const { attempts } = table()
    for (let i = 0; i < 50; i++) {
      const attempt = attempts.begin('a')
      if (attempt.ok) attempt.withdraw()
    }
    expect(untilShut(attempts, 'a')).toBe(3)
  })

  test('opens a door again that a withdrawn attempt had shut, and doubles nothing for it', () => {
    const { attempts } = table()
    attempts.begin('a')
    attempts.begin('a')
    const last = attempts.begin('a')
    if (last.ok) last.withdraw()
    expect(attempts.begin('a').ok).toBe(true)
    expect(attempts.begin('a')).toEqual({ ok: false, retryAfterMs: windowMs })
  })

  test('keeps keys apart', () => {
    const { attempts } = table()
    untilShut(attempts, 'a')
    expect(attempts.begin('b').ok).toBe(true)
  })

  test('is not moved by a jump of the wall clock', () => {
    const { clock, attempts } = table()
    untilShut(attempts, 'a')
    clock.jump(10 * windowMs)
    expect(attempts.begin('a').ok).toBe(false)
    clock.jump(-20 * windowMs)
    expect(attempts.begin('a').ok).toBe(false)
  })

  test('holds at most entriesMax keys; a key that left is let in, never shut out', () => {
    const { attempts } = table({ entriesMax: 257 })
    untilShut(attempts, 'alice from the office')
    for (let i = 0; i < 10_000; i++) untilShut(attempts, `bogus ${i}`)
    expect(attempts.size).toBe(257)
    expect(attempts.begin('alice from home').ok).toBe(true)
    expect(attempts.begin('alice from the office').ok).toBe(true)
  })
})
