// A provider in mode proxy: requests reach the service and answers the client, whole, and nothing else.
import { createHash } from 'node:crypto'
import { expect } from 'bun:test'
import {
  type Backend,
  type SeenRequest,
  type UploadReport,
  startBackend,
} from '../peers/backend.ts'
import { openRaw, rawRequest } from '../peers/raw-client.ts'
import { frameText, textFrame } from '../peers/websocket.ts'
import { scenario } from '../scenario.ts'
import {
  type ReverseProxySetup,
  type RunningReverseProxy,
  passAs,
  proxiedHost,
  startReverseProxy,
} from '../support/reverse-proxy.ts'
import { until } from '../support/until.ts'

interface Story {
  readonly backend: Backend
  readonly proxy: RunningReverseProxy
}

function story(
  name: string,
  setup: Partial<ReverseProxySetup>,
  tell: (parts: Story) => Promise<void>,
): void {
  scenario(name, {}, async () => {
    const backend = await startBackend()
    const proxy = startReverseProxy({ internal: `127.0.0.1:${backend.port}`, ...setup })
    try {
      await tell({ backend, proxy })
    } finally {
      await proxy.close()
      await backend.stop()
    }
  })
}

const host = `Host: ${proxiedHost}`

function seen(backend: Backend): SeenRequest {
  const [request] = backend.seen
  if (request === undefined) throw new Error('Nothing reached the service')
  return request
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

story(
  'a request reaches the service with who asks, and without what is not its business',
  {},
  async ({ backend, proxy }) => {
    const answer = await rawRequest({
      port: proxy.port,
      lines: [
        'GET /a/../b//c%2Fd?x=%20&y HTTP/1.1',
        host,
        'Cookie: a=1; authentik_proxy_0=secret; b=2',
        'X-Authentik-Username: root',
        'X_Authentik_Username: root',
        'X-authentik_username: root',
        'X-Authentik-Anything: root',
        'Connection: keep-alive, X-Drop, X-authentik-groups',
        'X-Drop: 1',
        'Keep-Alive: 300',
        'TE: trailers',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
        'Proxy-Authorization: Basic eDp5',
        'X-Forwarded-For: 9.9.9.9',
        'X-Forwarded-Host: evil.example',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Prefix: /evil',
        'X-Real-IP: 9.9.9.9',
        'Forwarded: for=9.9.9.9',
        'Authorization: Bearer mine',
        'X-Kept: 1',
      ],
    })
    expect(answer.status).toBe(200)
    const request = seen(backend)
    expect(request.target).toBe('/a/../b//c%2Fd?x=%20&y')
    const value = (name: string): readonly string[] => request.all(name)
    expect(value('x-authentik-username')).toEqual(['alice'])
    expect(value('x-authentik-groups')).toEqual(['staff|admins'])
    expect(value('x-authentik-email')).toEqual([''])
    expect(value('cookie')).toEqual(['a=1; b=2'])
    expect(value('host')).toEqual([proxiedHost])
    expect(value('x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(value('x-forwarded-host')).toEqual([proxiedHost])
    expect(value('x-forwarded-proto')).toEqual(['http'])
    expect(value('authorization')).toEqual(['Bearer mine'])
    expect(value('x-kept')).toEqual(['1'])
    expect(value('connection')).toEqual(['close'])
    const gone = ['x-drop', 'keep-alive', 'te', 'upgrade', 'proxy-authorization', 'forwarded']
    for (const name of [...gone, 'x-real-ip', 'x-forwarded-prefix', 'x-authentik-anything'])
      expect([name, ...value(name)]).toEqual([name])
    expect(request.headers.filter(([name]) => name.includes('_'))).toEqual([])
  },
)

story(
  'what a trusted proxy says of the client is passed on',
  { trusted: true },
  async ({ backend, proxy }) => {
    await rawRequest({
      port: proxy.port,
      lines: [
        'GET / HTTP/1.1',
        'Host: outpost.internal:9000',
        `X-Forwarded-Host: ${proxiedHost}`,
        'X-Forwarded-For: 203.0.113.7',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Port: 443',
        'X-Real-IP: 203.0.113.7',
      ],
    })
    const request = seen(backend)
    expect(request.all('x-forwarded-for')).toEqual(['203.0.113.7, 127.0.0.1'])
    expect(request.all('x-forwarded-host')).toEqual([proxiedHost])
    expect(request.all('x-forwarded-proto')).toEqual(['https'])
    expect(request.all('x-forwarded-port')).toEqual(['443'])
    expect(request.all('x-real-ip')).toEqual(['203.0.113.7'])
  },
)

story(
  'one connection carries requests to the service, to the outpost and to others in turn',
  {},
  async ({ backend, proxy }) => {
    const client = await openRaw(proxy.port)
    await client.write(`POST /1 HTTP/1.1\r\n${host}\r\nContent-Length: 3\r\n\r\nabc`)
    expect((await client.answer()).status).toBe(200)
    await client.write(`GET /outpost.goauthentik.io/callback?code=1 HTTP/1.1\r\n${host}\r\n\r\n`)
    expect((await client.answer()).status).toBe(404)
    await client.write('GET /2 HTTP/1.1\r\nHost: fwd.example.com\r\n\r\n')
    expect((await client.answer()).status).toBe(404)
    const chunked = `POST /3 HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\n`
    await client.write(
      `${chunked}3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\nGET /4 HTTP/1.1\r\n${host}\r\n\r\n`,
    )
    expect((await client.answer()).status).toBe(200)
    expect((await client.answer()).status).toBe(200)
    client.close()
    expect(backend.seen.map(({ target }) => target)).toEqual(['/1', '/3', '/4'])
    expect(proxy.others).toEqual(['/outpost.goauthentik.io/callback?code=1', '/2'])
    await until(() => proxy.proxy.stats().active === 0)
  },
)

const uploadBytes = 64 * 1024 * 1024

for (const chunked of [false, true])
  story(
    `an upload of 64 MiB arrives whole, ${chunked ? 'in chunks' : 'with its length'}`,
    {},
    async ({ proxy }) => {
      const block = new Uint8Array(256 * 1024).map((_, i) => (i * 31) & 0xff)
      const digest = createHash('sha256')
      const client = await openRaw(proxy.port)
      const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${uploadBytes}`
      await client.write(`POST /upload HTTP/1.1\r\n${host}\r\n${framing}\r\n\r\n`)
      for (let sent = 0; sent < uploadBytes; sent += block.length) {
        digest.update(block)
        if (chunked) await client.write(`${block.length.toString(16)}\r\n`)
        await client.write(block)
        if (chunked) await client.write('\r\n')
      }
      if (chunked) await client.write('0\r\n\r\n')
      const report: UploadReport = JSON.parse((await client.answer()).body)
      expect(report).toEqual({ bytes: uploadBytes, sha256: digest.digest('hex') })
      client.close()
    },
  )

story(
  'a client that waits for 100 is told when the service says so',
  {},
  async ({ backend, proxy }) => {
    const client = await openRaw(proxy.port)
    await client.write(
      `POST /upload HTTP/1.1\r\n${host}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
    )
    expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    expect(backend.uploadedBytes()).toBe(0)
    await client.write('hello')
    const report: UploadReport = JSON.parse((await client.answer()).body)
    expect(report).toEqual({ bytes: 5, sha256: hash(Buffer.from('hello')) })
    client.close()
  },
)

story('server-sent events come one by one as they are sent', {}, async ({ backend, proxy }) => {
  const client = await openRaw(proxy.port)
  await client.write(`GET /events HTTP/1.1\r\n${host}\r\nAccept: text/event-stream\r\n\r\n`)
  const head = await client.head()
  expect(head.header('content-type')).toBe('text/event-stream')
  for (const event of ['one', 'two', 'three']) {
    await until(() => backend.emit(event) > 0)
    expect(await client.until('\n\n')).toEndWith(`data: ${event}\n\n`)
    await client.until('\r\n')
  }
  client.close()
  // The service is told that nobody listens any more.
  await until(() => backend.emit('four') === 0)
  await until(() => proxy.proxy.stats().active === 0)
})

story(
  'a WebSocket is joined to the service until one end leaves',
  {},
  async ({ backend, proxy }) => {
    const client = await openRaw(proxy.port)
    const lines = [
      'GET /ws HTTP/1.1',
      host,
      'Connection: keep-alive, Upgrade',
      'Upgrade: WebSocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    await client.write(`${lines.join('\r\n')}\r\n\r\n`)
    const head = await client.head()
    expect(head.status).toBe(101)
    expect(head.header('sec-websocket-accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    for (const text of ['hello', 'again']) {
      await client.write(textFrame(text, 'client'))
      expect(frameText(await client.some())).toBe(`echo ${text}`)
    }
    expect(seen(backend).all('x-authentik-username')).toEqual(['alice'])
    expect(proxy.proxy.stats()).toMatchObject({ active: 1, tunnels: 1 })
    client.close()
    await until(() => proxy.proxy.stats().active === 0)
    expect(proxy.proxy.stats().tunnels).toBe(0)
  },
)

story('HEAD and answers without a body keep their connection', {}, async ({ proxy }) => {
  const client = await openRaw(proxy.port)
  await client.write(`HEAD /x HTTP/1.1\r\n${host}\r\n\r\n`)
  const head = await client.answer(true)
  expect([head.status, Number(head.header('content-length')) > 0]).toEqual([200, true])
  await client.write(`GET /last HTTP/1.1\r\n${host}\r\n\r\n`)
  expect((await client.answer()).status).toBe(200)
  client.close()
})

story(
  'a body that nobody may send is answered before it comes',
  {
    authorise: () => ({
      kind: 'answer',
      bytes: Buffer.from('HTTP/1.1 302 Found\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n'),
    }),
  },
  async ({ backend, proxy }) => {
    const client = await openRaw(proxy.port)
    await client.write(`POST /1 HTTP/1.1\r\n${host}\r\nContent-Length: 3\r\n\r\nabc`)
    const kept = await client.answer()
    expect([kept.status, kept.header('connection')]).toEqual([302, null])
    await client.write(`POST /upload HTTP/1.1\r\n${host}\r\nContent-Length: 99999999\r\n\r\nabc`)
    const closed = await client.answer()
    expect([closed.status, closed.header('connection')]).toEqual([302, 'close'])
    expect(await client.ended()).toBe(true)
    expect(backend.seen).toEqual([])
  },
)

story(
  'the service of the token and its host header are used instead',
  {
    authorise: (request) =>
      passAs('alice', {
        backendOverride: request.target.slice(1).replace('-', '://'),
        hostHeader: 'inside.example',
        consumesAuthorization: true,
        setCookies: ['authentik_proxy_0=new; Path=/'],
      }),
  },
  async ({ backend, proxy }) => {
    const other = await startBackend()
    const lines = (target: string): string[] => [
      `GET ${target} HTTP/1.1`,
      host,
      'Authorization: Basic eDp5',
    ]
    const answer = await rawRequest({
      port: proxy.port,
      lines: lines(`/http-127.0.0.1:${other.port}`),
    })
    expect(answer.all('set-cookie')).toEqual(['authentik_proxy_0=new; Path=/'])
    expect(seen(other).all('host')).toEqual(['inside.example'])
    expect(seen(other).all('authorization')).toEqual([])
    await rawRequest({ port: proxy.port, lines: lines('/:qewr') })
    expect(seen(backend).target).toBe('/:qewr')
    await other.stop()
  },
)

story(
  'the base path of the service stands in front of every path',
  { basePath: '/base' },
  async ({ backend, proxy }) => {
    const get = (target: string): Promise<number> =>
      rawRequest({ port: proxy.port, lines: [`GET ${target} HTTP/1.1`, host] }).then(
        ({ status }) => status,
      )
    expect(await get('/x?y=/../z')).toBe(200)
    for (const target of [
      '/../x',
      '/a/%2e%2E/../x',
      '/..;/x',
      '/a\\..\\x',
      '/%2e',
      'http://a/x',
      '*',
    ])
      expect([target, await get(target)]).toEqual([target, 400])
    expect(backend.seen.map(({ target }) => target)).toEqual(['/base/x?y=/../z'])
  },
)

scenario(
  'a service that is down is a page of ours, with the cause for administrators',
  {},
  async () => {
    const backend = await startBackend()
    await backend.stop()
    const proxy = startReverseProxy({
      internal: `127.0.0.1:${backend.port}`,
      authorise: ({ target }) => passAs('alice', { isSuperuser: target === '/root' }),
    })
    const get = (target: string, accept: string) =>
      rawRequest({ port: proxy.port, lines: [`GET ${target} HTTP/1.1`, host, `Accept: ${accept}`] })
    const page = await get('/', 'text/html')
    expect([page.status, page.header('content-type')]).toEqual([502, 'text/html; charset=utf-8'])
    expect(page.body).toContain('The service does not answer')
    expect(page.body).toContain('Request r-1')
    expect(page.body).not.toContain('127.0.0.1')
    expect((await get('/', '*/*')).body).toBe('The service does not answer\n')
    expect((await get('/root', 'text/html')).body).toContain(`ECONNREFUSED`)
    expect(proxy.log.lines.map(({ event, fields }) => [event, fields['reason']])).toEqual([
      ['service-trouble', 'unreachable'],
    ])
    await proxy.close()
  },
)
