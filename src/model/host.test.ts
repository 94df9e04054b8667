// Host names: one canonical form, nothing guessed, compared on label boundaries.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isPrivateName, isWithinDomain, parseHost, parseHostPattern } from './host.ts'

/** `host` or `host port`, or null when it is refused. */
function read(text: string): string | null {
  const parsed = parseHost(text)
  if (!parsed.ok) return null
  return parsed.value.port === null
    ? parsed.value.host
    : `${parsed.value.host} ${parsed.value.port}`
}

describe('parseHost', () => {
  const good: readonly (readonly [string, string])[] = [
    ['app.example.com', 'app.example.com'],
    ['APP.Example.COM', 'app.example.com'],
    ['app.example.com.', 'app.example.com'],
    ['app.example.com:443', 'app.example.com 443'],
    ['app.example.com:8443', 'app.example.com 8443'],
    ['app.example.com.:8443', 'app.example.com 8443'],
    ['localhost', 'localhost'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['127.0.0.1', '127.0.0.1'],
    ['2130706433', '2130706433'],
    [`${'a'.repeat(63)}.test`, `${'a'.repeat(63)}.test`],
    ['[::1]', '[::1]'],
    ['[::1]:8080', '[::1] 8080'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
    ['[2001:DB8::A]', '[2001:db8::a]'],
  ]
  test.each(good)('reads %j', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  const bad: readonly string[] = [
    '',
    '.',
    '..',
    '.example.com',
    'app..example.com',
    'app.example.com..',
    'app.example.com@evil.test',
    'evil.test#app.example.com',
    'app.example.com/..',
    'app.example.com, evil.test',
    'app example.com',
    ' app.example.com',
    'app.example.com\t',
    'app.example.com\u0000',
    'app.example.com:',
    'app.example.com:0',
    'app.example.com:65536',
    'app.example.com:4a3',
    'app.example.com:443:443',
    'app.example.com:+443',
    '-app.example.com',
    'app-.example.com',
    'app.example.com-',
    'bücher.example',
    '\u212aeycloak.example.com',
    'app\u3002example.com',
    'app%2eexample.com',
    '*.example.com',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(127)}test`,
    '::1',
    '[::1',
    '[]',
    '[::1]x',
    '[::1]:0',
    '[::::]',
    '[1:2:3]',
    '[fe80::1%eth0]',
    '[127.0.0.1]',
    '[::ffff:127.0.0.1]',
  ]
  test.each(bad)('refuses %j', (text) => {
    expect(read(text)).toBeNull()
  })

  test('gives a form that reads as itself, for any text that it accepts', () => {
    const text = fc.oneof(
      fc.domain(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.string({ unit: fc.constantFrom('a', 'B', '-', '.', '_', '1', ':', '[', ']', '\u212a') }),
    )
    fc.assert(
      fc.property(text, (host) => {
        const parsed = parseHost(host)
        fc.pre(parsed.ok)
        expect(parseHost(parsed.value.host)).toEqual({
          ok: true,
          value: { host: parsed.value.host, port: null },
        })
      }),
    )
  })
})

describe('parseHostPattern', () => {
  const good: readonly (readonly [string, string])[] = [
    ['app.example.com', 'app.example.com'],
    ['*.Example.com', '*.example.com'],
    ['*.test', '*.test'],
    ['[::1]', '[::1]'],
    ['127.0.0.1', '127.0.0.1'],
  ]
  test.each(good)('reads %j', (text, expected) => {
    expect(parseHostPattern(text)).toMatchObject({ ok: true, value: expected })
  })

  const bad: readonly string[] = [
    '*',
    '*.',
    '*.*.example.com',
    'app.*.com',
    '*example.com',
    '**.example.com',
    'app.example.com:443',
    '*.example.com:443',
    '*.0.0.1',
    '*.1',
    '*.[::1]',
    'https://app.example.com',
    'app.example.com/x',
  ]
  test.each(bad)('refuses %j', (text) => {
    expect(parseHostPattern(text).ok).toBe(false)
  })
})

describe('isWithinDomain', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['example.com', 'example.com', true],
    ['app.example.com', 'example.com', true],
    ['a.b.example.com', 'example.com', true],
    ['evilexample.com', 'example.com', false],
    ['example.com', 'app.example.com', false],
    ['example.com.evil.test', 'example.com', false],
    ['.example.com', 'example.com', false],
    ['com', 'example.com', false],
  ]
  test.each(cases)('of %s in %s is %p', (host, domain, expected) => {
    expect(isWithinDomain(host, domain)).toBe(expected)
  })
})

describe('isPrivateName', () => {
  test.each([
    '10.0.0.5',
    '[::1]',
    'localhost',
    'gatehouse',
    'gate.localhost',
    'gatehouse.auth.svc',
    'Nas.Local.',
    'box.home.arpa',
    'watch.internal',
  ])('is true for %s, which no stranger can have', (name) => {
    expect(isPrivateName(name)).toBe(true)
  })

  test.each([
    'rebound.evil.test',
    'evil.example',
    'local.evil.example',
    'evil-local.example',
    'evil.xinternal',
    '10.0.0.5.nip.example',
  ])('is false for %s, which somebody may have pointed here', (name) => {
    expect(isPrivateName(name)).toBe(false)
  })
})
