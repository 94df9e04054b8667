// authentik's `skip_path_regex`: RE2 patterns, one a line, matched in linear time.
import { type Pattern, compilePattern } from '../../std/pattern/pattern.ts'
import { err } from '../../std/result.ts'

/** Addresses that need no sign-in. Which text is matched depends on the mode of the provider. */
export interface Allowlist {
  /** The patterns in force, as they were written. */
  readonly patterns: readonly string[]
  /** Lines that are not in force, each with the reason; for the log. */
  readonly dropped: readonly string[]
  /** True when any pattern is found anywhere in `subject`. Never throws. */
  matches(subject: string): boolean
}

/** Most patterns of one provider; further ones are dropped, which closes doors and opens none. */
const patternsMax = 500

/**
 * Compiles a list. Blank lines, which to authentik's Go outpost mean "everything", patterns that are
 * not RE2, and what exceeds the bounds are dropped and told; a trailing `\r` is no part of a pattern.
 */
export function compileAllowlist(text: string): Allowlist {
  const compiled: Pattern[] = []
  const patterns: string[] = []
  const dropped: string[] = []
  const lines = text.replace(/\n$/, '').split('\n')
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '')
    const fault = line.trim() === '' ? 'is blank' : null
    if (fault !== null) {
      if (text.trim() !== '') dropped.push(`Line ${index + 1} ${fault}`)
      continue
    }
    const pattern = compiled.length < patternsMax ? compilePattern(line) : err('is one too many')
    if (!pattern.ok) {
      dropped.push(`Line ${index + 1} ${pattern.error}`)
      continue
    }
    compiled.push(pattern.value)
    patterns.push(line)
  }
  return Object.freeze({
    patterns: Object.freeze(patterns),
    dropped: Object.freeze(dropped),
    // A subject that is too long to be looked at, and a pattern that fails, match nothing: shut.
    matches: (subject: string) => compiled.some((pattern) => pattern.isFoundIn(subject)),
  })
}
