// The session cookie: its name, its value, how it is read out of a Cookie header and set (RFC 6265bis).
import { type SessionKey, knownSessionKey } from '../../model/session.ts'
import { toBase64Url } from '../../std/bytes.ts'
import type { Random } from '../../world/random.ts'

/** What a cookie is made for: the cookie domain, and whether the origin is https. */
export interface CookieScope {
  /** Empty: the host that sets it, alone. */
  readonly domain: string
  readonly secure: boolean
  /** Name of the cookie where it is not ours to choose. */
  readonly name?: string
  /** What a session must have been opened for, where the domain alone does not say it. */
  readonly realm?: string
}

/** Name of the cookie of a scope. */
export function cookieNameOf(scope: CookieScope): string {
  return scope.name ?? sessionCookieName(scope.secure)
}

/** What sessions of a scope have in their field `domain`. */
export function realmOf(scope: CookieScope): string {
  return scope.realm ?? scope.domain
}

/** Random bytes in a session cookie: 192 bits, 32 characters. */
const secretBytes = 24
/** `1` (the version) and 32 base64url characters. */
const plainLength = 33
const plainVersion = '1'
/** Before the sealed record of a session that the store could not take. */
const sealedPrefix = 's1.'
/** Shortest sealed value that can be ours: the prefix and an empty sealed text of 28 bytes. */
const sealedLengthMin = sealedPrefix.length + 38

/**
 * Longest Set-Cookie value that we send. Browsers keep at least 4096 bytes of name, value and
 * attributes (RFC 6265 section 6.1); the rest is room for a proxy that adds to it.
 */
export const setCookieBytesMax = 4000

/** How many cookies of a header are looked at. Browsers keep fewer for one site. */
const cookiesLookedAtMax = 200
/** Longest Cookie header that is looked at, in characters. */
const cookieHeaderLengthMax = 16_384

/**
 * How many cookies of our name are tried. There can be several: one set for the host and one for the
 * domain, or one of an earlier configuration; the browser's order says nothing certain.
 */
export const candidatesMax = 3

/** The cookie's name. The prefix makes browsers insist on `Secure` (RFC 6265bis section 4.1.3.1). */
export function sessionCookieName(secure: boolean): string {
  return secure ? '__Secure-gatehouse' : 'gatehouse'
}

/** A fresh secret: a value that nobody can guess and that says nothing. 33 characters. */
export function newCookieValue(random: Random): string {
  return plainVersion + toBase64Url(random.bytes(secretBytes))
}

/** The cookie value that carries a sealed record. */
export function sealedCookieValue(sealed: string): string {
  return sealedPrefix + sealed
}

/** The sealed record in a cookie value; null for a value that is only a secret. */
export function sealedPart(value: string): string | null {
  return value.startsWith(sealedPrefix) ? value.slice(sealedPrefix.length) : null
}

/**
 * The key under which a cookie value's session is kept: its SHA-256. About 0.15 µs, the fastest of
 * the ways that the runtime offers (node:crypto's createHash takes 0.5 µs).
 */
export function sessionKey(value: string): SessionKey {
  return knownSessionKey(Bun.SHA256.hash(value, 'base64url'))
}

/**
 * The `turn`-th (from 0) value in `header` that could be one of ours, null when there are no more.
 * Builds no map of cookies and never fails: whatever is malformed is not there. Well formed means
 * the exact alphabet and length, without quotes.
 */
export function readSessionCookie(header: string, name: string, turn: number): string | null {
  if (header.length > cookieHeaderLengthMax) return null
  let left = turn
  let start = 0
  for (let looked = 0; looked < cookiesLookedAtMax && start < header.length; looked++) {
    let end = header.indexOf(';', start)
    if (end === -1) end = header.length
    // One space after `;` is the grammar; more of it, or tabs, is what hand-written clients send.
    while (start < end && isBlank(header.charCodeAt(start))) start++
    if (header.charCodeAt(start + name.length) === 0x3d && header.startsWith(name, start)) {
      const value = wellFormedValue(header, start + name.length + 1, end)
      if (value !== null && left-- === 0) return value
    }
    start = end + 1
  }
  return null
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function wellFormedValue(header: string, start: number, end: number): string | null {
  let last = end
  while (last > start && isBlank(header.charCodeAt(last - 1))) last--
  const length = last - start
  if (length === plainLength && header.startsWith(plainVersion, start)) {
    return isBase64Url(header, start + 1, last) ? header.slice(start, last) : null
  }
  if (length < sealedLengthMin || length > setCookieBytesMax) return null
  if (!header.startsWith(sealedPrefix, start)) return null
  return isBase64Url(header, start + sealedPrefix.length, last) ? header.slice(start, last) : null
}

/** True when every character of `text` from `start` to `end` is of the base64url alphabet. */
function isBase64Url(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    const alphanumeric =
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39)
    if (!alphanumeric && code !== 0x2d && code !== 0x5f) return false
  }
  return true
}

/** Set-Cookie value for `value`, kept for `maxAgeMs` (RFC 6265bis section 4.1). */
export function setSessionCookie(scope: CookieScope, value: string, maxAgeMs: number): string {
  const maxAge = Math.max(0, Math.floor(maxAgeMs / 1000))
  const domain = scope.domain === '' ? '' : `; Domain=${scope.domain}`
  return `${cookieNameOf(scope)}=${value}; Max-Age=${maxAge}${domain}${attributes(scope)}`
}

/** Set-Cookie value that removes the session cookie of the domain. */
export function clearSessionCookie(scope: CookieScope): string {
  return setSessionCookie(scope, '', 0)
}

/** Set-Cookie value that removes a cookie of our name that was set for one host only. */
export function clearHostOnlyCookie(scope: CookieScope): string {
  return `${cookieNameOf(scope)}=; Max-Age=0${attributes(scope)}`
}

function attributes(scope: CookieScope): string {
  return `; Path=/; HttpOnly; SameSite=Lax${scope.secure ? '; Secure' : ''}`
}
