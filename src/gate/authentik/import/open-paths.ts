// authentik's `skip_path_regex`, line by line, as path patterns: exactly, narrower, or not at all.
import { parseHost } from '../../../model/host.ts'
import { parsePathPattern } from '../../policy/path-pattern.ts'

/** What one line became. */
export interface OpenPaths {
  /** Empty when it cannot be said. */
  readonly paths: readonly OpenPath[]
  /** True when the line opens more than `paths` do. */
  readonly narrowed: boolean
}

/** A path that needs no sign-in. */
export interface OpenPath {
  /** Null for every host of the provider. */
  readonly host: string | null
  /** Path pattern as in the policy. */
  readonly path: string
}

const nothing: OpenPaths = Object.freeze({ paths: [], narrowed: true })

/** Patterns of one line at most. */
const pathsMax = 50
/** Stands for `[^/]+` while a line is taken apart. */
const anySegment = '\u0001'

/** Lines that every path satisfies. */
const everything = new Set([
  '^',
  '/',
  '^/',
  '.*',
  '^.*',
  '^.*$',
  '.+',
  '/.*',
  '^/.*',
  '^/.*$',
  '/.*$',
])

/**
 * Ends of a line: the text, what it is to us, and whether the line opens more than
 * that (`^/api` opens `/apix`). The first that fits counts. `/x` and `/x/` are one path to us.
 */
const endings: readonly (readonly [end: string, tail: string, narrowed: boolean])[] = [
  ['(/.*)?$', '/**', false],
  ['(?:/.*)?$', '/**', false],
  ['(/|$)', '/**', false],
  ['(?:/|$)', '/**', false],
  ['/.*$', '/**', false],
  ['/.+$', '/*/**', false],
  ['/.*', '/**', false],
  ['/.+', '/*/**', false],
  ['/?$', '', false],
  ['.*$', '/**', true],
  ['$', '', false],
  ['.*', '/**', true],
  ['/', '/**', false],
]

/** The end of every other line. */
const openEnd = ['', '/**', true] as const

/** A line of a provider for one host, which authentik compares with the path. */
export function openPathsOfHost(line: string): OpenPaths {
  const parts = alternatives(line)
  return joined(parts.map((part) => withHost(null, pathOf(part))))
}

/** A line of a provider for a domain, which authentik compares with the whole address. */
export function openPathsOfDomain(line: string): OpenPaths {
  const parts = alternatives(line)
  return joined(parts.map(addressOf))
}

interface PathRead {
  readonly path: string
  readonly narrowed: boolean
}

function withHost(host: string | null, read: PathRead | null): OpenPaths {
  if (read === null) return nothing
  return { paths: [{ host, path: read.path }], narrowed: read.narrowed }
}

/** All or nothing: a line of which half is open would be hard to read. */
function joined(parts: readonly OpenPaths[]): OpenPaths {
  if (parts.length === 0 || parts.some(({ paths }) => paths.length === 0)) return nothing
  const paths = new Map(
    parts.flatMap((part) => part.paths.map((open) => [`${open.host} ${open.path}`, open])),
  )
  return { paths: [...paths.values()], narrowed: parts.some(({ narrowed }) => narrowed) }
}

/** `a|b` at the top, and groups of plain alternatives (`^/(a|b)/`), one line each; none when too many. */
function alternatives(line: string): string[] {
  if (line.includes('\\\\') || line.includes(anySegment)) return []
  const plainLine = line.replaceAll('\\/', '/').replaceAll('[^/]+', anySegment)
  let lines = /[()[\]]/.test(plainLine) ? [plainLine] : plainLine.split('|')
  for (;;) {
    const next = lines.flatMap(expanded)
    if (next.length > pathsMax) return []
    if (next.length === lines.length) return next
    lines = next
  }
}

const group = /\((?:\?:)?([\w.~\\-]+(?:\|[\w.~\\-]+)+)\)(?![?*+{])/

function expanded(line: string): string[] {
  const match = group.exec(line)
  if (match === null) return [line]
  const before = line.slice(0, match.index)
  const after = line.slice(match.index + match[0].length)
  return (match[1] ?? '').split('|').map((choice) => before + choice + after)
}

function pathOf(line: string): PathRead | null {
  if (everything.has(line)) return { path: '/**', narrowed: false }
  const anchored = line.startsWith('^')
  const text = anchored ? line.slice(1) : line
  if (!text.startsWith('/')) return null
  const { body, tail, short } = split(text)
  const literal = literalOf(body)
  if (literal === null) return null
  const path = literal.text + tail || '/'
  if (!parsePathPattern(path).ok) return null
  return { path, narrowed: !anchored || short || literal.narrowed }
}

function split(text: string): { body: string; tail: string; short: boolean } {
  const found = endings.find(([ending]) => text.endsWith(ending))
  const [end, tail, short] = found ?? openEnd
  const body = text.slice(0, text.length - end.length)
  return { body: tail === '' ? body.replace(/\/$/, '') : body, tail, short }
}

/** `^https://host/path` with the host as it is or `[^/]+`. The scheme is not looked at by a rule. */
function addressOf(line: string): OpenPaths {
  const match = /^\^(?:https\??|http):\/\/([^/]+)(\/.*|)$/.exec(line)
  if (match === null) return nothing
  const [, hostText = '', path = ''] = match
  const read = pathOf(path === '' ? '^/' : `^${path}`)
  if (hostText === anySegment) return path === '' ? nothing : withHost(null, read)
  const host = hostOf(hostText)
  if (read === null || host === null) return nothing
  // Without a path the line also opens hosts that only begin like this one.
  const narrowed = read.narrowed || host.narrowed || path === ''
  return withHost(host.name, { path: read.path, narrowed })
}

function hostOf(text: string): { readonly name: string; readonly narrowed: boolean } | null {
  const literal = literalOf(text)
  if (literal === null) return null
  const parsed = parseHost(literal.text)
  if (!parsed.ok || parsed.value.port !== null) return null
  return { name: parsed.value.host, narrowed: literal.narrowed }
}

const literalCharacter = /^[A-Za-z0-9_~@:,=&!'/-]$/
const escapable = /^[.\-_~@:,=&!'+()$[\]{}^|?]$/

/** A text that stands for itself. A bare dot is taken for a dot, which is less than it stands for. */
function literalOf(body: string): { readonly text: string; readonly narrowed: boolean } | null {
  let text = ''
  let narrowed = false
  for (let i = 0; i < body.length; i++) {
    const character = body.charAt(i)
    if (character === anySegment) {
      // Only as a whole segment.
      const alone = /^\/?$/.test(body.charAt(i - 1)) && /^\/?$/.test(body.charAt(i + 1))
      if (!alone) return null
      text += '*'
    } else if (character === '\\') {
      const escaped = body.charAt(++i)
      if (!escapable.test(escaped)) return null
      text += escaped
    } else if (character === '.') {
      text += '.'
      narrowed = true
    } else if (literalCharacter.test(character)) text += character
    else return null
  }
  return { text, narrowed }
}
