import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { sessionCookieName } from './cookie.ts'
import { cookiesForService } from './cookies-for-service.ts'

test('cookiesForService() takes the session cookie out and leaves the others in order', () => {
  const cases = [
    ['gatehouse=1abc', ''],
    ['theme=dark', 'theme=dark'],
    ['a=1; gatehouse=x; b=2', 'a=1; b=2'],
    ['gatehouse=x; a=1', 'a=1'],
    ['a=1; gatehouse=x', 'a=1'],
    ['gatehouse=x; gatehouse=y', ''],
    ['gatehouse=x; a=1; gatehouse=y; gatehouse=z', 'a=1'],
    [
      'gatehouse-binding=x; gatehouse2=y; xgatehouse=z',
      'gatehouse-binding=x; gatehouse2=y; xgatehouse=z',
    ],
    ['a=1;gatehouse=x;b=2', 'a=1; b=2'],
    [' gatehouse =x ; a = 1 ', 'a = 1'],
    ['gatehouse', ''],
    ['a=gatehouse=x', 'a=gatehouse=x'],
    [';;; a=1;;', 'a=1'],
    // "\u00e0" in UTF-8, byte by byte.
    ['gatehouse=x; name=\u00c3\u00a0; b=2', 'name=\u00c3\u00a0; b=2'],
    ['', ''],
  ] as const
  for (const [header, expected] of cases) expect(cookiesForService(header, false)).toBe(expected)
})

test('cookiesForService() never lets through what a server would read as the session cookie', () => {
  const part = fc.constantFrom(
    'gatehouse',
    '__Secure-gatehouse',
    '=',
    ';',
    ' ',
    'a',
    'x',
    '"',
    '\t',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), fc.boolean(), (parts, secure) => {
      const names = cookiesForService(parts.join(''), secure)
        .split(';')
        .map((pair) => (pair.split('=')[0] ?? '').trim())
      return !names.includes(sessionCookieName(secure))
    }),
  )
})
