// The head that a service receives, out of the head that a client sent.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type HeadBuffer, RequestHead } from '../../transport/head.ts'
import type { ProxyPass } from './guard.ts'
import { forwardedHead, otherCookies, requestedUpgrade, wireValue } from './request-headers.ts'

const pass: ProxyPass = {
  kind: 'pass',
  headers: [['X-authentik-username', 'J\u00fcrgen \u2192 \u{1f600}']],
  consumesAuthorization: false,
  ownCookies: ['sid'],
  setCookies: [],
  backendOverride: null,
  hostHeader: null,
  isSuperuser: false,
}

function request(
  lines: readonly string[],
  first = 'GET /x HTTP/1.1',
  peerTrusted = false,
): RequestHead {
  const bytes = Buffer.from(
    `${first}\r\nHost: app\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
    'latin1',
  )
  const head = new RequestHead()
  head.peer = '192.0.2.1'
  head.peerTrusted = peerTrusted
  expect(head.readAny(bytes as HeadBuffer, 0, bytes.length)).toBeNull()
  return head.detached()
}

/** Lines of the forwarded head but those that are always the same. */
function forwarded(head: RequestHead, over: Partial<ProxyPass> = {}): string[] {
  const upgrade = requestedUpgrade(head)
  const text = forwardedHead({ request: head, pass: { ...pass, ...over }, target: '/t', upgrade })
  const lines = text.split('\r\n')
  expect(lines.slice(-2)).toEqual(['', ''])
  return lines.slice(1, -2)
}

const always = [
  'X-Forwarded-For: 192.0.2.1',
  'X-Forwarded-Host: app',
  'X-Forwarded-Proto: http',
  `X-authentik-username: ${Buffer.from('J\u00fcrgen \u2192 \u{1f600}').toString('latin1')}`,
]

describe('forwardedHead()', () => {
  const table: readonly (readonly [sent: string[], passed: string[]])[] = [
    [
      ['X-Kept: 1', 'x-kept: 2'],
      ['X-Kept: 1', 'x-kept: 2'],
    ],
    [['Cookie: a=1; sid=2', 'Cookie: sid=3; b=4'], ['Cookie: a=1; b=4']],
    [['Cookie: sid=2'], []],
    [['X-AUTHENTIK-username: root', 'x-authentik-new: root'], []],
    [['x_authentik_username: root', 'X-authentik_username: root', 'A_B: 1'], []],
    [['Connection: X-Kept, x-authentik-username', 'X-Kept: 1'], []],
    [['Connection: cookie', 'Cookie: a=1'], []],
    [['X-Forwarded-For: 1.1.1.1', 'X-Real-Ip: 1.1.1.1', 'Forwarded: for=1.1.1.1'], []],
    [['X-Original-URL: https://x/', 'X-Forwarded-User: root'], []],
    [['Proxy-Authorization: x', 'TE: trailers', 'Trailer: x', 'Upgrade: h2c'], []],
    [
      ['Authorization: Bearer x', 'Accept: */*'],
      ['Authorization: Bearer x', 'Accept: */*'],
    ],
    [['X: caf\u00e9'], ['X: caf\u00e9']],
  ]
  test.each(table)('of %j passes %j', (sent, passed) => {
    expect(forwarded(request(sent))).toEqual([
      'Host: app',
      ...passed,
      ...always,
      'Connection: close',
    ])
  })

  test('writes the request line from the target it is given', () => {
    const head = request([], 'PATCH /other HTTP/1.0')
    const text = forwardedHead({ request: head, pass, target: '/t?x', upgrade: null })
    expect(text).toStartWith('PATCH /t?x HTTP/1.1\r\nHost: app\r\n')
  })

  test('drops the Authorization that was for us, unless there is one for the service', () => {
    const head = request(['Authorization: Basic eDp5'])
    const lines = forwarded(head, { consumesAuthorization: true })
    expect(lines.filter((line) => line.startsWith('Authorization'))).toEqual([])
    const headers: ProxyPass['headers'] = [['Authorization', 'Basic other']]
    const own = forwarded(head, { headers })
    expect(own.filter((line) => line.startsWith('Authorization'))).toEqual([
      'Authorization: Basic other',
    ])
  })

  test('takes a host header of the token, if it is one', () => {
    expect(forwarded(request([]), { hostHeader: 'in.side:81' })[0]).toBe('Host: in.side:81')
    for (const hostHeader of ['', 'a b', 'a\r\nX: y', 'a/b'])
      expect(forwarded(request([]), { hostHeader })[0]).toBe('Host: app')
  })

  test('believes a trusted proxy', () => {
    const sent = [
      'X-Forwarded-For: 203.0.113.1',
      'X-Forwarded-Proto: HTTPS',
      'X-Forwarded-Host: pub',
      'X-Real-IP: 203.0.113.1',
    ]
    expect(forwarded(request(sent, 'GET / HTTP/1.1', true))).toEqual([
      'Host: app',
      'X-Real-IP: 203.0.113.1',
      'X-Forwarded-For: 203.0.113.1, 192.0.2.1',
      'X-Forwarded-Host: pub',
      'X-Forwarded-Proto: https',
      ...always.slice(3),
      'Connection: close',
    ])
  })

  test.each(['unknown', '', 'a, b', `1.1.1.1${', 1.1.1.1'.repeat(500)}`])(
    'begins the chain of addresses anew behind %j',
    (chain) => {
      const lines = forwarded(request([`X-Forwarded-For: ${chain}`], 'GET / HTTP/1.1', true))
      expect(lines).toContain('X-Forwarded-For: 192.0.2.1')
    },
  )

  test('takes several lines of addresses for one list', () => {
    const lines = ['X-Forwarded-For: 203.0.113.1', 'x-forwarded-for: 192.0.2.9, 192.0.2.8']
    expect(forwarded(request(lines, 'GET / HTTP/1.1', true))).toContain(
      'X-Forwarded-For: 203.0.113.1, 192.0.2.9, 192.0.2.8, 192.0.2.1',
    )
  })

  test('frames the body itself', () => {
    const framing = (line: string): string[] =>
      forwarded(request([line])).filter((sent) => /^(content-length|transfer-encoding)/i.test(sent))
    expect(framing('Content-Length: 007')).toEqual(['Content-Length: 7'])
    expect(framing('Transfer-Encoding: CHUNKED')).toEqual(['Transfer-Encoding: chunked'])
    expect(framing('X: y')).toEqual([])
  })

  test('has each of our headers once, whatever is sent', () => {
    const name = fc.constantFrom(
      'X-Authentik-Username',
      'X_Authentik_Username',
      'Host_',
      'Connection',
      'X-Forwarded-For',
      'Cookie',
      'Upgrade',
      'X-Kept',
    )
    const value = fc.constantFrom(
      'root',
      'close',
      'X-Authentik-Username',
      'host, upgrade',
      'sid=1',
      'a=b',
      'websocket',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.boolean(), (sent, trusted) => {
        const head = request(
          sent.map(([key, text]) => `${key}: ${text}`),
          'GET / HTTP/1.1',
          trusted,
        )
        const names = forwarded(head).map((line) => line.split(':', 1)[0] ?? '')
        const count = (wanted: RegExp): number => names.filter((key) => wanted.test(key)).length
        expect(count(/^x[-_]authentik[-_]username$/i)).toBe(1)
        expect([count(/^host$/i), count(/^connection$/i), count(/_/)]).toEqual([1, 1, 0])
        expect(count(/^x-forwarded-for$/i)).toBe(1)
        expect(count(/^cookie$/i)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('requestedUpgrade()', () => {
  const socket = ['Connection: keep-alive, Upgrade', 'Upgrade: WebSocket']
  const table: readonly (readonly [lines: string[], first: string, wanted: 'websocket' | null])[] =
    [
      [socket, 'GET / HTTP/1.1', 'websocket'],
      [socket, 'POST / HTTP/1.1', null],
      [socket, 'GET / HTTP/1.0', null],
      [[...socket, 'Content-Length: 1'], 'GET / HTTP/1.1', null],
      [[...socket, 'Transfer-Encoding: chunked'], 'GET / HTTP/1.1', null],
      [['Upgrade: websocket'], 'GET / HTTP/1.1', null],
      [['Connection: Upgrade', 'Upgrade: h2c'], 'GET / HTTP/1.1', null],
      [['Connection: Upgrade', 'Upgrade: websocket, h2c'], 'GET / HTTP/1.1', null],
      [[...socket, 'Upgrade: h2c'], 'GET / HTTP/1.1', null],
      [['Connection: Upgrade'], 'GET / HTTP/1.1', null],
    ]
  test.each(table)('of %j in %j is %p', (lines, first, wanted) => {
    expect(requestedUpgrade(request(lines, first))).toBe(wanted)
  })
})

test('otherCookies() leaves out exactly the cookies of those names', () => {
  expect(otherCookies(['sid=1;a=2; SID=3;; xsid=4;sid', ' sid =5; b="sid=6"'], ['sid'])).toBe(
    'a=2; SID=3; xsid=4; b="sid=6"',
  )
  expect(otherCookies([], ['sid'])).toBe('')
})

test('wireValue() is UTF-8 without control characters', () => {
  expect(wireValue(' a\r\nX: b\u0000\u0085c ')).toBe('a  X: b  c')
  expect(Buffer.from(wireValue('\u00fc\u2192'), 'latin1').toString()).toBe('\u00fc\u2192')
})
