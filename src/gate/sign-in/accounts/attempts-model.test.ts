// Attempt limits against a slow reference that remembers everything, over random histories.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { AttemptTable } from './attempts.ts'
import { fakeClock } from '../../../world/clock.ts'

const windowMs = 1000
const attemptsMax = 3

type Step =
  | {
      readonly kind: 'try'
      readonly key: string
      readonly ends: 'fails' | 'succeeds' | 'withdrawn'
    }
  | { readonly kind: 'wait'; readonly ms: number }

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('try' as const),
      key: fc.constantFrom('a', 'b'),
      ends: fc.constantFrom(
        'fails' as const,
        'fails' as const,
        'succeeds' as const,
        'withdrawn' as const,
      ),
    }),
    fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 100, 999, 1000, 1001, 2500, 20_000),
    }),
  ),
  { maxLength: 60 },
)

/** What is allowed, said another way: a log of failures and of shuttings for one key. */
class Reference {
  #failures = 0
  #since = 0
  #shut: { readonly from: number; readonly until: number } | null = null
  #inARow = 0

  isShut(now: number): boolean {
    return this.#shut !== null && now < this.#shut.until
  }

  fail(now: number): void {
    if (this.#shut !== null) {
      if (now - this.#shut.until >= windowMs) this.#inARow = 0
      this.#shut = null
      this.#failures = 0
    } else if (this.#failures > 0 && now - this.#since >= windowMs) {
      this.#failures = 0
      this.#inARow = 0
    }
    if (this.#failures === 0) this.#since = now
    this.#failures++
    if (this.#failures < attemptsMax) return
    const length = Math.min(2 ** this.#inARow, 8) * windowMs
    this.#shut = { from: now, until: now + length }
    this.#inARow++
  }
}

function run(history: readonly Step[]): void {
  const clock = fakeClock(0)
  const table = new AttemptTable({
    clock,
    entriesMax: 100,
    rule: () => ({ attemptsMax, windowMs }),
  })
  let references = new Map<string, Reference>()
  for (const step of history) {
    if (step.kind === 'wait') {
      clock.advance(step.ms)
      continue
    }
    const reference = references.get(step.key) ?? new Reference()
    const attempt = table.begin(step.key)
    expect(attempt.ok).toBe(!reference.isShut(clock.monotonic()))
    if (!attempt.ok) {
      expect(attempt.retryAfterMs).toBeGreaterThan(0)
      expect(attempt.retryAfterMs).toBeLessThanOrEqual(8 * windowMs)
      continue
    }
    if (step.ends === 'succeeds') {
      attempt.forgive()
      references = new Map([...references].filter(([key]) => key !== step.key))
    } else if (step.ends === 'fails') {
      reference.fail(clock.monotonic())
      references.set(step.key, reference)
    }
  }
}

describe('AttemptTable', () => {
  test('lets through what the reference lets through, whatever the history without withdrawals', () => {
    const plain = steps.map((history) =>
      history.filter((step) => step.kind === 'wait' || step.ends !== 'withdrawn'),
    )
    fc.assert(
      fc.property(plain, (history) => run(history)),
      { numRuns: 1000 },
    )
  })

  test('never lets more failures through in a window than attemptsMax, withdrawals or not', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const clock = fakeClock(0)
        const rule = { attemptsMax, windowMs }
        const table = new AttemptTable({ clock, entriesMax: 100, rule: () => rule })
        let failures: number[] = []
        for (const step of history) {
          if (step.kind === 'wait') {
            clock.advance(step.ms)
            continue
          }
          if (step.key !== 'a') continue
          const attempt = table.begin('a')
          if (!attempt.ok) continue
          if (step.ends === 'withdrawn') attempt.withdraw()
          else if (step.ends === 'succeeds') {
            attempt.forgive()
            failures = []
          } else failures.push(clock.monotonic())
          const recent = failures.filter((at) => at > clock.monotonic() - windowMs)
          // A window that begins inside another may see the end of one and the beginning of the next.
          expect(recent.length).toBeLessThanOrEqual(2 * attemptsMax - 1)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
