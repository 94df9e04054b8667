// Cookies of the robot: kept, sent and deleted as a browser does, and bounded.
import { describe, expect, test } from 'bun:test'
import { createCookieJar } from './cookie-jar.ts'

const now = Date.UTC(2026, 3, 18)
const app = new URL('https://app.example.com/')

/** What a jar sends to `url` after `lines` came from `from`. */
function sent(lines: readonly string[], url: string, from = app): string {
  const jar = createCookieJar()
  jar.take(from, lines, now)
  return jar.header(new URL(url))
}

describe('createCookieJar()', () => {
  const cases: readonly [what: string, line: string, url: string, header: string][] = [
    ['to the host that set it', 'a=1', 'https://app.example.com/x', 'a=1'],
    ['to no other host', 'a=1', 'https://wiki.example.com/', ''],
    ['not below the host without a domain', 'a=1', 'https://x.app.example.com/', ''],
    ['to all of a domain', 'a=1; Domain=.example.com', 'https://wiki.example.com/', 'a=1'],
    ['to no domain that is only alike', 'a=1; Domain=example.com', 'https://badexample.com/', ''],
    ['to no domain of others', 'a=1; Domain=example.org', 'https://example.org/', ''],
    ['below its path', 'a=1; Path=/admin', 'https://app.example.com/admin/x', 'a=1'],
    ['beside its path not', 'a=1; Path=/admin', 'https://app.example.com/administer', ''],
    ['in clear when it is not secure', 'a=1', 'http://app.example.com/', 'a=1'],
    ['in clear not when it is', 'a=1; Secure', 'http://app.example.com/', ''],
    ['not when it is over', 'a=1; Max-Age=0', 'https://app.example.com/', ''],
    [
      'not when it was over long ago',
      'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'https://app.example.com/',
      '',
    ],
    [
      'when Max-Age says more than Expires',
      'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60',
      'https://app.example.com/',
      'a=1',
    ],
    [
      'with a value that holds an equals sign',
      'a=b=c; HttpOnly',
      'https://app.example.com/',
      'a=b=c',
    ],
    ['not without a name', '=1', 'https://app.example.com/', ''],
    ['not when it is no cookie', 'nonsense', 'https://app.example.com/', ''],
  ]
  test.each(cases)('sends a cookie %s', (_, line, url, header) => {
    expect(sent([line], url)).toBe(header)
  })

  test('sends a secure one in clear where names never leave the machine', () => {
    const local = new URL('http://app.home.localhost:8080/')
    expect(sent(['a=1; Secure'], local.href, local)).toBe('a=1')
  })

  test('replaces and deletes by name, domain and path', () => {
    const jar = createCookieJar()
    jar.take(app, ['a=1', 'b=1', 'a=2; Path=/x'], now)
    jar.take(app, ['a=3', 'b=; Max-Age=-1'], now)
    expect(jar.header(new URL('https://app.example.com/x/y'))).toBe('a=2; a=3')
  })

  test('takes the directory of the page for a path that is missing', () => {
    const page = new URL('https://app.example.com/sign-in/form')
    expect(sent(['a=1'], 'https://app.example.com/sign-in/done', page)).toBe('a=1')
    expect(sent(['a=1'], 'https://app.example.com/other', page)).toBe('')
  })

  test('keeps no more than its bounds', () => {
    const many = Array.from({ length: 500 }, (_, i) => `c${i}=1`)
    expect(sent(many, app.href).split('; ')).toHaveLength(60)
    expect(sent([`a=${'x'.repeat(9000)}`], app.href)).toBe('')
  })
})
