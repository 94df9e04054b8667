// The head of an answer: what is read, what is refused, and where its body ends.
import { describe, expect, test } from 'bun:test'
import { must } from './assert.ts'
import { type Framing, parseResponseHead, responseFraming } from './response-head.ts'

function head(...lines: readonly string[]) {
  return must(parseResponseHead(lines.join('\r\n')), 'A test gives a head')
}

describe('parseResponseHead()', () => {
  test('reads status, reason and headers, several of one name too', () => {
    expect(head('HTTP/1.0 200 All  fine', 'A:  b \t', 'a:', 'X: caf\u00e9')).toEqual({
      status: 200,
      reason: 'All  fine',
      headers: [
        ['A', 'b'],
        ['a', ''],
        ['X', 'caf\u00e9'],
      ],
    })
    expect(head('HTTP/1.1 599').status).toBe(599)
  })

  test.each([
    '',
    'HTTP/1.1',
    'HTTP/1.1 20',
    'HTTP/1.1 2000',
    'HTTP/1.1 020',
    'HTTP/2 200',
    'HTTP/1.2 200',
    ' HTTP/1.1 200',
    'HTTP/1.1  200',
    'http/1.1 200',
    'HTTP/1.1 200 \u0001',
    'HTTP/1.1 200\r\nX',
    'HTTP/1.1 200\r\n: x',
    'HTTP/1.1 200\r\nX : y',
    'HTTP/1.1 200\r\nX: y\r\n folded',
    'HTTP/1.1 200\r\nX: \u0000',
    'HTTP/1.1 200\r\nX: a\nb',
    'HTTP/1.1 200\r\nX: a\rb',
    `HTTP/1.1 200${'\r\nX: y'.repeat(300)}`,
  ])('refuses %j', (text) => {
    expect(parseResponseHead(text)).toBeNull()
  })
})

describe('responseFraming()', () => {
  const length = (bytes: number): Framing => ({ kind: 'length', bytes })
  const table: readonly (readonly [lines: string[], method: string, wanted: Framing | null])[] = [
    [['HTTP/1.1 200', 'Content-Length: 5'], 'GET', length(5)],
    [['HTTP/1.1 200', 'Transfer-Encoding: Chunked'], 'GET', { kind: 'chunked' }],
    [['HTTP/1.1 200'], 'GET', { kind: 'until-close' }],
    [['HTTP/1.1 200', 'Content-Length: 5'], 'HEAD', { kind: 'none' }],
    [['HTTP/1.1 200', 'Transfer-Encoding: chunked'], 'HEAD', { kind: 'none' }],
    [['HTTP/1.1 204'], 'GET', { kind: 'none' }],
    [['HTTP/1.1 304', 'Content-Length: 5'], 'GET', { kind: 'none' }],
    [['HTTP/1.1 200', 'Content-Length: 5', 'Content-Length: 5'], 'GET', null],
    [['HTTP/1.1 200', 'Content-Length: 5, 5'], 'GET', null],
    [['HTTP/1.1 200', 'Content-Length:'], 'GET', null],
    [['HTTP/1.1 200', 'Content-Length: 1e3'], 'GET', null],
    [['HTTP/1.1 200', 'Content-Length: 9999999999999999'], 'GET', null],
    [['HTTP/1.1 200', 'Transfer-Encoding: gzip, chunked'], 'GET', null],
    [['HTTP/1.1 200', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], 'GET', null],
    [['HTTP/1.1 200', 'Transfer-Encoding: chunked', 'Content-Length: 5'], 'GET', null],
    [['HTTP/1.1 304', 'Transfer-Encoding: chunked', 'Content-Length: 5'], 'HEAD', null],
  ]
  test.each(table)('of %j to %s is %j', (lines, method, wanted) => {
    expect(responseFraming(head(...lines), method)).toEqual(wanted)
  })
})
