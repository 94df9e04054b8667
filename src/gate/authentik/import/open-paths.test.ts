// Lines of authentik's allowlist as path patterns, and that no pattern opens what its line does not.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileAllowlist } from '../allowlist.ts'
import { compilePolicy } from '../../policy/compile.ts'
import { rule, service } from '../../../../test/support/policy.ts'
import { openPathsOfDomain, openPathsOfHost } from './open-paths.ts'

describe('openPathsOfHost', () => {
  test.each([
    ['^/health$', ['/health'], false],
    ['^/health/?$', ['/health'], false],
    ['^/$', ['/'], false],
    ['^/api/', ['/api/**'], false],
    ['^/api/.*', ['/api/**'], false],
    ['^/api/.*$', ['/api/**'], false],
    ['^/api(/.*)?$', ['/api/**'], false],
    ['^/api(/|$)', ['/api/**'], false],
    ['^\\/api\\/.+', ['/api/*/**'], false],
    ['^/a/[^/]+/b$', ['/a/*/b'], false],
    ['^/(a|b)/x$', ['/a/x', '/b/x'], false],
    ['^/a$|^/b$', ['/a', '/b'], false],
    ['^/favicon\\.ico$', ['/favicon.ico'], false],
    ['/', ['/**'], false],
    ['^/.*', ['/**'], false],
    // Written narrower than the line is.
    ['^/favicon.ico$', ['/favicon.ico'], true],
    ['^/api', ['/api/**'], true],
    ['^/api.*$', ['/api/**'], true],
    ['/api/.*', ['/api/**'], true],
    ['/health$', ['/health'], true],
  ] as const)('%s is %p', (line, paths, narrowed) => {
    const read = openPathsOfHost(line)
    expect(read.paths.map(({ path }) => path)).toEqual([...paths])
    expect(read.narrowed).toBe(narrowed)
  })

  test.each([
    ...['(?i)^/x$', '^/x+/', '^/x?$', '^/x*', '^/[ab]/', 'x$', '^/x\\$', '^/\\d+$', '^/x\\\\/'],
    ...['^/a[^/]+/b$', '^/../x$', '^$', '^/(a|b)?/x$', '^/x$|y', '\\.css$', '^/a//b$', '^/x\\.*'],
    ...['^/a/\u0001/b$', `^/${'(a|b)/'.repeat(6)}x$`],
  ])('%s has no pattern', (line) => {
    expect(openPathsOfHost(line).paths).toEqual([])
  })
})

describe('openPathsOfDomain', () => {
  test.each([
    ['^https://[^/]+/healthz$', [{ host: null, path: '/healthz' }], false],
    ['^https?://[^/]+/api/.*$', [{ host: null, path: '/api/**' }], false],
    ['^https://app\\.example\\.com/x/', [{ host: 'app.example.com', path: '/x/**' }], false],
    ['^https:\\/\\/app\\.example\\.com\\/', [{ host: 'app.example.com', path: '/**' }], false],
    ['^https://app.example.com/x$', [{ host: 'app.example.com', path: '/x' }], true],
    ['^https://(a|b)\\.example\\.com/x$', ['a', 'b'].map(at), false],
    // Also "app.example.com.evil.example".
    ['^https://app\\.example\\.com', [{ host: 'app.example.com', path: '/**' }], true],
  ] as const)('%s is %p', (line, paths, narrowed) => {
    expect<unknown>(openPathsOfDomain(line)).toEqual({ paths, narrowed })
  })

  test.each([
    ...[
      '/healthz$',
      '^/healthz$',
      '.*',
      '^https://.*/x$',
      '^https://[^/]+',
      '^https://app:8443/x$',
    ],
    ...['^https://[^/]*/x$', '^https://[^.]+\\.example\\.com/x$', '^https://app\\.example\\.com$'],
  ])('%s has no pattern', (line) => {
    expect(openPathsOfDomain(line).paths).toEqual([])
  })
})

function at(label: string) {
  return { host: `${label}.example.com`, path: '/x' }
}

/** Pieces that lines and paths are put together from, so that they often meet. */
const linePiece = fc.constantFrom(
  ...['^', '$', '/', '/a', '/b', 'a', '.', '.*', '.+', '?', '[^/]+', '(a|b)', '|', '\\.', '(/|$)'],
  ...['(/.*)?$', '\\/', '*', '^/', '/?$'],
)
const line = fc.array(linePiece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''))
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'a.b', 'x'), { maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`)

test('openPathsOfHost opens no path that the line does not open, and all of them unless narrowed', () => {
  fc.assert(
    fc.property(line, path, (text, asked) => {
      const { paths, narrowed } = openPathsOfHost(text)
      const allowlist = compileAllowlist(text)
      fc.pre(paths.length > 0 && allowlist.patterns.length > 0)
      const policy = compilePolicy([
        service('app.example.com', [
          ...paths.map((open) => rule(open.path, { auth: 'none' as const })),
          ...(paths.some((open) => open.path === '/**') ? [] : [rule('/**')]),
        ]),
      ])
      const match = policy.match({
        ...{ host: 'app.example.com' as never, path: asked, method: 'GET', clientAddress: null },
      })
      const opens = match.kind === 'rule' && match.compiled.rule.auth === 'none'
      // One trailing slash means nothing to us.
      const wanted = allowlist.matches(asked) || allowlist.matches(`${asked}/`)
      expect(opens && !wanted).toBe(false)
      if (!narrowed && allowlist.matches(asked)) expect(opens).toBe(true)
    }),
    { numRuns: 400 },
  )
})
