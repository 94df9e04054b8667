// Sets of labels, and whether a selector's matchers let them through.
import { type Pattern, compilePattern } from '../../std/pattern/pattern.ts'
import { type Result, ok } from '../../std/result.ts'
import type { Matcher } from './promql/need.ts'

/** Labels of one series, `__name__` among them. A label that is not there counts as empty. */
export type Labels = Readonly<Record<string, string>>

/** One matcher, ready to be asked. */
export interface Condition {
  readonly matcher: Matcher
  holds(value: string): boolean
}

/** Compiles matchers; the error is a sentence about the first that is no RE2. */
export function compileMatchers(
  matchers: readonly Matcher[],
): Result<readonly Condition[], string> {
  const conditions: Condition[] = []
  for (const matcher of matchers) {
    const isPattern = matcher.op === '=~' || matcher.op === '!~'
    const pattern = isPattern ? compilePattern(matcher.value, patternLengthMax) : null
    if (pattern !== null && !pattern.ok)
      return {
        ok: false,
        error: `The pattern "${matcher.value}" of "${matcher.label}" ${pattern.error}`,
      }
    conditions.push({ matcher, holds: test(matcher, pattern?.ok === true ? pattern.value : null) })
  }
  return ok(conditions)
}

/** Lists of names in keep and drop rules are long. */
export const patternLengthMax = 65_536

function test({ op, value }: Matcher, pattern: Pattern | null): Condition['holds'] {
  switch (op) {
    case '=':
      return (found) => found === value
    case '!=':
      return (found) => found !== value
    case '=~':
      return (found) => pattern?.matchesAll(found) === true
    case '!~':
      return (found) => pattern?.matchesAll(found) !== true
  }
}

/** True when all of `conditions` hold for `labels`. */
export function isMatch(conditions: readonly Condition[], labels: Labels): boolean {
  return conditions.every(({ matcher, holds }) => holds(labels[matcher.label] ?? ''))
}

/** `code="400"`. */
export function matcherText({ label, op, value }: Matcher): string {
  return `${label}${op}${JSON.stringify(value)}`
}
