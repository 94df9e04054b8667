// A Cookie header without the session cookie: what a service behind the gate may see.
import { sessionCookieName } from './cookie.ts'

/**
 * `header` without any cookie of the session's name, separated by `; ` (RFC 6265 section 4.2.1); empty
 * when nothing is left. A service that leaks the session cookie would leak the person's whole access.
 */
export function cookiesForService(header: string, secure: boolean): string {
  const name = sessionCookieName(secure)
  if (!header.includes(';')) return isNamed(header, name) ? '' : header
  return header
    .split(';')
    .map(withoutBlanks)
    .filter((pair) => pair !== '' && !isNamed(pair, name))
    .join('; ')
}

/** Compared loosely about white space: what some service would read under that name must not pass. */
function isNamed(pair: string, name: string): boolean {
  const equals = pair.indexOf('=')
  return (equals === -1 ? pair : pair.slice(0, equals)).trim() === name
}

/**
 * Without spaces and tabs at the ends. `trim` would take the byte A0 along, which is no blank here but the
 * end of a letter in UTF-8.
 */
function withoutBlanks(pair: string): string {
  let start = 0
  let end = pair.length
  while (start < end && isBlank(pair.charCodeAt(start))) start++
  while (end > start && isBlank(pair.charCodeAt(end - 1))) end--
  return pair.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
