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
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !isNamed(pair, name))
    .join('; ')
}

/** Compared loosely about white space: what some service would read under that name must not pass. */
function isNamed(pair: string, name: string): boolean {
  const equals = pair.indexOf('=')
  return (equals === -1 ? pair : pair.slice(0, equals)).trim() === name
}
