// The head reader: what it accepts, what it refuses, and that it never reads more into a request than
// a slow, obviously strict reference does.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { headerSlots } from '../request.ts'
import { type HeadBuffer, RequestHead, headerLinesMax } from './head.ts'

function read(text: string): { fault: string | null; head: RequestHead } {
  const buffer = Buffer.from(text, 'latin1') as HeadBuffer
  const head = new RequestHead()
  return { fault: head.read(buffer, 0, buffer.length), head }
}

const line = 'GET /x HTTP/1.1\r\n'
const host = 'Host: a\r\n'

describe('RequestHead', () => {
  test('reads the request line and the headers that the gate knows', () => {
    const { fault, head } = read(
      `GET /a?b HTTP/1.1\r\nHost: a\r\nX-FORWARDED-uri:\t /p \t\r\nCookie: a=b\r\nX-Other: 1\r\n\r\n`,
    )
    expect(fault).toBeNull()
    expect([head.method, head.target, head.keepAlive, head.bodyBytes]).toEqual([
      'GET',
      '/a?b',
      true,
      0,
    ])
    expect(head.first(headerSlots['x-forwarded-uri'])).toBe('/p')
    expect(head.first(headerSlots.cookie)).toBe('a=b')
    expect(head.first(headerSlots.accept)).toBeNull()
    expect(head.headers()).toContainEqual(['X-Other', '1'])
  })

  test('counts repeated headers and keeps the first', () => {
    const { head } = read(`${line}${host}X-Forwarded-Uri: /a\r\nx-forwarded-uri: /b\r\n\r\n`)
    expect(head.count(headerSlots['x-forwarded-uri'])).toBe(2)
    expect(head.first(headerSlots['x-forwarded-uri'])).toBe('/a')
  })

  test('does not take an underscore for a hyphen', () => {
    const { head } = read(`${line}${host}X_Forwarded_Uri: /a\r\n\r\n`)
    expect(head.count(headerSlots['x-forwarded-uri'])).toBe(0)
  })

  test('forgets the request before', () => {
    const head = new RequestHead()
    const first = Buffer.from(
      `${line}${host}Cookie: a=b\r\nContent-Length: 5\r\n\r\n`,
    ) as HeadBuffer
    const second = Buffer.from(`${line}${host}\r\n`) as HeadBuffer
    head.read(first, 0, first.length)
    expect(head.read(second, 0, second.length)).toBeNull()
    expect([head.first(headerSlots.cookie), head.bodyBytes]).toEqual([null, 0])
  })

  const kept: readonly (readonly [string, boolean])[] = [
    [`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, false],
    [`GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive, CLOSE\r\n\r\n`, false],
    [`GET / HTTP/1.0\r\nHost: a\r\n\r\n`, false],
    [`GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`, true],
    [`GET / HTTP/1.0\r\n\r\n`, false],
  ]
  test.each(kept)('judges persistence of %j', (text, keepAlive) => {
    const { fault, head } = read(text)
    expect([fault, head.keepAlive]).toEqual([null, keepAlive])
  })

  test('takes an expectation where there is no body to wait for (RFC 9110 section 10.1.1)', () => {
    expect(read(`${line}${host}Expect: 100-continue\r\n\r\n`).fault).toBeNull()
  })

  const refused: readonly (readonly [what: string, text: string, fault: string])[] = [
    ['no method', ` /x HTTP/1.1\r\n${host}\r\n`, 'request-line'],
    ['two blanks', `GET  /x HTTP/1.1\r\n${host}\r\n`, 'request-line'],
    ['a tab for a blank', `GET\t/x HTTP/1.1\r\n${host}\r\n`, 'request-line'],
    ['a blank in the target', `GET /x y HTTP/1.1\r\n${host}\r\n`, 'request-line'],
    ['a control byte in the target', `GET /x\u0001 HTTP/1.1\r\n${host}\r\n`, 'request-line'],
    ['a NUL in the target', `GET /x\u0000 HTTP/1.1\r\n${host}\r\n`, 'request-line'],
    ['no version', `GET /x\r\n${host}\r\n`, 'request-line'],
    ['a trailing blank', `GET /x HTTP/1.1 \r\n${host}\r\n`, 'request-line'],
    ['HTTP/2', `GET /x HTTP/2.0\r\n${host}\r\n`, 'version'],
    ['HTTP/1.2', `GET /x HTTP/1.2\r\n${host}\r\n`, 'version'],
    ['lower-case version', `GET /x http/1.1\r\n${host}\r\n`, 'version'],
    ['a bare LF behind the request line', `GET /x HTTP/1.1\n${host}\r\n`, 'request-line'],
    ['a bare LF behind a header', `${line}Host: a\nX: y\r\n\r\n`, 'header-line'],
    ['a bare CR in a value', `${line}${host}X: a\rb\r\n\r\n`, 'header-line'],
    ['a NUL in a value', `${line}${host}X: a\u0000\r\n\r\n`, 'header-line'],
    ['DEL in a value', `${line}${host}X: a\u007f\r\n\r\n`, 'header-line'],
    ['a folded line', `${line}${host}X: a\r\n b\r\n\r\n`, 'header-line'],
    ['a folded first line', `${line} X: a\r\n${host}\r\n`, 'header-line'],
    ['a blank before the colon', `${line}${host}Content-Length : 5\r\n\r\n`, 'header-line'],
    ['no colon', `${line}${host}X\r\n\r\n`, 'header-line'],
    ['an empty name', `${line}${host}: x\r\n\r\n`, 'header-line'],
    ['a name with a bracket', `${line}${host}X(y): z\r\n\r\n`, 'header-line'],
    ['no host', `${line}\r\n`, 'host'],
    ['two hosts', `${line}${host}${host}\r\n`, 'host'],
    ['two hosts in 1.0', `GET /x HTTP/1.0\r\n${host}${host}\r\n`, 'host'],
    ['a transfer coding', `${line}${host}Transfer-Encoding: chunked\r\n\r\n`, 'framing'],
    ['an obscured transfer coding', `${line}${host}tRANSFER-eNCODING: xchunked\r\n\r\n`, 'framing'],
    [
      'both framings',
      `${line}${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      'framing',
    ],
    [
      'two equal lengths',
      `${line}${host}Content-Length: 5\r\nContent-Length: 5\r\n\r\n`,
      'framing',
    ],
    ['two lengths in one', `${line}${host}Content-Length: 5, 5\r\n\r\n`, 'framing'],
    ['a signed length', `${line}${host}Content-Length: +5\r\n\r\n`, 'framing'],
    ['a hexadecimal length', `${line}${host}Content-Length: 0x5\r\n\r\n`, 'framing'],
    ['an empty length', `${line}${host}Content-Length:\r\n\r\n`, 'framing'],
    ['an endless length', `${line}${host}Content-Length: ${'9'.repeat(40)}\r\n\r\n`, 'framing'],
    ['a large body', `${line}${host}Content-Length: 65537\r\n\r\n`, 'body-too-large'],
    ['Expect', `${line}${host}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n`, 'expect'],
    ['another expectation', `${line}${host}Expect: 200-ok\r\n\r\n`, 'expect'],
    [
      'too many lines',
      `${line}${host}${'X: y\r\n'.repeat(headerLinesMax)}\r\n`,
      'too-many-headers',
    ],
  ]
  test.each(refused)('refuses %s', (_what, text, fault) => {
    expect(read(text).fault).toBe(fault)
  })

  test('never accepts what the reference reader refuses, and reads the same out of the rest', () => {
    const piece = fc.constantFrom(
      'GET',
      'POST',
      ' ',
      '/x',
      '/..',
      'HTTP/1.1',
      'HTTP/1.0',
      '\r\n',
      '\n',
      '\r',
      ':',
      'Host',
      'Host: a\r\n',
      'Cookie: a=b\r\n',
      'Content-Length',
      '5',
      '0',
      'Transfer-Encoding: chunked\r\n',
      'X-Forwarded-Uri',
      '/admin',
      '\t',
      '\u0000',
      'é',
      'GET /x HTTP/1.1\r\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = `${pieces.join('')}\r\n\r\n`
        const end = text.indexOf('\r\n\r\n') + 4
        const { fault, head } = read(text.slice(0, end))
        const reference = referenceRead(text.slice(0, end))
        if (fault !== null) return
        expect(reference).toEqual({
          method: head.method,
          target: head.target,
          uri: head.first(headerSlots['x-forwarded-uri']),
          length: head.bodyBytes,
        })
      }),
      { numRuns: 20_000 },
    )
  })
})

/** RFC 9112 by regular expression: slow, and easy to see through. Null for anything out of order. */
function referenceRead(
  text: string,
): { method: string; target: string; uri: string | null; length: number } | null {
  const [first = '', ...rest] = text.split('\r\n')
  const request =
    /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.[01]$/.exec(first)
  if (request === null) return null
  const fields = rest
    .slice(0, -2)
    .map((field) =>
      /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(field),
    )
  if (fields.includes(null)) return null
  const values = (name: string): string[] =>
    fields.filter((field) => field?.[1]?.toLowerCase() === name).map((field) => field?.[2] ?? '')
  if (values('transfer-encoding').length > 0 || values('host').length > 1) return null
  const lengths = values('content-length')
  if (lengths.length > 1 || lengths.some((length) => !/^\d{1,15}$/.test(length))) return null
  return {
    method: request[1] ?? '',
    target: request[2] ?? '',
    uri: values('x-forwarded-uri')[0] ?? null,
    length: Number(lengths[0] ?? 0),
  }
}
