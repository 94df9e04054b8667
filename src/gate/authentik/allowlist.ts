// authentik's `skip_path_regex`: RE2 patterns, one a line, matched in linear time (re2js inside).
import { RE2JS } from 're2js'

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
const patternLengthMax = 2048
/** Longest subject that is looked at, in characters: a longer one needs a sign-in. */
const subjectLengthMax = 8192

/**
 * Compiles a list. Blank lines, which to authentik's Go outpost mean "everything", patterns that are
 * not RE2, and what exceeds the bounds are dropped and told; a trailing `\r` is no part of a pattern.
 */
export function compileAllowlist(text: string): Allowlist {
  const compiled: RE2JS[] = []
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
    const pattern = compiled.length < patternsMax ? compile(line) : 'is one too many'
    if (typeof pattern === 'string') {
      dropped.push(`Line ${index + 1} ${pattern}`)
      continue
    }
    compiled.push(pattern)
    patterns.push(line)
  }
  return Object.freeze({
    patterns: Object.freeze(patterns),
    dropped: Object.freeze(dropped),
    matches: (subject: string) =>
      subject.length <= subjectLengthMax && compiled.some((pattern) => finds(pattern, subject)),
  })
}

function compile(line: string): RE2JS | string {
  if (line.length > patternLengthMax) return `is longer than ${patternLengthMax} characters`
  try {
    return RE2JS.compile(line)
  } catch (cause) {
    return `is not RE2: ${cause instanceof Error ? cause.message : 'unknown'}`
  }
}

/** A pattern that fails while it runs has not matched: the door stays shut. */
function finds(pattern: RE2JS, subject: string): boolean {
  try {
    return pattern.matcher(subject).find()
  } catch {
    return false
  }
}
