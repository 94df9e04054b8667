// Streams of lines against a real server that ends, stalls, breaks off and says too much.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Server } from 'bun'
import fc from 'fast-check'
import { until } from '../../test/support/until.ts'
import { type LineEnd, LineSplitter, realLineStreams } from './line-stream.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('LineSplitter', () => {
  test('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !s.includes('\n'))),
        fc.integer({ min: 1, max: 9 }),
        (lines, size) => {
          const whole = bytes(lines.map((line) => `${line}\n`).join(''))
          const splitter = new LineSplitter(1000)
          const found: string[] = []
          for (let i = 0; i < whole.length; i += size)
            found.push(...(splitter.take(whole.slice(i, i + size)) ?? []))
          const decoded = lines.map((line) => new TextDecoder().decode(bytes(line)))
          expect(found).toEqual(decoded)
        },
      ),
    )
  })

  test('holds at most the bytes of one line', () => {
    const splitter = new LineSplitter(4)
    expect(splitter.take(bytes('abcd\n12'))).toEqual(['abcd'])
    expect(splitter.take(bytes('34'))).toEqual([])
    expect(splitter.take(bytes('5'))).toBeNull()
    expect(new LineSplitter(4).take(bytes('abcde\n'))).toBeNull()
  })
})

let server: Server<undefined>
const asked: string[] = []

beforeAll(() => {
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    routes: {
      '/three': (request) => {
        asked.push(request.headers.get('authorization') ?? '')
        return new Response('one\n\ntwo\nthree\nbroken off')
      },
      '/silent': () => new Promise<Response>(() => {}),
      '/stalls': () =>
        new Response(new ReadableStream({ start: (control) => control.enqueue(bytes('one\n')) })),
      '/forbidden': () => new Response('no', { status: 403 }),
      '/elsewhere': () => Response.redirect('/three', 302),
    },
  })
})
afterAll(async () => server.stop(true))

interface Seen {
  readonly lines: string[]
  readonly ends: LineEnd[]
  opened: number
}

function open(path: string, more: object = {}): { readonly seen: Seen; readonly stop: () => void } {
  const seen: Seen = { lines: [], ends: [], opened: 0 }
  const stop = realLineStreams().open(
    {
      url: `${server.url.origin}${path}`,
      headers: { Authorization: 'Bearer x' },
      headTimeoutMs: 5000,
      totalTimeoutMs: 5000,
      lineBytesMax: 100,
      ...more,
    },
    {
      opened: () => seen.opened++,
      line: (line) => seen.lines.push(line),
      closed: (end) => seen.ends.push(end),
    },
  )
  return { seen, stop }
}

describe('realLineStreams()', () => {
  test('gives whole lines, then the end, once', async () => {
    const { seen } = open('/three')
    await until(() => seen.ends.length > 0)
    expect(seen).toMatchObject({ lines: ['one', 'two', 'three'], opened: 1 })
    expect(seen.ends.map(({ code }) => code)).toEqual(['ended'])
    expect(asked).toEqual(['Bearer x'])
  })

  test.each([
    ['/forbidden', 'status', {}],
    ['/elsewhere', 'status', {}],
    ['/silent', 'timeout', { headTimeoutMs: 30 }],
    ['/stalls', 'timeout', { totalTimeoutMs: 100 }],
    ['/three', 'too-large', { lineBytesMax: 4 }],
    ['/three', 'unreachable', { url: 'http://127.0.0.1:1/' }],
  ])('%s is over as "%s"', async (path, code, more) => {
    const { seen } = open(path, more)
    await until(() => seen.ends.length > 0)
    expect(seen.ends.map((end) => end.code as string)).toEqual([code])
  })

  test('says nothing after it was cancelled', async () => {
    const { seen, stop } = open('/stalls')
    await until(() => seen.lines.length > 0)
    stop()
    stop()
    // What would come of the first has its time while another goes from beginning to end.
    const other = open('/three').seen
    await until(() => other.ends.length > 0)
    expect(seen.ends).toEqual([])
  })
})
