// The wire over a socket that a test turns: order, back-pressure in both directions, and every way to end.
import { describe, expect, test } from 'bun:test'
import type { ByteSocket } from '../../world/byte-socket.ts'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { Wire } from './wire.ts'

interface Bench {
  readonly wire: Wire
  readonly clock: FakeClock
  /** What happened to the socket, in order. */
  readonly calls: string[]
  readonly written: Buffer[]
  /** How many bytes the next writes take. */
  room: number
}

function bench(): Bench {
  const clock = fakeClock(0)
  const calls: string[] = []
  const written: Buffer[] = []
  const parts = { clock, calls, written, room: Number.MAX_SAFE_INTEGER }
  const socket: ByteSocket = {
    write: (bytes) => {
      const taken = Math.min(parts.room, bytes.length)
      parts.room -= taken
      written.push(Buffer.from(bytes.subarray(0, taken)))
      return taken
    },
    end: () => void calls.push('end'),
    terminate: () => void calls.push('terminate'),
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
  }
  return Object.assign(parts, { wire: new Wire(socket, clock) })
}

const bytes = (length: number): Buffer => Buffer.alloc(length, 1)

describe('Wire.read()', () => {
  test('gives pieces in order, those put back first, and copies of what it was given', async () => {
    const { wire } = bench()
    const chunk = Buffer.from('one')
    wire.push(chunk)
    chunk.fill(0)
    wire.push(Buffer.from(''))
    wire.push(Buffer.from('two'))
    expect(String(await wire.read(1))).toBe('one')
    wire.unread(Buffer.from('again'))
    wire.unread(Buffer.from(''))
    expect(String(await wire.read(1))).toBe('again')
    expect(String(await wire.read(1))).toBe('two')
  })

  test('waits for a piece, but not longer than it may', async () => {
    const { wire, clock } = bench()
    const first = wire.read(1000)
    wire.push(Buffer.from('late'))
    expect(String(await first)).toBe('late')
    const second = wire.read(1000)
    clock.advance(1000)
    expect(await second).toBe('timeout')
    wire.push(Buffer.from('later'))
    expect(String(await wire.read(1000))).toBe('later')
  })

  test.each([
    [true, 'end'],
    [false, 'broken'],
  ] as const)('gives what came before a close that is clean: %p, then %s', async (clean, end) => {
    const { wire } = bench()
    wire.push(Buffer.from('last'))
    wire.closed(clean)
    wire.closed(!clean)
    expect(String(await wire.read(1))).toBe('last')
    expect(await wire.read(1)).toBe(end)
    expect(wire.isOpen).toBe(false)
  })

  test('stops the sender when too much waits, and lets it go on when it was read', async () => {
    const { wire, calls } = bench()
    for (let i = 0; i < 4; i++) wire.push(bytes(64 * 1024))
    expect(calls).toEqual([])
    wire.push(bytes(1))
    wire.push(bytes(1))
    expect(calls).toEqual(['pause'])
    for (let i = 0; i < 3; i++) await wire.read(1)
    expect(calls).toEqual(['pause'])
    await wire.read(1)
    expect(calls).toEqual(['pause', 'resume'])
  })

  test('leaves over what was not read, and lets the sender go on', () => {
    const { wire, calls } = bench()
    wire.push(bytes(300 * 1024))
    wire.push(bytes(5))
    expect(wire.leftover().length).toBe(300 * 1024 + 5)
    expect(calls).toEqual(['pause', 'resume'])
    expect(wire.leftover().length).toBe(0)
  })
})

describe('Wire.write()', () => {
  test('offers the rest again when there is room', async () => {
    const parts = bench()
    parts.room = 2
    const sent = parts.wire.write(Buffer.from('hello'), 1000)
    parts.room = 1
    parts.wire.drained()
    await Promise.resolve()
    parts.room = 100
    parts.wire.drained()
    expect(await sent).toBe(true)
    expect(Buffer.concat(parts.written).toString()).toBe('hello')
  })

  test('gives up on a reader that takes nothing', async () => {
    const parts = bench()
    parts.room = 2
    const sent = parts.wire.write(Buffer.from('hello'), 1000)
    parts.clock.advance(1000)
    expect(await sent).toBe(false)
    expect(parts.calls).toEqual(['terminate'])
    expect(await parts.wire.write(Buffer.from('more'), 1000)).toBe(false)
  })

  test('is told when the connection closes meanwhile', async () => {
    const parts = bench()
    parts.room = 0
    const sent = parts.wire.write(Buffer.from('hello'), 1000)
    parts.wire.closed(false)
    expect(await sent).toBe(false)
  })
})

test('Wire.onClose() tells each listener once, unless it was taken back', () => {
  const { wire, calls } = bench()
  let told = 0
  wire.onClose(() => told++)
  wire.onClose(() => (told += 100))()
  wire.terminate()
  wire.terminate()
  wire.closed(true)
  wire.end()
  expect([told, calls]).toEqual([1, ['terminate']])
})
