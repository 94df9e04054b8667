// The bytes of a request: what is written, and what no request may hold.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { testProbe } from './probe-request.fixture.ts'
import type { ProbeRequest } from './prober.ts'
import { requestText } from './request-text.ts'

const agent = 'gatehouse-probe/1.0.0'

function text(of: ProbeRequest, robot: Parameters<typeof requestText>[2] = null): string {
  const made = requestText(of, agent, robot)
  return made.ok ? made.value.toString('latin1') : `refused: ${made.error}`
}

const rest = `User-Agent: ${agent}\r\nAccept-Encoding: identity\r\n`

describe('requestText()', () => {
  test('writes a request that closes its connection', () => {
    expect(text(testProbe())).toBe(
      `GET / HTTP/1.1\r\nHost: app.example.com\r\n${rest}Connection: close\r\n\r\n`,
    )
    const over = { port: 8443, method: 'HEAD', target: '/a?b=c', headers: { Accept: 'x' } } as const
    expect(text(testProbe(over))).toBe(
      `HEAD /a?b=c HTTP/1.1\r\nHost: app.example.com:8443\r\n${rest}Accept: x\r\nConnection: close\r\n\r\n`,
    )
    expect(text(testProbe({ scheme: 'http', port: 80, host: '[::1]' }))).toContain(
      'Host: [::1]\r\n',
    )
  })

  test('lets Host and User-Agent be replaced, each once', () => {
    const headers = { host: 'other.example.com', 'USER-AGENT': 'x' }
    const written = text(testProbe({ headers }))
    expect(written.match(/^(host|user-agent):.*$/gim)).toEqual([
      'host: other.example.com',
      'USER-AGENT: x',
    ])
  })

  test.each([
    'Cookie',
    'cookie',
    'COOKIE',
    'Authorization',
    'Proxy-Authorization',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Upgrade',
    'Expect',
    'TE',
    'Trailer',
  ])('refuses header %s', (name) => {
    const headers: Record<string, string> = { [name]: 'x' }
    expect(text(testProbe({ headers }))).toBe(`refused: A probe carries no header "${name}"`)
  })

  test('takes no credentials from the compiler either', () => {
    // @ts-expect-error -- a probe has no place for a cookie
    const cookie: ProbeRequest['headers'] = { Cookie: 'sid=x' }
    // @ts-expect-error -- nor for anything else that is somebody's
    const bearer: ProbeRequest['headers'] = { Authorization: 'Bearer x' }
    for (const headers of [cookie, bearer])
      expect(text(testProbe({ headers }))).toStartWith('refused')
  })

  test.each<readonly [what: string, over: Partial<ProbeRequest>]>([
    ['a line break in a value', { headers: { A: 'x\r\nB: y' } }],
    ['a line feed in a value', { headers: { A: 'x\ny' } }],
    ['a NUL in a value', { headers: { A: '\u0000' } }],
    ['white space around a value', { headers: { A: ' x' } }],
    ['a value beyond Latin-1', { headers: { A: '\u0100' } }],
    ['a line break in a name', { headers: { 'A\r\nB': 'x' } }],
    ['a colon in a name', { headers: { 'A:': 'x' } }],
    ['an empty name', { headers: { '': 'x' } }],
    ['a path with a space', { target: '/a b' }],
    ['a path with a line break', { target: '/a\r\nB: c' }],
    ['a path beyond ASCII', { target: '/caf\u00e9' }],
    ['an address for a path', { target: 'https://evil.test/' }],
    ['no path', { target: '' }],
    ['a host with a line break', { host: 'a\r\nB: c' }],
    ['a host with a path', { host: 'a/b' }],
    ['a host with a user', { host: 'a@b' }],
    ['no host', { host: '' }],
    ['a head without measure', { headers: { A: 'x'.repeat(40_000) } }],
  ])('refuses %s', (_what, over) => {
    expect(text(testProbe(over))).toStartWith('refused: ')
  })

  test("adds the robot's cookies and form, and those alone", () => {
    expect(text(testProbe(), { cookies: 'a=b; c=d', body: null })).toEndWith(
      'Connection: close\r\nCookie: a=b; c=d\r\n\r\n',
    )
    expect(text(testProbe(), { cookies: '', body: null })).toBe(text(testProbe()))
    const form = 'user=caf\u00e9'
    const asForm = { type: 'application/x-www-form-urlencoded', text: form } as const
    const written = text(testProbe(), { cookies: '', body: asForm })
    expect(written).toStartWith('POST / HTTP/1.1\r\n')
    expect(written).toContain('\r\nContent-Length: 10\r\n')
    expect(Buffer.from(written, 'latin1').toString('utf8')).toEndWith(`\r\n\r\n${form}`)
    expect(text(testProbe(), { cookies: 'a\r\nB: c', body: null })).toStartWith('refused')
    expect(
      text(testProbe(), { cookies: '', body: { ...asForm, text: 'x'.repeat(70_000) } }),
    ).toStartWith('refused')
    const json = text(testProbe(), { cookies: '', body: { type: 'application/json', text: '{}' } })
    expect(json).toContain('\r\nContent-Type: application/json\r\nContent-Length: 2\r\n')
  })

  test('writes one request line and one header a line, whatever it is given', () => {
    const any = fc.string({ unit: 'binary', maxLength: 12 })
    fc.assert(
      fc.property(any, any, any, any, (host, target, name, value) => {
        const headers: Record<string, string> = { [name]: value }
        const made = text(testProbe({ host, target: `/${target}`, headers }))
        if (made.startsWith('refused: ')) return
        const lines = made.split('\r\n')
        expect(made.match(/[\r\n]/g)).toHaveLength((lines.length - 1) * 2)
        const own = ['host', 'user-agent', 'accept-encoding'].includes(name.toLowerCase())
        expect(lines).toHaveLength(own ? 7 : 8)
      }),
      { numRuns: 2000 },
    )
  })
})
