// Connections as they are made: the certificate that is shown, and what is wrong with it by name.
import { afterAll, describe, expect, test } from 'bun:test'
import { type AddressInfo, type Server, createServer } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { testCertificate as certificate } from '../../test/support/certificate.ts'
import { type ConnectTarget, realConnector } from './connector.ts'

const name = 'app.example.com'
const dayMs = 86_400_000
const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const now = Date.UTC(2026, 10, 24)
const good = certificate(name, now)

function tlsServer(pair: { readonly certificatePem: string; readonly privateKeyPem: string }) {
  const options = { key: pair.privateKeyPem, cert: pair.certificatePem }
  return listening(createTls(options, (socket) => void socket.on('error', () => {})))
}

async function opened(over: Partial<ConnectTarget>) {
  const target = { hostname: '127.0.0.1', port: 1, tls: null, timeoutMs: 5000, ...over }
  const result = await realConnector().connect(target)
  if (!result.ok) return result.error
  const socket = result.value.attach({ data: () => {}, drain: () => {}, close: () => {} })
  socket.terminate()
  return result.value.certificate
}

describe('realConnector()', () => {
  test('gives the facts of the certificate', async () => {
    const port = await tlsServer(good)
    const tls = { verify: true, serverName: name, authorities: good.certificatePem }
    const shown = {
      notBefore: now - dayMs,
      notAfter: now + 365 * dayMs,
      subject: name,
      issuer: name,
    }
    expect(await opened({ port, tls })).toEqual(shown)
    expect(await opened({ port, tls: { verify: false } })).toEqual(shown)
  })

  test.each([
    ['has expired', certificate(name, now - 800 * dayMs), name],
    ['is not valid yet', certificate(name, now + 8000 * dayMs), name],
    ['is for another name', certificate('b.example.com', now), name],
    ['is for another name', certificate(`${name}.evil.test`, now), name],
    ['is for another name', certificate(name, now), 'b.app.example.com'],
  ])('says that a certificate %s', async (what, pair, serverName) => {
    const port = await tlsServer(pair)
    const tls = { verify: true, serverName, authorities: pair.certificatePem }
    const fault = await opened({ port, tls })
    expect(fault).toMatchObject({ code: 'untrusted' })
    expect(JSON.stringify(fault)).toContain(`"Certificate ${what} (`)
  })

  test('trusts nobody whom it does not know', async () => {
    const port = await tlsServer(good)
    const detail = expect.stringMatching(
      /^Certificate is self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT,/,
    )
    const wanted = { code: 'untrusted', detail } as never
    expect(await opened({ port, tls: { verify: true, serverName: name } })).toEqual(wanted)
    // The address is not in the certificate either: a name that was left out is not a name that fits.
    const trusted = { verify: true, authorities: good.certificatePem }
    expect(await opened({ port, tls: trusted })).toMatchObject({ code: 'untrusted' })
  })

  test('keeps names of certificates short and printable', async () => {
    const port = await tlsServer(certificate(`caf\u00e9 ${'x'.repeat(40)}\n`, now))
    const shown = await opened({ port, tls: { verify: false } })
    expect(JSON.stringify(shown)).toMatch(/"subject":"caf\?+ x{40}\?"/)
  })

  test('tells plain TCP, no TLS and nobody apart', async () => {
    const port = await listening(createServer((socket) => void socket.end('220 mail\r\n')))
    expect(await opened({ port })).toBeNull()
    expect(await opened({ port, tls: { verify: true } })).toMatchObject({ code: 'handshake' })
    const silent = await listening(createServer((socket) => void socket.on('error', () => {})))
    const late = await opened({ port: silent, tls: { verify: true }, timeoutMs: 1000 })
    expect(late).toEqual({ code: 'timeout', detail: 'No TLS handshake in 1000 ms' })
    expect(await opened({ port: 1 })).toMatchObject({ code: 'unreachable' })
  })
})
