// The WebSocket of the control plane against a connection that a test holds in its hand.
import { expect, test } from 'bun:test'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { type MemoryLog, memoryLog } from '../../world/log.ts'
import { seededRandom } from '../../world/random.ts'
import type { OutgoingSocketOptions, SocketEvents } from '../../world/web-socket.ts'
import { EventSocket, socketUrl } from './event-socket.ts'
import { sampleSettings } from './samples.fixture.ts'
import type { OutpostSettings } from './settings.ts'

interface Connection {
  readonly options: OutgoingSocketOptions
  readonly events: SocketEvents
  readonly sent: string[]
  closes: number
}

interface Bench {
  readonly socket: EventSocket
  readonly clock: FakeClock
  readonly log: MemoryLog
  readonly connections: Connection[]
  readonly told: string[]
  latest(): Connection
}

/** `atOnce`: connections fail while they are being made, as a runtime may tell it. */
function bench(settings: Partial<OutpostSettings> = {}, atOnce = false): Bench {
  const clock = fakeClock(0)
  const log = memoryLog()
  const connections: Connection[] = []
  const told: string[] = []
  const socket = new EventSocket({
    settings: sampleSettings(settings),
    clock,
    log,
    random: seededRandom(2),
    instance: 'ef686230-0be6-47a0-9670-c01cd6f5d405',
    hostname: 'testhost',
    on: {
      updateWanted: () => told.push('update'),
      sessionEnded: (sid) => told.push(sid),
    },
    sockets: {
      connect: (options, events) => {
        const connection: Connection = { options, events, sent: [], closes: 0 }
        connections.push(connection)
        if (atOnce) events.closed('Refused')
        return {
          send: (text) => connection.sent.push(text) > 0,
          close: () => {
            connection.closes++
            events.closed('Closed by us')
          },
        }
      },
    },
  })
  const latest = (): Connection => {
    const connection = connections.at(-1)
    if (connection === undefined) throw new Error('Nothing was connected')
    return connection
  }
  return { socket, clock, log, connections, told, latest }
}

const base = { query: '', unixSocket: null }
const instance = { instance: 'i', attempt: 3 }

test.each([
  ['https://h.org/', '', 'wss://h.org/ws/outpost/pk/?instance_uuid=i&attempt=3'],
  ['http://h.org:9000/', '', 'ws://h.org:9000/ws/outpost/pk/?instance_uuid=i&attempt=3'],
  [
    'https://h.org/authentik/',
    'tenant=a%20b',
    'wss://h.org/authentik/ws/outpost/pk/?tenant=a+b&instance_uuid=i&attempt=3',
  ],
  ['http://http.org/', 'attempt=9', 'ws://http.org/ws/outpost/pk/?attempt=3&instance_uuid=i'],
])('socketUrl() of %p with %p is %p', (baseUrl, query, url) => {
  expect(socketUrl({ address: { ...base, baseUrl, query } }, 'pk', instance)).toBe(url)
})

test('EventSocket sends token and agent, and is not connected before it is', () => {
  const { socket, latest } = bench({ insecure: true })
  socket.start('pk')
  expect(latest().options).toMatchObject({
    headers: {
      Authorization: 'Bearer token-of-a-test',
      'User-Agent': 'goauthentik.io/outpost/2026.8.6',
    },
    insecureTls: true,
    handshakeTimeoutMs: 10_000,
  })
  expect(socket.isConnected).toBe(false)
  latest().events.opened()
  expect(socket.isConnected).toBe(true)
  expect(latest().sent).toHaveLength(1)
})

test('EventSocket counts attempts up, and asks for an update after each connection but the first', () => {
  const { socket, clock, connections, told, latest } = bench()
  socket.start('pk')
  latest().events.opened()
  expect(told).toEqual([])
  for (let i = 1; i <= 3; i++) {
    latest().events.closed('Cut')
    clock.advance(60_000)
    latest().events.opened()
  }
  expect(told).toEqual(['update', 'update', 'update'])
  expect(
    connections.map(({ options }) => new URL(options.url).searchParams.get('attempt')),
  ).toEqual(['0', '1', '2', '3'])
  expect(socket.reconnects).toBe(3)
})

test('EventSocket stops its HELLOs with the connection', () => {
  const { socket, clock, connections, latest } = bench()
  socket.start('pk')
  latest().events.opened()
  latest().events.closed('Cut')
  clock.advance(400)
  expect(connections).toHaveLength(1)
  expect(latest().sent).toHaveLength(1)
})

test('EventSocket that is closed while it connects tries again, ever more rarely', () => {
  const { socket, clock, connections } = bench({}, true)
  socket.start('pk')
  expect(connections).toHaveLength(1)
  clock.advance(600_000)
  // 1, 2, 4, … 60 s, half of it at least.
  expect(connections.length).toBeGreaterThanOrEqual(14)
  expect(connections.length).toBeLessThanOrEqual(30)
})

test('EventSocket that is accepted and closed at once is tried ever more rarely too', () => {
  const { socket, clock, connections, latest } = bench()
  socket.start('pk')
  for (let second = 0; second < 120; second++) {
    if (!socket.isConnected && latest().closes === 0) {
      latest().events.opened()
      latest().events.closed('Closed with 1008')
    }
    clock.advance(1000)
  }
  expect(connections.length).toBeLessThanOrEqual(12)
})

test('EventSocket changes over to another outpost, and does nothing for the same', () => {
  const { socket, clock, connections, told, latest } = bench()
  socket.start('one')
  latest().events.opened()
  socket.start('one')
  expect(connections).toHaveLength(1)
  const first = latest()
  socket.start('two')
  expect(first.closes).toBe(1)
  expect(connections).toHaveLength(2)
  expect(latest().options.url).toContain('/ws/outpost/two/')
  // What an old connection still says is nobody's business.
  first.events.message('{"instruction":4,"args":{"session_id":"abc"}}')
  first.events.closed('Late')
  clock.advance(60_000)
  expect(told).toEqual([])
  expect(connections).toHaveLength(2)
})

test('EventSocket stays down once stopped', () => {
  const { socket, clock, connections, latest } = bench()
  socket.start('pk')
  latest().events.opened()
  socket.stop()
  expect(latest().closes).toBe(1)
  clock.advance(600_000)
  expect(connections).toHaveLength(1)
  expect(socket.isConnected).toBe(false)
})

test('EventSocket has no connection over a unix address', () => {
  const { socket, connections } = bench({
    address: { baseUrl: 'http://localhost/', query: '', unixSocket: '/run/authentik.sock' },
  })
  socket.start('pk')
  expect(connections).toHaveLength(0)
})

test('EventSocket logs neither token nor query', () => {
  const { socket, latest, log } = bench({
    address: { baseUrl: 'https://h.org/', query: 'secret=geheim', unixSocket: null },
  })
  socket.start('pk')
  latest().events.opened()
  latest().events.closed('Closed with 1006')
  expect(log.lines).toHaveLength(2)
  expect(JSON.stringify(log.lines)).not.toMatch(/geheim|token-of-a-test/)
})
