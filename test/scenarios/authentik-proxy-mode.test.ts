// Mode proxy from end to end: authentik's stand-in, the outpost as a process, a service, and a person.
import { connect } from 'node:tls'
import { afterEach, expect } from 'bun:test'
import { startAuthentik } from '../peers/authentik/authentik.ts'
import { startBackend } from '../peers/backend.ts'
import { freePorts } from '../peers/ports.ts'
import { openRaw, rawRequest } from '../peers/raw-client.ts'
import { frameText, textFrame } from '../peers/websocket.ts'
import { scenario } from '../scenario.ts'
import { Browser } from '../support/browser.ts'
import { startOutpostProcess } from '../support/outpost-process.ts'
import { until } from '../support/until.ts'

const host = 'app.home.localhost'
const bareHost = 'bare.home.localhost'
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** Everything started, and Ada ready to be signed in. */
async function start() {
  const backend = await startBackend()
  cleanUps.push(() => backend.stop())
  const [port = 0] = await freePorts(1)
  const authentik = await startAuthentik({
    people: [{ username: 'ada', name: 'Ada Łovelace', groups: ['staff'] }],
    certificates: { app: [host] },
    providers: [
      {
        name: 'app',
        mode: 'proxy',
        external_host: `http://${host}:${port}`,
        internal_host: `http://127.0.0.1:${backend.port}/base`,
        skip_path_regex: '^/open',
        certificate: 'app',
      },
      {
        name: 'bare',
        mode: 'proxy',
        external_host: `http://${bareHost}:${port}`,
        internal_host: `http://127.0.0.1:${backend.port}`,
      },
    ],
  })
  cleanUps.push(() => authentik.close())
  authentik.control.autoSignIn('ada')
  const outpost = await startOutpostProcess(authentik, { httpPort: port })
  cleanUps.push(
    () => outpost.remove(),
    () => outpost.stop(),
  )
  return {
    backend,
    authentik,
    outpost,
    port,
    url: (path: string) => `http://${host}:${port}${path}`,
  }
}

/** Name and validity of what is shown to a client that checks it against `ca`; the error otherwise. */
function handshake(port: number, ca: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca }, () => {
      resolve('trusted')
      socket.destroy()
    })
    socket.on('error', () => resolve('refused'))
  })
}

scenario('a person signs in and uses the service through the outpost alone', {}, async () => {
  const { backend, authentik, outpost, port, url } = await start()
  const spoofed = ['X-authentik-username: root', 'X_authentik_username: root']
  const lines = (target: string): string[] => [`GET ${target} HTTP/1.1`, `Host: ${host}:${port}`]

  // A stranger is sent to sign in and reaches the open path only, as nobody.
  const away = await rawRequest({ port, lines: [...lines('/x?y=1'), ...spoofed] })
  expect([away.status, away.all('set-cookie')]).toEqual([302, []])
  expect(backend.seen).toEqual([])
  const open = await rawRequest({ port, lines: [...lines('/open/1'), ...spoofed] })
  expect(open.status).toBe(200)
  const [asNobody] = backend.seen
  expect([asNobody?.target, asNobody?.all('x-authentik-username')]).toEqual(['/base/open/1', ['']])
  const tricked = await rawRequest({ port, lines: lines('/open/../x') })
  expect([tricked.status, backend.seen.length]).toEqual([302, 1])

  const browser = new Browser()
  backend.forget()
  const seen = await browser.open(url('/x?y=1'))
  expect([seen.status, seen.url]).toEqual([200, url('/x?y=1')])
  const [request] = backend.seen
  expect(request?.target).toBe('/base/x?y=1')
  expect(request?.all('x-authentik-username')).toEqual(['ada'])
  expect(request?.all('x-authentik-groups')).toEqual(['staff'])
  expect(request?.all('x-authentik-name')).toEqual([Buffer.from('Ada Łovelace').toString('latin1')])
  expect(request?.all('x-authentik-jwt')[0]?.split('.')).toHaveLength(3)
  expect(request?.all('host')).toEqual([`${host}:${port}`])
  expect(request?.all('cookie')).toEqual([])
  expect(authentik.control.violations()).toEqual([])

  // The other provider has a session of its own, and the same authentik signs her in without a word.
  await browser.open(`http://${bareHost}:${port}/`)
  const socket = await openRaw(port)
  const ws = [
    'GET /ws HTTP/1.1',
    `Host: ${bareHost}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  const withCookie = [...ws, `Cookie: ${browser.cookieHeader(bareHost, '/ws')}`]
  await socket.write(`${withCookie.join('\r\n')}\r\n\r\n`)
  expect((await socket.head()).status).toBe(101)
  await socket.write(textFrame('hello', 'client'))
  expect(frameText(await socket.some())).toBe('echo hello')
  socket.close()
  expect((await rawRequest({ port, lines: ws })).status).not.toBe(101)
  const cookie = browser.cookieHeader(host, '/x')

  const metrics = await outpost.metrics()
  const labels = `outpost_name="test outpost",method="GET",scheme="http",host="${host}:${port}"`
  expect(metrics).toContain(
    `authentik_outpost_proxy_upstream_response_duration_seconds_count{${labels}`,
  )
  expect(metrics).toContain(
    `authentik_outpost_proxy_request_duration_seconds_count{outpost_name="test outpost",method="GET",host="${host}:${port}",type="app"}`,
  )
  expect(metrics).toContain('gatehouse_proxy_troubles_total{kind="unreachable"} 0')

  // Signing out ends it at once.
  const out = await browser.visit(url('/outpost.goauthentik.io/sign_out'))
  expect(out.status).toBe(302)
  const after = await rawRequest({ port, lines: [...lines('/x'), `Cookie: ${cookie}`] })
  expect(after.status).toBe(302)
})

scenario(
  'HTTPS shows the certificate of authentik, and a renewed one without a restart',
  {},
  async () => {
    const { authentik, outpost } = await start()
    const { httpsPort } = outpost
    const first = authentik.control.certificate('app')
    expect(await handshake(httpsPort, first)).toBe('trusted')
    // Nobody tells the outpost: what it shows is the old one until it asks.
    authentik.control.rotateCertificate('app', [], { announce: false })
    const second = authentik.control.certificate('app')
    expect(await handshake(httpsPort, second)).toBe('refused')
    outpost.signal('SIGHUP')
    await until(async () => {
      await Bun.sleep(100)
      return (await handshake(httpsPort, second)) === 'trusted'
    })
    expect(await handshake(httpsPort, first)).toBe('refused')
  },
)

scenario(
  'hosts that cannot be proxied are told why, and never shown a page of the gate',
  {},
  async () => {
    const { authentik, backend, port } = await start()
    const get = async (name: string): Promise<[number, string]> => {
      const answer = await rawRequest({ port, lines: ['GET /x HTTP/1.1', `Host: ${name}`] })
      return [answer.status, answer.body]
    }
    const [status, body] = await get('unknown.example')
    expect([status, JSON.parse(body).Message]).toEqual([400, 'no app for hostname'])

    // Before authentik has been heard, every host might be one of a service.
    const silent = await startAuthentik({})
    await silent.close()
    const early = await startOutpostProcess(silent, { untilPing: true })
    cleanUps.push(
      () => early.remove(),
      () => early.stop(),
    )
    const lines = ['POST /x HTTP/1.1', `Host: ${host}`, 'Content-Length: 3']
    const answer = await rawRequest({ port: early.httpPort, lines, body: 'abc' })
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '5'])
    expect(backend.seen).toEqual([])
    expect(authentik.control.violations()).toEqual([])
  },
)
