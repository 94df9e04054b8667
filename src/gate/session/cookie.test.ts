// The session cookie: what counts as ours, what does not, and what is set.
import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { realRandom, seededRandom } from '../../world/random.ts'
import {
  clearHostOnlyCookie,
  clearSessionCookie,
  newCookieValue,
  readSessionCookie,
  sealedPart,
  sessionCookieName,
  sessionKey,
  setSessionCookie,
} from './cookie.ts'

const name = '__Secure-gatehouse'
const a = `1${'a'.repeat(32)}`
const b = `1${'B'.repeat(32)}`
const sealed = `s1.${'x'.repeat(60)}`

describe('readSessionCookie finds', () => {
  const table: readonly (readonly [string, string, readonly string[]])[] = [
    ['the only cookie', `${name}=${a}`, [a]],
    ['ours among others', `x=1; ${name}=${a}; y=2`, [a]],
    ['a cookie without the space after the semicolon', `x=1;${name}=${a};y=2`, [a]],
    ['a cookie surrounded by blanks', `x=1; \t ${name}=${a} \t; y=2`, [a]],
    ['several of our name in the order of the browser', `${name}=${a}; ${name}=${b}`, [a, b]],
    ['the good one after a malformed one', `${name}=old; ${name}=${b}`, [b]],
    ['a sealed one', `${name}=${sealed}`, [sealed]],
    ['nothing in an empty header', '', []],
    ['nothing in semicolons', ';;; ;', []],
    ['nothing under a longer name', `x${name}=${a}`, []],
    ['nothing under a name that ours begins', `${name}x=${a}`, []],
    ['nothing under another case', `__secure-gatehouse=${a}`, []],
    ['nothing inside the value of another cookie', `x=${name}=${a}`, []],
    ['nothing without an equals sign', `${name}${a}`, []],
    ['nothing with a blank before the equals sign', `${name} =${a}`, []],
    ['nothing in an empty value', `${name}=`, []],
    ['nothing in quotes', `${name}="${a}"`, []],
    ['nothing one character too short', `${name}=${a.slice(0, -1)}`, []],
    ['nothing one character too long', `${name}=${a}a`, []],
    ['nothing of another version', `${name}=2${'a'.repeat(32)}`, []],
    ['nothing with a character outside base64url', `${name}=1${'a'.repeat(31)}+`, []],
    ['nothing with a character above Latin-1', `${name}=1${'a'.repeat(31)}ｱ`, []],
    ['nothing with a NUL', `${name}=1${'a'.repeat(31)}\0`, []],
    ['nothing sealed that is too short', `${name}=s1.xxx`, []],
    ['nothing sealed that is too long', `${name}=s1.${'x'.repeat(4100)}`, []],
    ['nothing sealed with a foreign character', `${name}=s1.${'x'.repeat(60)}.x`, []],
    ['nothing beyond 200 cookies', `${'x=1; '.repeat(200)}${name}=${a}`, []],
    ['ours as the 200th cookie', `${'x=1; '.repeat(199)}${name}=${a}`, [a]],
    ['nothing in a header that is too long', `x=${'x'.repeat(16_384)}; ${name}=${a}`, []],
  ]
  for (const [title, header, values] of table)
    test(title, () => {
      const found: (string | null)[] = []
      for (let turn = 0; turn <= values.length; turn++)
        found.push(readSessionCookie(header, name, turn))
      expect(found).toEqual([...values, null])
    })
})

test('readSessionCookie finds a fresh value wherever it stands, whatever is around it', () => {
  const cookie = fc
    .tuple(fc.string(), fc.string())
    .map(([key, value]) => `${key}=${value}`.replaceAll(';', ','))
    .filter((text) => !text.includes(name))
  fc.assert(
    fc.property(fc.array(cookie), fc.array(cookie), fc.integer(), (before, after, seed) => {
      const value = newCookieValue(seededRandom(seed))
      const header = [...before, `${name}=${value}`, ...after].join('; ')
      expect(readSessionCookie(header, name, 0)).toBe(value)
      expect(readSessionCookie(header, name, 1)).toBeNull()
    }),
  )
})

test('readSessionCookie takes a value with one character changed only within the alphabet', () => {
  const place = fc.nat({ max: a.length - 1 })
  fc.assert(
    fc.property(place, fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }), (at, text) => {
      const changed = a.slice(0, at) + text + a.slice(at + 1)
      const ours = /^1[A-Za-z0-9_-]{32}$/.test(changed) ? changed : null
      expect(readSessionCookie(`${name}=${changed}`, name, 0)).toBe(ours)
    }),
    {
      examples: [
        [0, '1'],
        [0, '2'],
        [1, '-'],
        [32, '_'],
        [32, '='],
        [32, ''],
      ],
    },
  )
})

test('newCookieValue gives 192 random bits in under 100 bytes with the name', () => {
  const values = new Set(Array.from({ length: 1000 }, () => newCookieValue(realRandom())))
  expect(values.size).toBe(1000)
  for (const value of values) {
    expect(value).toMatch(/^1[\w-]{32}$/)
    expect(sealedPart(value)).toBeNull()
    expect(`${name}=${value}`.length).toBeLessThan(100)
  }
})

test('sessionKey is the SHA-256 of the whole value', () => {
  expect(sessionKey(a) as string).toBe(createHash('sha256').update(a).digest('base64url'))
  expect(sessionKey(a)).not.toBe(sessionKey(b))
})

test('setSessionCookie gives the attributes that keep the cookie to https and to this domain', () => {
  const scope = { domain: 'example.com', secure: true }
  expect(setSessionCookie(scope, a, 3_600_500)).toBe(
    `${name}=${a}; Max-Age=3600; Domain=example.com; Path=/; HttpOnly; SameSite=Lax; Secure`,
  )
  expect(clearSessionCookie(scope)).toBe(
    `${name}=; Max-Age=0; Domain=example.com; Path=/; HttpOnly; SameSite=Lax; Secure`,
  )
  expect(clearHostOnlyCookie(scope)).toBe(
    `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`,
  )
})

test('setSessionCookie over http uses the plain name and leaves Secure out', () => {
  const scope = { domain: 'home.localhost', secure: false }
  expect(sessionCookieName(false)).toBe('gatehouse')
  expect(setSessionCookie(scope, a, 1000)).toBe(
    `gatehouse=${a}; Max-Age=1; Domain=home.localhost; Path=/; HttpOnly; SameSite=Lax`,
  )
})
