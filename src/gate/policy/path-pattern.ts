// Path patterns of rules: `/`-anchored globs by segment, and the order in which they are tried.
import { type Result, err, ok } from '../../std/result.ts'

/** A parsed pattern. `/api/*\/x/**` is `{ segments: ['api', '*', 'x'], rest: true }`. */
export interface PathPattern {
  /** Literal texts, or `*` for exactly one segment of any text. */
  readonly segments: readonly string[]
  /** True when the pattern ends in `**`: any number of further segments, none included. */
  readonly rest: boolean
}

/** Longest pattern, in UTF-16 units. */
export const patternLengthMax = 1024

/** Why a text is not a pattern, each with the sentence that a person is told. */
export const patternFaults = {
  'no-leading-slash': 'A path pattern begins with "/"',
  'too-long': `A path pattern has at most ${patternLengthMax} characters`,
  'trailing-slash': 'Write "/x" for the page itself or "/x/**" for it and all below, not "/x/"',
  'empty-segment': 'A path never holds "//"',
  'dot-segment': 'A path never holds "." or ".." as a segment',
  'trailing-dot-or-space': 'A segment cannot end in a dot or a space: servers differ on those',
  'star-inside-segment': '"*" stands for one whole segment and cannot be part of one',
  'rest-not-last': '"**" can only be the last segment',
  encoded: 'Write the path decoded: "/a b", not "/a%20b"',
  'forbidden-character': 'Query, fragment, ";", "\\" and control characters are never matched',
} as const satisfies Readonly<Record<string, string>>

/** Code of a pattern fault. */
export type PatternFault = keyof typeof patternFaults

/** Reads a pattern as written in the configuration. */
export function parsePathPattern(text: string): Result<PathPattern, PatternFault> {
  if (!text.startsWith('/')) return err('no-leading-slash')
  if (text.length > patternLengthMax) return err('too-long')
  if (text === '/') return ok({ segments: [], rest: false })
  if (text.endsWith('/')) return err(text.endsWith('//') ? 'empty-segment' : 'trailing-slash')
  const segments = text.slice(1).split('/')
  const rest = segments.at(-1) === '**'
  if (rest) segments.pop()
  for (const segment of segments) {
    const fault = segmentFault(segment)
    if (fault !== null) return err(fault)
  }
  return ok({ segments, rest })
}

/** True for a text that {@link parsePathPattern} reads. */
export function isPathPattern(text: string): boolean {
  return parsePathPattern(text).ok
}

function segmentFault(segment: string): PatternFault | null {
  if (segment === '') return 'empty-segment'
  if (segment === '*') return null
  if (segment === '**') return 'rest-not-last'
  if (segment === '.' || segment === '..') return 'dot-segment'
  if (segment.includes('*')) return 'star-inside-segment'
  if (/%[0-9A-Fa-f]{2}/.test(segment)) return 'encoded'
  if (/[\p{Cc}?#;\\]/u.test(segment)) return 'forbidden-character'
  return /[. ]$/.test(segment) ? 'trailing-dot-or-space' : null
}

/** The pattern as it is written; the inverse of {@link parsePathPattern}. */
export function patternText(pattern: PathPattern): string {
  return `/${[...pattern.segments, ...(pattern.rest ? ['**'] : [])].join('/')}`
}

/**
 * Order in which patterns are tried: negative when `a` comes first. Segment by segment a literal
 * comes before `*`, `*` before the end of the pattern, the end before `**`. So the longer of two
 * comes first, and `/x` before `/x/**`. Zero for patterns that never cover the same path, and for
 * equal ones.
 */
export function comparePatterns(a: PathPattern, b: PathPattern): number {
  for (let i = 0; ; i++) {
    const left = rankAt(a, i)
    const right = rankAt(b, i)
    if (left !== right) return right - left
    if (left <= endRank) return 0
  }
}

const endRank = 1

function rankAt(pattern: PathPattern, i: number): number {
  const segment = pattern.segments[i]
  if (segment === undefined) return pattern.rest ? 0 : endRank
  return segment === '*' ? 2 : 3
}

/** Segments of a canonical path; one trailing slash means nothing (`/x/` is `/x`). */
export function pathSegments(path: string): readonly string[] {
  const segments = path.slice(1).split('/')
  if (segments.at(-1) === '') segments.pop()
  return segments
}

/** ASCII letters in lower case, everything else as it is. */
export function foldAsciiCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const slash = 0x2f
const dot = 0x2e
const space = 0x20

/** True when a segment ends in a dot or a space, which some servers silently drop. */
export function hasTrailingDotOrSpace(path: string): boolean {
  let previous = slash
  for (let i = 1; i <= path.length; i++) {
    // charCodeAt beyond the end gives NaN, which is the end of the last segment.
    const code = path.charCodeAt(i)
    if ((previous === dot || previous === space) && (code === slash || i === path.length))
      return true
    previous = code
  }
  return false
}

/**
 * The path as such a server would read it: dots and spaces trimmed from the end of each segment.
 * Null when a segment holds nothing else: it may then be read as `..`, and no reading is safe.
 */
export function trimSegments(path: string): string | null {
  const trimmed: string[] = []
  for (const segment of path.split('/')) {
    const kept = withoutTrailing(segment)
    if (kept === '' && segment !== '') return null
    trimmed.push(kept)
  }
  return trimmed.join('/')
}

/** By hand: a regular expression tries every run of dots anew, a second for one long path. */
function withoutTrailing(segment: string): string {
  let end = segment.length
  while (end > 0) {
    const code = segment.charCodeAt(end - 1)
    if (code !== dot && code !== space) break
    end--
  }
  return segment.slice(0, end)
}
