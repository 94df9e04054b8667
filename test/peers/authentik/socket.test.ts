import { afterEach, beforeEach, expect, test } from 'bun:test'
import { fakeClock } from '../../../src/world/clock.ts'
import { type Authentik, startAuthentik } from './authentik.ts'

const instance = '5d5c3e0e-6f0f-4b8a-9d5e-0c6f3f6f2b11'
const hello = {
  version: '2026.8.6',
  buildHash: 'gatehouse',
  uuid: instance,
  hostname: 'outpost-1',
}

let authentik: Authentik
const clock = fakeClock(0)

beforeEach(async () => {
  authentik = await startAuthentik({ clock, version: '2026.8.6', hostQuery: ['foo'] })
})

afterEach(() => authentik.close())

/** An outpost's end of the connection; messages queue up until they are asked for. */
class Client {
  readonly #socket: WebSocket
  readonly #messages: unknown[] = []
  #waiting: ((message: unknown) => void) | null = null
  readonly opened: Promise<boolean>
  readonly closed: Promise<number>

  constructor(query: string, token: string | null = authentik.token, pk?: string) {
    const url = new URL(
      `ws/outpost/${pk ?? authentik.control.outpost().pk}/?${query}`,
      authentik.url,
    )
    const headers: Record<string, string> =
      token === null ? {} : { authorization: `Bearer ${token}` }
    // The types know the browser's constructor, which takes no headers.
    this.#socket = Reflect.construct(WebSocket, [url.href.replace('http', 'ws'), { headers }])
    const opened = Promise.withResolvers<boolean>()
    const closed = Promise.withResolvers<number>()
    this.#socket.onopen = () => opened.resolve(true)
    this.#socket.onclose = (event) => {
      opened.resolve(false)
      closed.resolve(event.code)
    }
    this.#socket.onmessage = (event) => {
      const message: unknown = JSON.parse(String(event.data))
      const waiting = this.#waiting
      this.#waiting = null
      if (waiting === null) this.#messages.push(message)
      else waiting(message)
    }
    this.opened = opened.promise
    this.closed = closed.promise
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  next(): Promise<unknown> {
    const message = this.#messages.shift()
    if (message !== undefined) return Promise.resolve(message)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  close(): void {
    this.#socket.close()
  }
}

const good = `instance_uuid=${instance}&attempt=0`
const ack = { instruction: 0, args: {} }

test('HELLO is acknowledged, recorded and makes the instance healthy for 15 s', async () => {
  const client = new Client(`${good}&foo=bar`)
  expect(await client.opened).toBe(true)
  client.send({ instruction: 1, args: hello })
  expect(await client.next()).toEqual(ack)
  expect(authentik.control.hellos()).toEqual([{ at: clock.now(), instance, args: hello }])
  expect(authentik.control.health()).toMatchObject([
    { uid: instance, version: '2026.8.6', version_outdated: false, hostname: 'outpost-1' },
  ])
  clock.advance(15_000)
  expect(authentik.control.health()).toHaveLength(1)
  clock.advance(1)
  expect(authentik.control.health()).toEqual([])
  expect(authentik.control.violations()).toEqual([])
  client.close()
})

test.each([
  ['same version', { version: '2026.8.6', buildHash: '' }, false],
  ['another version of the same build', { version: '2026.5.0', buildHash: '' }, true],
  ['another version of a build of its own', { version: '2026.5.0', buildHash: 'x' }, false],
  ['no version', { version: '', buildHash: '' }, false],
] as const)('health: version_outdated for %s', async (_, change, outdated) => {
  const client = new Client(good)
  await client.opened
  client.send({ instruction: 1, args: { ...hello, ...change } })
  await client.next()
  expect(authentik.control.health()[0]?.version_outdated).toBe(outdated)
  client.close()
})

test('helloGapsMs() tells how far apart the HELLOs of an instance are', async () => {
  const client = new Client(good)
  await client.opened
  for (const ms of [0, 10_000, 12_000]) {
    clock.advance(ms)
    client.send({ instruction: 1, args: hello })
    await client.next()
  }
  expect(authentik.control.helloGapsMs()).toEqual([10_000, 12_000])
  client.close()
})

test('ACK gets no answer', async () => {
  const client = new Client(good)
  await client.opened
  client.send(ack)
  client.send({ instruction: 1, args: hello })
  await client.next()
  authentik.control.trigger()
  expect(await client.next()).toEqual({ instruction: 2, args: {} })
  client.close()
})

test('instructions reach every connection', async () => {
  const other = '0d5c3e0e-6f0f-4b8a-9d5e-0c6f3f6f2b11'
  const clients = [new Client(good), new Client(`instance_uuid=${other}&attempt=3`)]
  for (const client of clients) await client.opened
  expect(authentik.control.sockets()).toMatchObject([
    { instance, attempt: 0 },
    { instance: other, attempt: 3 },
  ])
  authentik.control.sessionEnd('ab'.repeat(32))
  authentik.control.providerSpecific({ sub_type: 'x' })
  for (const client of clients) {
    expect(await client.next()).toEqual({
      instruction: 4,
      args: { type: 'event.session.end', session_id: 'ab'.repeat(32) },
    })
    expect(await client.next()).toEqual({ instruction: 3, args: { sub_type: 'x' } })
    client.close()
  }
})

test('changes are announced as authentik does: providers and outpost yes, applications no', async () => {
  const client = new Client(good)
  await client.opened
  const { control } = authentik
  control.addProvider({ name: 'app', external_host: 'https://app.example.com' })
  control.changeProvider('app', { application: { bindings: [] } })
  control.changeProvider('app', { cookie_domain: 'x' }, { announce: false })
  control.changeSecret('app')
  control.changeOutpost({ config: { log_level: 'debug' } })
  control.removeProvider('app')
  control.send({ instruction: 99, args: {} })
  const received = []
  for (let left = 5; left > 0; left--) received.push(await client.next())
  const trigger = { instruction: 2, args: {} }
  expect(received).toEqual([trigger, trigger, trigger, trigger, { instruction: 99, args: {} }])
  expect(control.outpost().config).toMatchObject({ log_level: 'debug', authentik_host: '' })
  client.close()
})

test('disconnect() ends connections, closing or cutting', async () => {
  for (const [how, code] of [
    ['close', 1012],
    ['cut', 1006],
  ] as const) {
    const client = new Client(good)
    await client.opened
    authentik.control.disconnect(how)
    expect(await client.closed).toBe(code)
    await authentik.control.until(
      () => authentik.control.sockets().length === 0,
      'the connection to be gone',
    )
  }
})

test.each([
  ['wrong token', good, 'wrong', undefined],
  ['no token', good, null, undefined],
  ['another outpost', good, undefined, '00000000-0000-4000-8000-000000000000'],
] as const)('connection denied: %s', async (_, query, token, pk) => {
  const client = new Client(query, token === undefined ? authentik.token : token, pk)
  expect(await client.opened).toBe(false)
  expect(authentik.control.refusals()).toEqual(['socket: token or outpost'])
  expect(authentik.control.calls('socket')).toBe(1)
})

test('refuseSockets() denies connections that are right', async () => {
  authentik.control.refuseSockets(true)
  expect(await new Client(good).opened).toBe(false)
  authentik.control.refuseSockets(false)
  const client = new Client(good)
  expect(await client.opened).toBe(true)
  client.close()
})

test.each([
  ['no instance', 'attempt=0'],
  ['instance that is no version 4 UUID', 'instance_uuid=x&attempt=0'],
  ['no attempt', `instance_uuid=${instance}`],
  ['attempt that is no number', `instance_uuid=${instance}&attempt=x`],
  ['another parameter', `${good}&version=1`],
  ['repeated parameter', `${good}&attempt=1`],
])('not in the specification: %s', async (_, query) => {
  const client = new Client(query)
  await client.opened
  expect(authentik.control.violations()).toHaveLength(1)
  client.close()
})

test.each([
  ['not JSON', '{'],
  ['no object', '[]'],
  ['args that are no object', { instruction: 1, args: [] }],
  ['no args', { instruction: 1 }],
])('a message that is malformed ends the connection: %s', async (_, message) => {
  const client = new Client(good)
  await client.opened
  client.send(message)
  expect(await client.closed).toBe(1011)
  expect(authentik.control.violations()).toHaveLength(1)
})

test.each([
  ['unknown instruction', { instruction: 7, args: {} }, 'socket: instruction 7'],
  ['another field', { instruction: 1, args: hello, x: 1 }, 'socket: field "x"'],
  [
    'HELLO without a field',
    { instruction: 1, args: { ...hello, hostname: undefined } },
    'socket: HELLO without "hostname"',
  ],
  [
    'HELLO with a field of another type',
    { instruction: 1, args: { ...hello, fipsEnabled: 'no' } },
    'socket: HELLO field "fipsEnabled" is not a boolean',
  ],
  [
    'HELLO of another instance',
    { instruction: 1, args: { ...hello, uuid: 'x' } },
    'socket: HELLO of another instance than the connection',
  ],
])('a message that is acknowledged and still wrong: %s', async (_, message, violation) => {
  const client = new Client(good)
  await client.opened
  client.send(message)
  expect(await client.next()).toEqual(ack)
  expect(authentik.control.violations()).toEqual([violation])
  client.close()
})

test('endSessions() removes sessions and says so to outposts', async () => {
  const { control } = authentik
  control.addPerson({ username: 'ada' })
  control.addProvider({ name: 'app', external_host: 'https://app.example.com' })
  const client = new Client(good)
  await client.opened
  await control.accessToken('app', 'ada')
  const [session] = control.sessions()
  expect(control.endSessions('ada')).toBe(1)
  expect(await client.next()).toMatchObject({ instruction: 4, args: { session_id: session?.sid } })
  expect(control.sessions()).toEqual([])
  client.close()
})
