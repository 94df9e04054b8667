// Connections that come encrypted, with real clients: who is shown which certificate, and who is sent away.
import { afterEach, describe, expect, test } from 'bun:test'
import { connect as connectPlain } from 'node:net'
import { type ConnectionOptions, connect, createSecureContext } from 'node:tls'
import { until } from '../../../test/support/until.ts'
import { realRandom } from '../../world/random.ts'
import type { AcceptedSocket, Acceptor } from './acceptor.ts'
import { selfSigned } from './self-signed.ts'
import { acceptTls } from './tls.ts'

const random = realRandom()
const fallback = selfSigned({ name: 'fallback.example.com', now: Date.now(), random })
const named = selfSigned({ name: 'named.example.com', now: Date.now(), random })
const context = createSecureContext({ cert: named.certificatePem, key: named.privateKeyPem })

const open: Acceptor[] = []
afterEach(() => {
  for (const acceptor of open.splice(0)) acceptor.stop()
})

/** Listens; what is said comes back in capitals, and what happened is noted. */
function listen() {
  const events: string[] = []
  const sockets: AcceptedSocket<string>[] = []
  const acceptor = acceptTls({
    hostname: '127.0.0.1',
    port: 0,
    certificates: {
      fallback,
      forName: (name) => (name === 'named.example.com' ? context : null),
    },
  })<string>({
    open: (socket) => {
      socket.data = 'mine'
      sockets.push(socket)
      events.push(`open ${socket.remoteAddress}`)
    },
    data: (socket, chunk) => {
      events.push(`${socket.data} said ${chunk.toString()}`)
      socket.write(Buffer.from(chunk.toString().toUpperCase()))
      socket.end()
    },
    drain: () => {},
    close: () => void events.push('close'),
  })
  open.push(acceptor)
  return { acceptor, events, sockets, port: acceptor.port }
}

interface Talk {
  readonly answer: string
  readonly subject: string
  readonly alpn: string | false | null
  readonly fault: string
}

/** One conversation: says hello and waits for the end. */
function talk(port: number, over: ConnectionOptions = {}): Promise<Talk> {
  const { promise, resolve } = Promise.withResolvers<Talk>()
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...over })
  let answer = ''
  let subject = ''
  let fault = ''
  socket.on('secureConnect', () => {
    subject = String(socket.getPeerCertificate().subject.CN)
    socket.write('hello')
  })
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.on('error', (cause) => {
    fault = cause.message
  })
  socket.on('close', () => resolve({ answer, subject, fault, alpn: socket.alpnProtocol }))
  return promise
}

describe('acceptTls()', () => {
  test('gives the listener what was inside, and the client what it wrote', async () => {
    const { port, events } = listen()
    expect(await talk(port)).toMatchObject({ answer: 'HELLO', fault: '' })
    // The client may see its own end before the listener does.
    await until(() => events.includes('close'))
    expect(events).toEqual(['open 127.0.0.1', 'mine said hello', 'close'])
  })

  test('shows the certificate of the name that is asked for, else the fallback', async () => {
    const { port } = listen()
    const subjects = [
      await talk(port, { servername: 'named.example.com' }),
      await talk(port, { servername: 'other.example.com' }),
      await talk(port),
    ].map(({ subject }) => subject)
    expect(subjects).toEqual(['named.example.com', 'fallback.example.com', 'fallback.example.com'])
  })

  test('takes TLS 1.2 and 1.3 and nothing older (RFC 9325)', async () => {
    const { port, events } = listen()
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const range = { minVersion: version, maxVersion: version } as const
      expect([version, (await talk(port, range)).answer]).toEqual([version, 'HELLO'])
    }
    await until(() => events.filter((event) => event === 'close').length === 2)
    events.length = 0
    const old = await talk(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    expect([old.answer, events]).toEqual(['', []])
  })

  test('who speaks no TLS is sent away, and the listener never hears of it', async () => {
    const { port, events } = listen()
    for (const bytes of [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      '\u0016\u0003\u0001',
      'x'.repeat(1000),
    ]) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const socket = connectPlain({ host: '127.0.0.1', port }, () => void socket.end(bytes))
      socket.on('error', () => {})
      socket.on('close', () => resolve())
      socket.resume()
      await promise
    }
    expect(events).toEqual([])
    // And the next one is served as ever.
    expect((await talk(port)).answer).toBe('HELLO')
  })

  test('says at once that an address is taken', () => {
    const { port } = listen()
    const again = acceptTls({
      hostname: '127.0.0.1',
      port,
      certificates: { fallback, forName: () => null },
    })
    expect(() =>
      again({ open: () => {}, data: () => {}, drain: () => {}, close: () => {} }),
    ).toThrow()
  })

  test('stopped, it takes no further connection', async () => {
    const { acceptor, port } = listen()
    expect((await talk(port)).answer).toBe('HELLO')
    acceptor.stop()
    const refused = await talk(port)
    expect([refused.answer, refused.fault === '']).toEqual(['', false])
  })
})
