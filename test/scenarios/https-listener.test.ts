// HTTPS of an outpost: certificates by name, new ones without a lost connection, and the same door behind.
import { type TLSSocket, type ConnectionOptions, connect } from 'node:tls'
import { connect as connectPlain } from 'node:net'
import { expect } from 'bun:test'
import type { CertificatePair, OutpostConfig } from '../../src/gate/authentik/outpost.ts'
import { serverCertificates } from '../../src/gate/authentik/proxy/server-certificates.ts'
import { testOutpost, testProvider } from '../../src/gate/authentik/testing.ts'
import { selfSigned } from '../../src/gate/transport/self-signed.ts'
import { listenOn } from '../../src/gate/transport/server.ts'
import { acceptTls } from '../../src/gate/transport/tls.ts'
import type { RequestHandler, Transport } from '../../src/gate/transport/transport.ts'
import { realClock } from '../../src/world/clock.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realRandom } from '../../src/world/random.ts'
import { makeCertificate } from '../peers/authentik/certificate.ts'
import { startBackend } from '../peers/backend.ts'
import { scenario } from '../scenario.ts'
import { proxiedHost, startReverseProxy } from '../support/reverse-proxy.ts'
import { until } from '../support/until.ts'

const clock = realClock()

function pair(name: string): CertificatePair {
  const { pk, fingerprintSha256, certificatePem, privateKeyPem } = makeCertificate(name, name, [
    name,
  ])
  return { uuid: pk, fingerprint: fingerprintSha256, certificatePem, privateKeyPem }
}

function listenTls(handler: RequestHandler, config: () => OutpostConfig): Transport {
  const fallback = selfSigned({
    name: 'gatehouse.invalid',
    now: clock.now(),
    random: realRandom(),
  })
  const certificates = serverCertificates({ config, fallback, log: memoryLog() })
  const accept = acceptTls({ hostname: '127.0.0.1', port: 0, certificates })
  return listenOn(accept, { clock, handler, secure: true })
}

/** A handshake that must succeed; unchecked unless `ca` says whom to trust. */
function shake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const checked = { rejectUnauthorized: options.ca !== undefined }
    const socket = connect({ host: '127.0.0.1', port, ...checked, ...options }, () =>
      resolve(socket),
    )
    socket.once('error', reject)
  })
}

function isRefused(port: number, options: ConnectionOptions): Promise<boolean> {
  return shake(port, options).then(
    () => false,
    () => true,
  )
}

async function shownName(port: number, servername?: string): Promise<unknown> {
  const socket = await shake(port, servername === undefined ? {} : { servername })
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return CN
}

async function get(socket: TLSSocket, target: string, more = ''): Promise<string> {
  let text = ''
  const onData = (data: Buffer): void => {
    text += data.toString('latin1')
  }
  socket.on('data', onData)
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${proxiedHost}\r\n${more}\r\n`)
  await until(() => {
    const length = /content-length: (\d+)/i.exec(text)?.[1]
    return length !== undefined && text.length >= text.indexOf('\r\n\r\n') + 4 + Number(length)
  })
  socket.off('data', onData)
  return text
}

scenario('certificates are chosen by name and changed under open connections', {}, async () => {
  const first = pair('app.example.com')
  const second = pair('app.example.com')
  const provider = (certificate: CertificatePair | null) =>
    testProvider({ external: `https://${proxiedHost}`, certificate })
  const other = testProvider({ clientId: 'two', external: 'https://two.example.com' })
  let config = testOutpost([provider(first), other])
  const handler: RequestHandler = {
    isTrusted: () => false,
    refuse: () => Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
    handle: ({ target, secure }) => {
      const body = `${target} ${secure}`
      return Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    },
  }
  const transport = listenTls(handler, () => config)
  const { port } = transport
  expect(await shownName(port, proxiedHost)).toBe('app.example.com')
  expect(await shownName(port, 'two.example.com')).toBe('gatehouse.invalid')
  expect(await shownName(port)).toBe('gatehouse.invalid')

  const checked = { servername: proxiedHost, ca: first.certificatePem }
  const open = await shake(port, checked)
  expect(await get(open, '/1')).toEndWith('/1 true')
  config = testOutpost([provider(second), other])
  expect(await get(open, '/2')).toEndWith('/2 true')
  const renewed = await shake(port, { ...checked, ca: second.certificatePem })
  expect(await get(renewed, '/3')).toEndWith('/3 true')
  expect(await isRefused(port, checked)).toBe(true)
  config = testOutpost([provider(null), other])
  expect(await shownName(port, proxiedHost)).toBe('gatehouse.invalid')
  expect(await get(open, '/4')).toEndWith('/4 true')
  open.destroy()
  renewed.destroy()

  // What is no TLS, and versions that are no longer safe (RFC 8996), are not answered.
  expect(await isRefused(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toBe(true)
  const plain = connectPlain(port, '127.0.0.1')
  let ended = false
  plain.on('error', () => {})
  plain.on('close', () => (ended = true))
  plain.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  plain.resume()
  await until(() => ended)
  await until(() => transport.stats().connections === 0)
  await transport.close()
})

scenario('HTTPS reaches the service as HTTP does, and says that it was HTTPS', {}, async () => {
  const backend = await startBackend()
  const proxy = startReverseProxy({ internal: `127.0.0.1:${backend.port}` })
  const transport = listenTls(proxy.handler, () => testOutpost([]))
  const client = await shake(transport.port, { servername: proxiedHost })
  await get(client, '/1')
  await get(client, '/2')
  expect(backend.seen.map(({ target }) => target)).toEqual(['/1', '/2'])
  expect(backend.seen[0]?.all('x-forwarded-proto')).toEqual(['https'])
  expect(backend.seen[0]?.all('x-forwarded-for')).toEqual(['127.0.0.1'])

  // 64 MiB up, read by the service as fast as it likes.
  const block = Buffer.alloc(256 * 1024, 7)
  const bytes = 64 * 1024 * 1024
  client.write(`POST /upload HTTP/1.1\r\nHost: ${proxiedHost}\r\nContent-Length: ${bytes}\r\n\r\n`)
  for (let sent = 0; sent < bytes; sent += block.length)
    if (!client.write(block)) await new Promise((resolve) => void client.once('drain', resolve))
  await until(() => backend.uploadedBytes() === bytes)
  client.destroy()
  await until(() => proxy.proxy.stats().active === 0)
  await transport.close()
  await proxy.close()
  await backend.stop()
})

scenario('a service over TLS is verified unless its provider says otherwise', {}, async () => {
  const backend = startReverseProxy({ internal: '127.0.0.1:1' })
  const handler: RequestHandler = {
    isTrusted: () => false,
    refuse: backend.handler.refuse,
    handle: () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  }
  const service = listenTls(handler, () => testOutpost([]))
  const ask = async (verifyTls: boolean): Promise<string> => {
    const proxy = startReverseProxy({
      internal: `localhost:${service.port}`,
      scheme: 'https',
      verifyTls,
    })
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/`, {
      headers: { host: proxiedHost },
    })
    await proxy.close()
    return `${answer.status} ${await answer.text()}`
  }
  expect(await ask(false)).toBe('200 ok')
  expect(await ask(true)).toBe('502 The service does not answer\n')
  await service.close()
  await backend.close()
})
