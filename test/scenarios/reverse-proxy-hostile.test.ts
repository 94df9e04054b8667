// The reverse proxy between a client and a service neither of which can be trusted with the other.
import type { Socket } from 'node:net'
import { expect } from 'bun:test'
import { type RawAnswer, openRaw, rawRequest } from '../peers/raw-client.ts'
import { type ScriptedService, startScriptedService } from '../peers/scripted-service.ts'
import { scenario } from '../scenario.ts'
import {
  type ReverseProxySetup,
  type RunningReverseProxy,
  proxiedHost,
  startReverseProxy,
} from '../support/reverse-proxy.ts'
import { until } from '../support/until.ts'

interface Place {
  readonly service: ScriptedService
  readonly proxy: RunningReverseProxy
}

type Script = (socket: Socket, head: string) => void

function story(
  name: string,
  script: Script,
  tell: (place: Place) => Promise<void>,
  setup: Partial<ReverseProxySetup> = {},
): void {
  scenario(name, {}, async () => {
    const service = await startScriptedService(script)
    const proxy = startReverseProxy({ internal: `127.0.0.1:${service.port}`, ...setup })
    try {
      await tell({ service, proxy })
    } finally {
      await proxy.close()
      await service.stop()
    }
  })
}

const host = `Host: ${proxiedHost}`
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const answerOk: Script = (socket) => void socket.end(ok)

/** Requests that some reader could take for another, or for two. None may reach the service. */
const smuggling: readonly (readonly [what: string, text: string])[] = [
  [
    'length and chunks',
    `POST / HTTP/1.1\r\n${host}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
  ],
  [
    'chunks and length',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG`,
  ],
  [
    'chunks twice',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'chunks and identity',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  ],
  [
    'gzip and chunks',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['almost chunks', `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['quoted chunks', `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`],
  [
    'vertical tab chunks',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a blank before the colon',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a folded coding',
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'chunks in HTTP/1.0',
    `POST / HTTP/1.0\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'two lengths',
    `POST / HTTP/1.1\r\n${host}\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello`,
  ],
  ['a signed length', `POST / HTTP/1.1\r\n${host}\r\nContent-Length: +5\r\n\r\nhello`],
  ['a list of lengths', `POST / HTTP/1.1\r\n${host}\r\nContent-Length: 5, 5\r\n\r\nhello`],
  ['a bare LF', `POST / HTTP/1.1\n${host}\r\n\r\n`],
  ['a LF between headers', `GET / HTTP/1.1\r\n${host}\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n`],
  ['a CR inside a header', `GET / HTTP/1.1\r\n${host}\r\nX: y\rZ: 1\r\n\r\n`],
  ['a NUL inside a header', `GET / HTTP/1.1\r\n${host}\r\nX: y\u0000\r\n\r\n`],
  ['two hosts', `GET / HTTP/1.1\r\n${host}\r\nHost: other.example.com\r\n\r\n`],
  ['a blank in the target', `GET / HTTP/1.1 HTTP/1.1\r\n${host}\r\n\r\n`],
  ['another host in the target', `GET http://${proxiedHost}/ HTTP/1.1\r\n${host}\r\n\r\n`],
  ['a tunnel', `CONNECT ${proxiedHost}:443 HTTP/1.1\r\n${host}\r\n\r\n`],
  ['a fragment', `GET /a#/b HTTP/1.1\r\n${host}\r\n\r\n`],
  ['the PROXY protocol', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n${host}\r\n\r\n`],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
]

story(
  'no request that can be read in two ways reaches the service',
  answerOk,
  async ({ service, proxy }) => {
    for (const [what, text] of smuggling) {
      const client = await openRaw(proxy.port)
      await client.write(text)
      const answer = await client.answer()
      expect([what, answer.status === 505 ? 400 : answer.status]).toEqual([what, 400])
      expect([what, await client.ended()]).toEqual([what, true])
      client.close()
    }
    expect(service.received).toEqual([])
  },
)

/** Bodies in chunks that are no good, each behind a good chunk. */
const badChunks: readonly string[] = [
  '5;x=y\r\nhello\r\n0\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  '+5\r\nhello\r\n0\r\n\r\n',
  '-1\r\nhello\r\n0\r\n\r\n',
  '\r\nhello\r\n0\r\n\r\n',
  '5\nhello\r\n0\r\n\r\n',
  '5\r\nhelloX\r\n0\r\n\r\n',
  '5\r\nhello\n0\r\n\r\n',
  'fffffffffffffffff\r\nhello\r\n0\r\n\r\n',
  '0\r\nbad trailer\r\n\r\n',
  '0\r\nX : y\r\n\r\n',
  `0\r\n${'X: y\r\n'.repeat(5000)}\r\n`,
]

story(
  'a body in chunks that is no good is refused, and never looks whole to the service',
  () => {},
  async ({ service, proxy }) => {
    for (const chunks of badChunks) {
      const answer = await rawRequest({
        port: proxy.port,
        lines: ['POST / HTTP/1.1', host, 'Transfer-Encoding: chunked'],
        body: `3\r\nabc\r\n${chunks}`,
      })
      expect([chunks.slice(0, 40), answer.status]).toEqual([chunks.slice(0, 40), 400])
    }
    expect(service.received.length).toBe(badChunks.length)
    for (const text of service.received) expect(text).not.toContain('0\r\n\r\n')
    await until(() => service.open() === 0)
  },
)

/** Answers that cannot be passed on. */
const badAnswers: readonly string[] = [
  'nonsense\r\n\r\n',
  'HTTP/1.1 200\n\r\n\r\n',
  'HTTP/2 200 OK\r\n\r\n',
  'HTTP/1.1 099 Low\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: y\r\n folded\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX : y\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: y\nSet-Cookie: a=b\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n'.repeat(40),
  `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(80_000)}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(80_000)}`,
  'HTTP/1.1 200 OK\r\nX: unfinished',
]
let badAnswer = ''

story(
  'an answer that cannot be read becomes one of ours',
  (socket) => void socket.end(badAnswer),
  async ({ proxy }) => {
    for (const text of badAnswers) {
      badAnswer = text
      const answer = await rawRequest({ port: proxy.port, lines: ['GET / HTTP/1.1', host] })
      expect([text.slice(0, 60), answer.status]).toEqual([text.slice(0, 60), 502])
      expect(answer.body).toBe('The service gave an answer that could not be read\n')
    }
    expect(proxy.proxy.stats().troubles['bad-answer']).toBe(badAnswers.length)
  },
)

let given = ''
const giveAndClose: Script = (socket) => void socket.end(given)

async function told(place: Place, text: string, line = 'GET / HTTP/1.1'): Promise<RawAnswer> {
  given = text
  const client = await openRaw(place.proxy.port)
  await client.write(`${line}\r\n${host}\r\n\r\n`)
  const answer = await client.answer(line.startsWith('HEAD'))
  client.close()
  return answer
}

story('answers are framed for the client that asked', giveAndClose, async (place) => {
  const open = await told(place, 'HTTP/1.1 200 OK\r\n\r\nhello')
  expect([open.header('transfer-encoding'), open.body]).toEqual(['chunked', 'hello'])
  const old = await told(place, 'HTTP/1.1 200 OK\r\n\r\nhello', 'GET / HTTP/1.0')
  expect([old.header('transfer-encoding'), old.header('connection'), old.body]).toEqual([
    null,
    'close',
    'hello',
  ])
  const chunks =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nhe\r\n3\r\nllo\r\n0\r\nT: 1\r\n\r\n'
  expect((await told(place, chunks)).body).toBe('hello')
  expect((await told(place, chunks, 'GET / HTTP/1.0')).body).toBe('hello')
  const hints = `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok}`
  expect((await told(place, hints)).headers).toEqual([['Content-Length', '2']])
  const nothing = await told(place, 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n')
  expect([nothing.status, nothing.headers]).toEqual([204, []])
  const same = await told(
    place,
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: "x"\r\n\r\n',
  )
  expect([same.status, same.header('content-length'), same.body]).toEqual([304, '99', ''])
  const head = await told(
    place,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HEAD / HTTP/1.1',
  )
  expect([head.status, head.headers]).toEqual([200, []])
})

story(
  'a service cannot speak for the gate or for its neighbour on the connection',
  giveAndClose,
  async ({ proxy }) => {
    const client = await openRaw(proxy.port)
    given =
      'HTTP/1.1 200 Fine\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\n' +
      'Set-Cookie: authentik_proxy_0=stolen\r\nSet-Cookie: own=1; Path=/\r\nSet-Cookie: two=2\r\n' +
      `Content-Length: 5\r\n\r\nhello${'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged'}`
    await client.write(`GET /1 HTTP/1.1\r\n${host}\r\n\r\n`)
    const first = await client.answer()
    expect(first.headers).toEqual([
      ['Set-Cookie', 'own=1; Path=/'],
      ['Set-Cookie', 'two=2'],
      ['Content-Length', '5'],
    ])
    given = ok
    await client.write(`GET /2 HTTP/1.1\r\n${host}\r\n\r\n`)
    expect((await client.answer()).body).toBe('ok')
    client.close()
  },
)

const cuts: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense',
]

story(
  'an answer that breaks off does not look whole to the client',
  giveAndClose,
  async ({ proxy }) => {
    for (const text of cuts) {
      given = text
      const client = await openRaw(proxy.port)
      await client.write(`GET / HTTP/1.1\r\n${host}\r\n\r\n`)
      expect((await client.head()).status).toBe(200)
      let rest = ''
      for (let piece = await client.some(); piece.length > 0; piece = await client.some())
        rest += piece.toString('latin1')
      expect(rest).toContain('hello')
      expect(rest).not.toContain('0\r\n\r\n')
      client.close()
    }
    expect(proxy.proxy.stats().cut).toBe(cuts.length)
  },
)

story(
  'a service that is silent, and a client that stops in the middle, are given up',
  () => {},
  async ({ service, proxy }) => {
    const lines = ['GET / HTTP/1.1', host]
    expect((await rawRequest({ port: proxy.port, lines })).status).toBe(504)
    const upload = ['POST / HTTP/1.1', host, 'Content-Length: 10']
    expect((await rawRequest({ port: proxy.port, lines: upload, body: 'abc' })).status).toBe(408)
    await until(() => service.open() === 0 && proxy.proxy.stats().active === 0)
  },
  { limits: { answerTimeoutMs: 100, uploadTimeoutMs: 200 } },
)

story(
  'an answer before the end of the upload is passed on, and the connection ends',
  answerOk,
  async ({ proxy }) => {
    const client = await openRaw(proxy.port)
    await client.write(`POST / HTTP/1.1\r\n${host}\r\nContent-Length: 1000000\r\n\r\nabc`)
    const answer = await client.answer()
    expect([answer.body, answer.header('connection')]).toEqual(['ok', 'close'])
    expect(await client.ended()).toBe(true)
    client.close()
    await until(() => proxy.connections() === 0)
  },
)

story(
  'a client that leaves takes its request with it',
  () => {},
  async ({ service, proxy }) => {
    for (const body of ['', 'Content-Length: 100\r\n', 'Transfer-Encoding: chunked\r\n']) {
      const before = service.received.length
      const client = await openRaw(proxy.port)
      await client.write(`POST / HTTP/1.1\r\n${host}\r\n${body}\r\n`)
      await until(() => service.received.length > before && service.open() === 1)
      client.close()
      await until(() => service.open() === 0)
    }
    await until(() => proxy.proxy.stats().active === 0)
  },
)

const block = Buffer.alloc(64 * 1024, 120)
const streamBytes = 64 * 1024 * 1024
let written = 0

/** Sends as fast as it is taken, and counts what was. */
function pour(socket: Socket): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${streamBytes}\r\n\r\n`)
  const more = (): void => {
    while (written < streamBytes) {
      written += block.length
      if (!socket.write(block)) return
    }
  }
  socket.on('drain', more)
  more()
}

story(
  'a reader that stops holds the service up, not the memory of the gate',
  pour,
  async ({ proxy }) => {
    written = 0
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port: proxy.port,
      socket: { data: (_socket, chunk) => void (read += chunk.length) },
    })
    let read = 0
    socket.pause()
    socket.write(`GET / HTTP/1.1\r\n${host}\r\n\r\n`)
    let seen = -1
    // Until nothing moves any more: all buffers on the way are full.
    await until(async () => {
      const before = seen
      seen = written
      await Bun.sleep(100)
      return before === seen && seen > 0
    })
    // What the system's own socket buffers hold, twice, and ours.
    expect(seen).toBeLessThan(24 * 1024 * 1024)
    socket.resume()
    await until(() => read > streamBytes)
    expect(written).toBe(streamBytes)
    socket.terminate()
  },
)

story(
  'a service that does not read holds the client up',
  (socket) => void socket.pause(),
  async ({ proxy }) => {
    const client = await Bun.connect({
      hostname: '127.0.0.1',
      port: proxy.port,
      socket: { data: () => {}, drain: (socket) => send(socket) },
    })
    let sent = 0
    const send = (socket: { write(bytes: Uint8Array): number }): void => {
      for (;;) {
        const taken = socket.write(block)
        sent += Math.max(0, taken)
        if (taken < block.length) return
      }
    }
    client.write(`POST / HTTP/1.1\r\n${host}\r\nContent-Length: 9999999999\r\n\r\n`)
    send(client)
    let seen = -1
    await until(async () => {
      const before = seen
      seen = sent
      await Bun.sleep(100)
      return before === seen
    })
    expect(sent).toBeLessThan(24 * 1024 * 1024)
    client.terminate()
    await until(() => proxy.proxy.stats().active === 0)
  },
)

story(
  'requests beyond the limit are told to come back, and one that ends makes room',
  () => {},
  async ({ service, proxy }) => {
    const first = await openRaw(proxy.port)
    await first.write(`GET /1 HTTP/1.1\r\n${host}\r\n\r\n`)
    await until(() => service.open() === 1)
    const second = await rawRequest({ port: proxy.port, lines: ['GET /2 HTTP/1.1', host] })
    expect([second.status, second.header('retry-after')]).toEqual([503, '5'])
    first.close()
    await until(() => proxy.proxy.stats().active === 0)
    expect(service.received.length).toBe(1)
  },
  { limits: { exchangesMax: 1 } },
)

story(
  'a guard that fails lets nobody through',
  answerOk,
  async ({ service, proxy }) => {
    const answer = await rawRequest({ port: proxy.port, lines: ['GET / HTTP/1.1', host] })
    expect([answer.status, answer.body]).toEqual([503, 'This request could not be decided\n'])
    expect(service.received).toEqual([])
    expect(proxy.log.lines).toMatchObject([{ level: 'error', event: 'service-trouble' }])
  },
  { authorise: () => Promise.reject(new TypeError('A defect')) },
)
