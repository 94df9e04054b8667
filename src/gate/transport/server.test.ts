// The listener over real sockets: order, framing, limits, and what it does with nonsense.
import { afterEach, describe, expect, test } from 'bun:test'
import { type Socket, createConnection } from 'node:net'
import { patienceMs, until } from '../../../test/support/until.ts'
import { fakeClock, realClock } from '../../world/clock.ts'
import type { RequestHead } from './head.ts'
import { idleTimeoutMs, listen, requestTimeoutMs, strangerConnectionsMax } from './server.ts'
import type { RequestHandler, Transport } from './transport.ts'

let running: Transport | null = null

afterEach(async () => {
  await running?.close()
  running = null
})

function answerOf(text: string): Buffer {
  return Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}

function refuse(status: string): Buffer {
  return Buffer.from(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Says the target and the body; waits when the target says so; is large when it says so. */
const echo: RequestHandler = {
  isTrusted: () => true,
  refuse,
  handle: (head: RequestHead, body) => {
    const text = `${head.method} ${head.target} ${Buffer.from(body).toString()}`
    if (head.target === '/large') return answerOf('x'.repeat(4_000_000))
    if (!head.target.startsWith('/slow')) return answerOf(text)
    return Bun.sleep(20).then(() => answerOf(text))
  },
}

function start(handler: RequestHandler = echo): number {
  running = listen({ hostname: '127.0.0.1', port: 0, clock: realClock(), handler })
  return running.port
}

/** Sends `pieces` one after another and gives everything that came back until the peer closed. */
async function talk(port: number, pieces: readonly string[], readDelayMs = 0): Promise<string> {
  const chunks: Buffer[] = []
  const closed = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data: (_socket, chunk) => void chunks.push(Buffer.from(chunk)),
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  })
  if (readDelayMs > 0) socket.pause()
  for (const piece of pieces) {
    socket.write(Buffer.from(piece, 'latin1'))
    socket.flush()
    await Bun.sleep(5)
  }
  if (readDelayMs > 0) {
    await Bun.sleep(readDelayMs)
    socket.resume()
  }
  await Promise.race([closed.promise, Bun.sleep(patienceMs)])
  socket.end()
  return Buffer.concat(chunks).toString('latin1')
}

function bodies(answers: string): string[] {
  return answers
    .split('HTTP/1.1 ')
    .slice(1)
    .map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4))
}

/** A connection from another loopback address than that of the test's own. */
function stranger(port: number): Socket {
  const socket = createConnection({ host: '127.0.0.1', port, localAddress: '127.0.0.2' })
  return socket.on('error', () => {})
}

const get = (target: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
const last = 'Connection: close\r\n'

/** Sends `text`, closes its own side at once, and gives all that comes back. */
async function sendAndClose(port: number, text: string): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true })
  socket.end(text, 'latin1')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

describe('listen', () => {
  test('answers a client that has said all it has to say and closed its side', async () => {
    const port = start()
    const answers = await Promise.all(['/1', '/2'].map((target) => sendAndClose(port, get(target))))
    expect(answers.flatMap(bodies)).toEqual(['GET /1 ', 'GET /2 '])
  })

  test('gives each of many connections its own answers, though all ask in one turn', async () => {
    const port = start()
    const clients = Array.from({ length: 100 }, (_, i) => i)
    const answers = await Promise.all(
      clients.map((i) => sendAndClose(port, get(`/${i}/a`) + get(`/${i}/b`))),
    )
    expect(answers.map(bodies)).toEqual(clients.map((i) => [`GET /${i}/a `, `GET /${i}/b `]))
  })

  test('answers pipelined requests in order, slow ones before fast ones', async () => {
    const port = start()
    const answers = await talk(port, [
      get('/1') + get('/slow2') + get('/3') + get('/slow4') + get('/5', last),
    ])
    expect(bodies(answers)).toEqual(['GET /1 ', 'GET /slow2 ', 'GET /3 ', 'GET /slow4 ', 'GET /5 '])
  })

  test('puts a request together from single bytes', async () => {
    const port = start()
    expect(bodies(await talk(port, [...get('/abc', last)]))).toEqual(['GET /abc '])
  })

  test('tells a body from the request behind it', async () => {
    const port = start()
    const post = 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\nGET /smuggled HTTP/1.'
    expect(
      bodies(
        await talk(port, [
          post.slice(0, 40),
          post.slice(40, 60),
          `${post.slice(60)}`,
          get('/next', last),
        ]),
      ),
    ).toEqual(['POST /p GET /smuggled HTTP/1.', 'GET /next '])
  })

  test('answers a whole body and what follows', async () => {
    const port = start()
    const post = 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc'
    expect(bodies(await talk(port, [post + get('/next', last)]))).toEqual([
      'POST /p abc',
      'GET /next ',
    ])
  })

  const nonsense: readonly (readonly [what: string, text: string, status: string])[] = [
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\r\n\r\n', '400'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '505'],
    [
      'a smuggled chunk',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + get('/hidden'),
      '400',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n' +
        get('/hidden'),
      '400',
    ],
    ['an early blank line', '\r\n\r\n' + get('/x'), '400'],
    ['a head without end', `GET / HTTP/1.1\r\nX: ${'a'.repeat(70_000)}`, '431'],
    ['a long head', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`, '431'],
    ['a large body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n', '413'],
    [
      'Expect',
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n',
      '417',
    ],
  ]
  test.each(nonsense)('answers %s once and closes', async (_what, text, status) => {
    const port = start()
    const answers = await talk(port, [text])
    expect(
      answers
        .split('HTTP/1.1 ')
        .slice(1)
        .map((answer) => answer.slice(0, 3)),
    ).toEqual([status])
    expect(answers).toContain('Connection: close')
    expect(running?.stats().badRequests).toBe(1)
  })

  test('keeps the answers in order for a reader that is slow', async () => {
    const port = start()
    const answers = await talk(port, [get('/large') + get('/large') + get('/end', last)], 100)
    expect(bodies(answers).map((body) => body.length)).toEqual([4_000_000, 4_000_000, 9])
  })

  test('cuts off a peer that sends on and on while it is being answered', async () => {
    const never = Promise.withResolvers<Buffer>()
    const port = start({ isTrusted: () => true, refuse, handle: () => never.promise })
    const answers = await talk(port, [
      get('/x'),
      ...Array.from({ length: 20 }, () => 'x'.repeat(10_000)),
    ])
    expect(answers).toBe('')
    expect(running?.stats().badRequests).toBe(1)
    never.resolve(answerOf('late'))
  })

  test('does not answer a peer that has gone', async () => {
    const answer = Promise.withResolvers<Buffer>()
    let asked = false
    const port = start({
      isTrusted: () => true,
      refuse,
      handle: () => {
        asked = true
        return answer.promise
      },
    })
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data: () => {} } })
    socket.write(get('/x'))
    await until(() => asked)
    socket.terminate()
    await until(() => running?.stats().connections === 0)
    answer.resolve(answerOf('late'))
    await answer.promise
    expect(running?.stats().connections).toBe(0)
  })

  test('closes what takes too long to ask and what has nothing to ask', async () => {
    const clock = fakeClock(0)
    running = listen({ hostname: '127.0.0.1', port: 0, clock, handler: echo })
    const closes: string[] = []
    let answers = 0
    const connect = (name: string, bytes: string): Promise<unknown> =>
      Bun.connect({
        hostname: '127.0.0.1',
        port: running?.port ?? 0,
        socket: {
          data: () => void answers++,
          open: (socket) => void socket.write(bytes),
          close: () => void closes.push(name),
        },
      })
    await connect('unfinished', 'GET / HT')
    await connect('idle', get('/x'))
    await until(() => answers === 1 && running?.stats().connections === 2)
    clock.advance(requestTimeoutMs + 5000)
    await until(() => closes.length > 0)
    expect(closes).toEqual(['unfinished'])
    clock.advance(idleTimeoutMs)
    await until(() => closes.length > 1)
    expect(closes).toEqual(['unfinished', 'idle'])
  })

  test('gives a request its time from its first byte on, however long the peer was silent', async () => {
    const clock = fakeClock(0)
    running = listen({ hostname: '127.0.0.1', port: 0, clock, handler: echo })
    let answers = 0
    let closed = false
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port: running.port,
      socket: { data: () => void answers++, close: () => void (closed = true) },
    })
    socket.write(get('/x'))
    await until(() => answers === 1)
    clock.advance(requestTimeoutMs * 3)
    socket.write('GET /y HTTP/1.1\r\n')
    await Bun.sleep(20)
    clock.advance(5000)
    socket.write('Host: a\r\n\r\n')
    await until(() => answers === 2 || closed)
    expect(closed).toBe(false)
    socket.end()
  })

  test('keeps room for trusted proxies, however many strangers come', async () => {
    const port = start({ ...echo, isTrusted: (peer) => peer === '127.0.0.1' })
    const strangers: Socket[] = []
    const seen = (): number =>
      (running?.stats().connections ?? 0) + (running?.stats().connectionsRefused ?? 0)
    // In batches, for the queue of the listener is shorter than all of them.
    while (strangers.length < strangerConnectionsMax + 5) {
      const rest = strangerConnectionsMax + 5 - strangers.length
      for (let i = 0; i < Math.min(rest, 128); i++) strangers.push(stranger(port))
      await until(() => seen() === strangers.length)
    }
    expect(running?.stats().connectionsRefused).toBe(5)
    expect(running?.stats().connections).toBe(strangerConnectionsMax)
    expect(bodies(await talk(port, [get('/proxy', last)]))).toEqual(['GET /proxy '])
    for (const socket of strangers) socket.destroy()
    await until(() => running?.stats().connections === 0)
    // Those who left made room again.
    const late = stranger(port)
    await until(() => running?.stats().connections === 1)
    late.destroy()
    expect(running?.stats().connectionsRefused).toBe(5)
  })

  test('judges peers again when told to', async () => {
    let trusted = true
    const seen: boolean[] = []
    const port = start({
      isTrusted: () => trusted,
      refuse,
      handle: (head) => {
        seen.push(head.peerTrusted)
        return answerOf('')
      },
    })
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data: () => {} } })
    socket.write(get('/1'))
    await until(() => seen.length === 1)
    trusted = false
    running?.judgePeers()
    socket.write(get('/2'))
    await until(() => seen.length === 2)
    socket.end()
    expect(seen).toEqual([true, false])
  })
})
