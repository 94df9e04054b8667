// The head of an answer: what the client sees of it.
import { describe, expect, test } from 'bun:test'
import { must } from '../../../std/assert.ts'
import { parseResponseHead } from '../../../std/response-head.ts'
import { clientHead, switchingHead } from './response-head.ts'

function head(...lines: readonly string[]) {
  return must(parseResponseHead(lines.join('\r\n')), 'A test gives a head')
}

describe('clientHead()', () => {
  const options = {
    framing: { kind: 'chunked' },
    isHttp11: true,
    persists: true,
    ownCookies: ['sid'],
    setCookies: ['sid=new'],
  } as const

  test('passes on what is for the client, and frames the body itself', () => {
    const given = head(
      'HTTP/1.0 200 Fine',
      'Server: x',
      'Connection: close, X-Hop',
      'X-Hop: 1',
      'Keep-Alive: 1',
      'Upgrade: h2c',
      'Transfer-Encoding: chunked',
      'Set-Cookie: sid=1',
      'Set-Cookie:  sid =1',
      'Set-Cookie: other=1',
    )
    expect(clientHead(given, options)).toBe(
      'HTTP/1.1 200 Fine\r\nServer: x\r\nSet-Cookie: other=1\r\nSet-Cookie: sid=new\r\n' +
        'Transfer-Encoding: chunked\r\n\r\n',
    )
  })

  const last = (over: Partial<Parameters<typeof clientHead>[1]>): string[] =>
    clientHead(head('HTTP/1.1 200 OK', 'Content-Length: 7'), {
      ...options,
      setCookies: [],
      ...over,
    })
      .split('\r\n')
      .slice(1, -2)

  test('follows the version of the client and the end of the connection', () => {
    expect(last({ isHttp11: false, persists: false })).toEqual(['Connection: close'])
    const length = { kind: 'length', bytes: 7 } as const
    expect(last({ framing: length, isHttp11: false })).toEqual([
      'Content-Length: 7',
      'Connection: keep-alive',
    ])
    expect(last({ framing: length, persists: false })).toEqual([
      'Content-Length: 7',
      'Connection: close',
    ])
    expect(last({ framing: { kind: 'none' } })).toEqual(['Content-Length: 7'])
  })
})

test('switchingHead() takes a WebSocket and nothing else', () => {
  const status = 'HTTP/1.1 101 Switching Protocols'
  expect(switchingHead(head(status, 'Upgrade: WebSocket', 'Connection: upgrade', 'A: b'))).toBe(
    `${status}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nA: b\r\n\r\n`,
  )
  for (const lines of [[], ['Upgrade: h2c'], ['Upgrade: websocket', 'Upgrade: h2c']])
    expect(switchingHead(head(status, ...lines))).toBeNull()
})
