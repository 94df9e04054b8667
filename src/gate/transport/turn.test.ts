// What happens in one turn, in which order, and that no connection can hold up or harm another.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Turn, turnBytesMax } from './turn.ts'

interface Recorder {
  readonly turn: Turn<string>
  readonly seen: string[]
}

/** Answers each line of a chunk, as the listener answers each request of one. */
function recorder(): Recorder {
  const seen: string[] = []
  const turn: Turn<string> = new Turn<string>({
    work: (socket, chunk) => {
      for (const line of chunk.toString().split(' ')) {
        turn.flush(socket)
        if (line === 'defect') throw new TypeError('A defect')
        seen.push(`work ${socket}${line}`)
        turn.answer(socket, Buffer.from(line))
      }
    },
    send: (socket, answer) => seen.push(`send ${socket}${answer.toString()}`),
    failed: (socket) => seen.push(`failed ${socket}`),
  })
  return { turn, seen }
}

test('Turn works on everything before it sends anything', () => {
  const { turn, seen } = recorder()
  turn.add('a', Buffer.from('1'))
  turn.add('b', Buffer.from('2'))
  expect(seen).toEqual([])
  turn.finish()
  expect(seen).toEqual(['work a1', 'work b2', 'send a1', 'send b2'])
})

test('Turn ends by itself when the event loop has heard everybody', async () => {
  const { turn, seen } = recorder()
  turn.add('a', Buffer.from('1'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toEqual(['work a1', 'send a1'])
  turn.finish()
  expect(seen).toHaveLength(2)
})

test('Turn sends the answer to a request before the next one of its connection is looked at', () => {
  const { turn, seen } = recorder()
  turn.add('a', Buffer.from('1 2'))
  turn.add('b', Buffer.from('3'))
  turn.add('a', Buffer.from('4'))
  turn.finish()
  expect(seen).toEqual([
    'work a1',
    'send a1',
    'work a2',
    'work b3',
    'send a2',
    'work a4',
    'send b3',
    'send a4',
  ])
})

test('Turn sends at once what was waited for', () => {
  const { turn, seen } = recorder()
  turn.answer('a', Buffer.from('late'))
  expect(seen).toEqual(['send alate'])
})

test('Turn ends early rather than hold more bytes than it may', () => {
  const { turn, seen } = recorder()
  turn.add('a', Buffer.from('1'))
  turn.add('b', Buffer.alloc(turnBytesMax, 'x'))
  expect(seen[0]).toBe('work a1')
  expect(seen).toHaveLength(4)
})

test('Turn ends the connection that ran into a defect, and no other', () => {
  const { turn, seen } = recorder()
  turn.add('a', Buffer.from('1 defect'))
  turn.add('b', Buffer.from('2'))
  turn.finish()
  expect(seen).toEqual(['work a1', 'send a1', 'failed a', 'work b2', 'send b2'])
})

test('Turn answers every request once and in the order of its connection, however they arrive', () => {
  const chunks = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 3 }), fc.boolean()),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(chunks, (arrivals) => {
      const { turn, seen } = recorder()
      let count = 0
      const asked = new Map<string, string[]>()
      for (const [socket, requests, ends] of arrivals) {
        const lines = Array.from({ length: requests }, () => String(++count))
        asked.set(socket, [...(asked.get(socket) ?? []), ...lines])
        turn.add(socket, Buffer.from(lines.join(' ')))
        if (ends) turn.finish()
      }
      turn.finish()
      for (const [socket, lines] of asked) {
        const sent = seen.filter((entry) => entry.startsWith(`send ${socket}`))
        expect(sent).toEqual(lines.map((line) => `send ${socket}${line}`))
      }
    }),
  )
})
