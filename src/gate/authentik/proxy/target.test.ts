// Which service, and which target on it: tables.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { InternalHost } from '../outpost.ts'
import { joinTarget, upstreamFor } from './target.ts'

const internal: InternalHost = {
  scheme: 'https',
  host: 'backend:8443',
  basePath: '/base',
  verifyTls: false,
}

describe('upstreamFor()', () => {
  const table: readonly (readonly [
    over: Partial<InternalHost>,
    override: string | null,
    wanted: string,
  ])[] = [
    [{}, null, 'https backend 8443 /base'],
    [{ host: 'backend' }, null, 'https backend 443 /base'],
    [{ host: 'backend', scheme: 'http', basePath: '' }, null, 'http backend 80 '],
    [{ host: '[::1]:81' }, null, 'https ::1 81 /base'],
    [{}, 'http://other-backend:8123', 'http other-backend 8123 '],
    [{}, 'http://other-backend/path?x', 'http other-backend 80 '],
    [{}, ':qewr', 'https backend 8443 /base'],
    [{}, '', 'https backend 8443 /base'],
    [{}, 'ftp://other', 'https backend 8443 /base'],
    [{}, 'http://user:password@other', 'https backend 8443 /base'],
    [{}, `http://other/${'x'.repeat(3000)}`, 'https backend 8443 /base'],
  ]
  test.each(table)('%j and %j give %j', (over, override, wanted) => {
    const found = upstreamFor({ ...internal, ...over }, override)
    expect(`${found.scheme} ${found.hostname} ${found.port} ${found.basePath}`).toBe(wanted)
    expect(found.verifyTls).toBe(false)
  })
})

describe('joinTarget()', () => {
  const table: readonly (readonly [base: string, target: string, wanted: string | null])[] = [
    ['', '/', '/'],
    ['', '/../a/./b//c;d?x=/../y', '/../a/./b//c;d?x=/../y'],
    ['', '/caf\u00e9%2F%252e', '/caf\u00e9%2F%252e'],
    ['', '*', null],
    ['', 'http://other/', null],
    ['', 'other:443', null],
    ['', '/a#b', null],
    ['/base', '/', '/base/'],
    ['/base', '/a?b', '/base/a?b'],
    ['/base', '//other/', '/base//other/'],
    ['/base', '/a?/../b', '/base/a?/../b'],
    ['/base', '/...', '/base/...'],
    ['/base', '/a..b/.c', '/base/a..b/.c'],
    ['/base', '/..', null],
    ['/base', '/a/../../b', null],
    ['/base', '/%2e%2E/b', null],
    ['/base', '/.%2e', null],
    ['/base', '/a%2f..%2fb', null],
    ['/base', '/a\\..\\b', null],
    ['/base', '/a%5C..%5cb', null],
    ['/base', '/..;x=y/b', null],
    ['/base', '/./b', null],
  ]
  test.each(table)('%j and %j give %j', (base, target, wanted) => {
    expect(joinTarget(base, target)).toBe(wanted)
  })

  test('gives the bytes of the client behind the base path, or nothing', () => {
    const part = fc.constantFrom('/', '.', '..', '%2e', '%2f', '\\', 'a', ';', '?', '#', '//')
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const target = `/${parts.join('')}`
        const joined = joinTarget('/base', target)
        if (joined === null) return
        expect(joined).toBe(`/base${target}`)
        // Read as a browser does, it is still below the base path.
        expect(new URL(joined, 'http://service').pathname).toStartWith('/base/')
      }),
    )
  })
})
