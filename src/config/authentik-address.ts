// Addresses of authentik, as its image and our file write them.
import type { AuthentikAddress } from '../gate.ts'

/**
 * An address of authentik: http, https, or a unix socket. A sub-path gets the trailing slash that upstream
 * silently needs. Null for anything else.
 */
export function parseAuthentikAddress(text: string): AuthentikAddress | null {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length)
    return path.startsWith('/')
      ? Object.freeze({ baseUrl: 'http://localhost/', query: '', unixSocket: path })
      : null
  }
  const url = parseHttpUrl(text)
  if (url === null || url.hash !== '') return null
  return Object.freeze({
    baseUrl: `${url.origin}${url.pathname.replace(/\/*$/, '/')}`,
    query: url.search.slice(1),
    unixSocket: null,
  })
}

/** An absolute http or https URL without user name or password; null for anything else. */
export function parseHttpUrl(text: string): URL | null {
  const url = /^https?:\/\/[^\s\\]+$/i.test(text) ? URL.parse(text) : null
  return url === null || url.username !== '' || url.password !== '' ? null : url
}
