// Bodies in every framing, cut into pieces in every way, beside a reader that is easy to see through.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fakeClock } from '../../../world/clock.ts'
import { Wire } from '../../transport/wire.ts'
import { type BodyOptions, encodeChunk, lastChunk, readBody } from './body.ts'
import type { Framing } from '../../../std/response-head.ts'

const strict: BodyOptions = { timeoutMs: 1000, extensions: 'refuse' }
const silent = { write: () => 0, end() {}, terminate() {}, pause() {}, resume() {} }

/** Reads a body out of `pieces`; after them the connection is closed. */
async function read(
  pieces: readonly (string | Buffer)[],
  framing: Framing,
  options: BodyOptions = strict,
): Promise<{ body: string; end: string; rest: string }> {
  const wire = new Wire(silent, fakeClock(0))
  for (const piece of pieces) wire.push(Buffer.from(piece as string, 'latin1'))
  wire.closed(true)
  const reader = readBody(wire, framing, options)
  let body = ''
  for (;;) {
    const piece = await reader.next()
    if (typeof piece === 'string') {
      // Asked again it says the same: it has read nothing behind the body.
      if (piece === 'done') expect(await reader.next()).toBe('done')
      return { body, end: piece, rest: wire.leftover().toString('latin1') }
    }
    expect(piece.length).toBeGreaterThan(0)
    body += piece.toString('latin1')
  }
}

const chunked: Framing = { kind: 'chunked' }

describe('readBody()', () => {
  const table: readonly (readonly [
    pieces: string[],
    framing: Framing,
    wanted: readonly [body: string, end: string, rest: string],
  ])[] = [
    [['hello!'], { kind: 'none' }, ['', 'done', 'hello!']],
    [['he', 'llo!'], { kind: 'length', bytes: 5 }, ['hello', 'done', '!']],
    [['hell'], { kind: 'length', bytes: 5 }, ['hell', 'cut', '']],
    [['he', 'llo!'], { kind: 'until-close' }, ['hello!', 'done', '']],
    [['5\r\nhello\r\n0\r\n\r\n!'], chunked, ['hello', 'done', '!']],
    [['5', '\r', '\nhe', 'llo\r', '\n0\r', '\n\r\n', 'GET'], chunked, ['hello', 'done', 'GET']],
    [['00A\r\n0123456789\r\n0\r\nX: y\r\n\r\n'], chunked, ['0123456789', 'done', '']],
    [['5\r\nhello\r\n'], chunked, ['hello', 'cut', '']],
    [['5\r\nhello\r\n0\r\n'], chunked, ['hello', 'cut', '']],
    [['5\r\nhel'], chunked, ['hel', 'cut', '']],
  ]
  test.each(table)('reads %j', async (pieces, framing, [body, end, rest]) => {
    expect(await read(pieces, framing)).toEqual({ body, end, rest })
  })

  const malformed: readonly string[] = [
    '\r\n',
    'x\r\n',
    '5;a=b\r\nhello\r\n0\r\n\r\n',
    ' 5\r\n',
    '5 \r\n',
    '0x5\r\n',
    '+5\r\n',
    '5\n',
    '5\r\r\n',
    '1234567890abc\r\n',
    '5\r\nhello!\r\n',
    '5\r\nhello\n0\r\n\r\n',
    '0\r\nx\r\n\r\n',
    '0\r\nX : y\r\n\r\n',
    '0\r\n X: y\r\n\r\n',
    '0\r\nX: \u0000\r\n\r\n',
    '0\r\nX: y\n\r\n',
    `${'0'.repeat(5000)}\r\n`,
    `0\r\n${'X: y\r\n'.repeat(5000)}\r\n`,
  ]
  test.each(malformed)('refuses %j', async (text) => {
    expect((await read([text], chunked)).end).toBe('malformed')
  })

  test('skips the extensions of a service', async () => {
    const text = '5;a="b" ;c\r\nhello\r\n0;x\r\n\r\n'
    const options = { ...strict, extensions: 'skip' } as const
    expect(await read([text], chunked, options)).toEqual({ body: 'hello', end: 'done', rest: '' })
  })

  test('gives a piece before the line end of its chunk has come', async () => {
    const wire = new Wire(silent, fakeClock(0))
    const reader = readBody(wire, chunked, strict)
    wire.push(Buffer.from('5\r\nhello'))
    expect(String(await reader.next())).toBe('hello')
  })

  test('gives up when nothing comes', async () => {
    const clock = fakeClock(0)
    const reader = readBody(new Wire(silent, clock), { kind: 'length', bytes: 1 }, strict)
    const next = reader.next()
    clock.advance(1000)
    expect(await next).toBe('timeout')
  })

  test('gives back what encodeChunk() wrote, however it is cut', async () => {
    const piece = fc.uint8Array({ minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.array(fc.nat(60)), async (pieces, cuts) => {
        const whole = Buffer.concat([
          ...pieces.map((bytes) => encodeChunk(Buffer.from(bytes))),
          lastChunk,
        ])
        const text = `${whole.toString('latin1')}rest`
        const sent = Buffer.concat(pieces).toString('latin1')
        expect(await read(cut(text, cuts), chunked)).toEqual({
          body: sent,
          end: 'done',
          rest: 'rest',
        })
      }),
    )
  })

  test('takes nothing that the reference reader refuses, and reads the same out of the rest', async () => {
    const part = fc.constantFrom(
      '0',
      '1',
      '5',
      'a',
      'hello',
      '\r\n',
      '\r',
      '\n',
      ';x',
      ' ',
      'X: y',
      '-',
      'G',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 16 }),
        fc.array(fc.nat(9)),
        async (parts, cuts) => {
          const text = parts.join('')
          const found = await read(cut(text, cuts), chunked)
          const reference = referenceChunks(text)
          if (found.end === 'done')
            expect({ body: found.body, rest: found.rest }).toEqual(reference ?? never)
          else expect(reference).toBeNull()
        },
      ),
      { numRuns: 3000 },
    )
  })
})

const never = { body: 'The reference reader refuses this', rest: '' }

/** RFC 9112 section 7.1 by regular expression, without extensions; null for anything unfinished or odd. */
function referenceChunks(text: string): { body: string; rest: string } | null {
  let body = ''
  let rest = text
  for (;;) {
    const size = /^([0-9A-Fa-f]{1,12})\r\n/.exec(rest)
    if (size === null) return null
    const length = Number.parseInt(size[1] ?? '', 16)
    rest = rest.slice(size[0].length)
    if (length === 0) break
    if (rest.slice(length, length + 2) !== '\r\n') return null
    body += rest.slice(0, length)
    rest = rest.slice(length + 2)
  }
  const trailers = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/.exec(rest)
  return trailers === null ? null : { body, rest: rest.slice(trailers[0].length) }
}

/** `text` in pieces of these lengths, the last as long as it is. */
function cut(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = []
  let at = 0
  for (const length of lengths) {
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return [...pieces, text.slice(at)]
}
