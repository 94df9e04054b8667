// The reverse proxy when one end is slow, silent or gone: nothing is held for ever, nobody waits in vain.
import type { Socket } from 'node:net'
import { expect } from 'bun:test'
import { openRaw, rawRequest } from '../peers/raw-client.ts'
import { until } from '../support/until.ts'
import { answerOk, host, story } from '../support/hostile-story.ts'

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
