// The real WebSocket client against a real server: headers, texts, and every way a connection ends.
import { afterAll, expect, test } from 'bun:test'
import { type SocketEvents, realSocketClient } from './web-socket.ts'

const seen: (string | null)[] = []
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request, self) => {
    const { pathname } = new URL(request.url)
    seen.push(request.headers.get('authorization'))
    if (pathname === '/hang') return new Promise<Response>(() => {})
    if (pathname === '/denied') return new Response('denied', { status: 403 })
    return self.upgrade(request) ? undefined : new Response(null, { status: 400 })
  },
  websocket: {
    message: (socket, text) => {
      if (text === 'cut') socket.terminate()
      else if (text === 'close') socket.close(1012, 'Service restart')
      else if (text === 'binary') socket.send(new Uint8Array([1, 2]))
      else socket.send(`heard ${String(text)}`)
    },
  },
})
afterAll(() => server.stop(true))

/** Connects, sends `text` once open and waits for `until`; the events in order. */
async function story(
  path: string,
  text: string,
  { until = 'closed', handshakeTimeoutMs = 5000, port = server.port ?? 0 } = {},
): Promise<string[]> {
  const events: string[] = []
  const done = Promise.withResolvers<void>()
  const note = (event: string): void => {
    events.push(event)
    if (event.startsWith(until)) done.resolve()
  }
  const listeners: SocketEvents = {
    opened: () => {
      note('opened')
      socket.send(text)
    },
    message: (message) => note(message),
    binary: () => note('binary'),
    closed: (detail) => note(`closed: ${detail}`),
  }
  const socket = realSocketClient().connect(
    {
      url: `ws://127.0.0.1:${port}${path}`,
      headers: { Authorization: 'Bearer secret' },
      insecureTls: false,
      handshakeTimeoutMs,
    },
    listeners,
  )
  await done.promise
  socket.close()
  socket.close()
  expect(socket.send('late')).toBe(false)
  return events
}

test('realSocketClient() sends headers and texts, and hears texts', async () => {
  const events = await story('/', 'hello', { until: 'heard' })
  expect(events).toEqual(['opened', 'heard hello', 'closed: Closed by us'])
  expect(seen.at(-1)).toBe('Bearer secret')
})

test('realSocketClient() tells of a binary frame', async () => {
  expect(await story('/', 'binary', { until: 'binary' })).toContain('binary')
})

test('realSocketClient() says once that a connection ended, however it did', async () => {
  expect(await story('/', 'close')).toEqual(['opened', 'closed: Closed with 1012 Service restart'])
  expect(await story('/', 'cut')).toHaveLength(2)
  expect(await story('/denied', '')).toHaveLength(1)
  expect(await story('/', '', { port: 1 })).toHaveLength(1)
})

test('realSocketClient() gives up a handshake that is never answered', async () => {
  const events = await story('/hang', '', { handshakeTimeoutMs: 50 })
  expect(events).toEqual(['closed: No connection within 50 ms'])
})
