// RE2 patterns from outside: matched in linear time, whoever wrote them (re2js inside).
import { RE2JS } from 're2js'
import { type Result, err, ok } from '../result.ts'

/** One compiled pattern. Its methods never throw: what fails while it runs has not matched. */
export interface Pattern {
  /** As it was written. */
  readonly source: string
  /** True when it matches anywhere in `subject`. */
  isFoundIn(subject: string): boolean
  /** True when it matches all of `subject`, as if it stood between `^(?:` and `)$`. */
  matchesAll(subject: string): boolean
  /**
   * `template` with `$1` and `${name}` filled in from the groups of a match of all of `subject`, as Go's
   * `Regexp.Expand` does; a group that is not there is empty. Null when it does not match.
   */
  expand(subject: string, template: string): string | null
}

/** Longest pattern, in characters. */
export const patternLengthMax = 2048

/** Longest subject that is looked at, in characters; a longer one matches nothing. */
export const subjectLengthMax = 8192

/**
 * Compiles RE2 syntax (https://github.com/google/re2/wiki/Syntax). The error is the end of a sentence
 * about the pattern: `is not RE2: missing closing )`.
 */
export function compilePattern(
  source: string,
  lengthMax = patternLengthMax,
): Result<Pattern, string> {
  if (source.length > lengthMax) return err(`is longer than ${lengthMax} characters`)
  try {
    return ok(patternOf(source, RE2JS.compile(source)))
  } catch (cause) {
    return err(`is not RE2: ${cause instanceof Error ? cause.message : 'unknown'}`)
  }
}

function patternOf(source: string, compiled: RE2JS): Pattern {
  const attempt = <T>(subject: string, run: () => T, otherwise: T): T => {
    if (subject.length > subjectLengthMax) return otherwise
    try {
      return run()
    } catch {
      return otherwise
    }
  }
  return {
    source,
    isFoundIn: (subject) => attempt(subject, () => compiled.matcher(subject).find(), false),
    matchesAll: (subject) => attempt(subject, () => compiled.matches(subject), false),
    expand: (subject, template) =>
      attempt(
        subject,
        () => {
          const matcher = compiled.matcher(subject)
          if (!matcher.matches()) return null
          return fill(template, (name) => groupOf(matcher, name))
        },
        null,
      ),
  }
}

type Matcher = ReturnType<RE2JS['matcher']>

/** Text of a group by number or name; empty where there is none or it took no part. */
function groupOf(matcher: Matcher, name: string): string {
  try {
    return matcher.group(/^\d+$/.test(name) ? Number(name) : name) ?? ''
  } catch {
    return ''
  }
}

/** `$name` takes as many letters, digits and underscores as there are; `$$` is a dollar sign. */
function fill(template: string, group: (name: string) => string): string {
  return template.replace(/\$(\$|\w+|\{\w+\})/g, (_whole, name: string) =>
    name === '$' ? '$' : group(name.replace(/[{}]/g, '')),
  )
}
