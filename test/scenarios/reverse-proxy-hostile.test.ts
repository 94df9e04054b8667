// The reverse proxy between a client and a service neither of which can be trusted with the other.
import { expect } from 'bun:test'
import { type RawAnswer, openRaw, rawRequest } from '../peers/raw-client.ts'
import { proxiedHost } from '../support/reverse-proxy.ts'
import { until } from '../support/until.ts'
import { answerOk, host, ok, type Place, type Script, story } from '../support/hostile-story.ts'

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
