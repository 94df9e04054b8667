// The outgoing client against a real server that misbehaves in every way that has a limit.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Server } from 'bun'
import { makeCertificate } from '../../test/peers/authentik/certificate.ts'
import { realHttpClient } from './http-client.ts'

let server: Server<undefined>
let redirected = 0
const client = realHttpClient()

const endless = (): Response =>
  new Response(
    new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    }),
  )

beforeAll(() => {
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    routes: {
      '/echo': async (request) =>
        Response.json({
          method: request.method,
          header: request.headers.get('x-asked'),
          body: await request.text(),
        }),
      '/redirect': () => Response.redirect('/target', 302),
      '/target': () => {
        redirected++
        return new Response('there')
      },
      '/silent': () => new Promise<Response>(() => {}),
      '/endless': endless,
      '/broken': () => new Response('it broke', { status: 500 }),
      '/empty': () => new Response(null, { status: 204 }),
    },
  })
})
afterAll(async () => server.stop(true))

const ask = (path: string, more: Readonly<Record<string, unknown>> = {}) =>
  client.send({ url: `${server.url.origin}${path}`, timeoutMs: 30_000, bytesMax: 1024, ...more })

describe('realHttpClient()', () => {
  test('sends method, headers and body as asked', async () => {
    const answer = await ask('/echo', {
      method: 'POST',
      headers: { 'x-asked': 'yes' },
      body: 'grün',
    })
    expect(
      answer.ok ? JSON.parse(Buffer.from(answer.value.body).toString()) : answer.error,
    ).toEqual({
      method: 'POST',
      header: 'yes',
      body: 'grün',
    })
  })

  test('gives any status but a redirect as an answer', async () => {
    const broken = await ask('/broken')
    expect(broken.ok ? [broken.value.status, broken.value.body.length] : broken.error).toEqual([
      500, 8,
    ])
    const empty = await ask('/empty')
    expect(empty.ok ? [empty.value.status, empty.value.body.length] : empty.error).toEqual([204, 0])
  })

  test('follows no redirect', async () => {
    const answer = await ask('/redirect')
    expect(answer.ok ? 'followed' : answer.error.code).toBe('redirect')
    expect(redirected).toBe(0)
  })

  test('stops reading at the limit, however long the answer is', async () => {
    const answer = await ask('/endless')
    expect(answer.ok ? 'read' : answer.error.code).toBe('too-large')
  })

  test('takes an answer of exactly the limit', async () => {
    const exact = await ask('/broken', { bytesMax: 8 })
    expect(exact.ok).toBe(true)
    const over = await ask('/broken', { bytesMax: 7 })
    expect(over.ok ? 'read' : over.error.code).toBe('too-large')
  })

  test('gives up on a server that says nothing', async () => {
    const answer = await ask('/silent', { timeoutMs: 50 })
    expect(answer.ok ? 'answered' : answer.error.code).toBe('timeout')
  })

  test('tells unreachable from slow', async () => {
    const url = 'http://127.0.0.1:1/'
    const answer = await client.send({ url, timeoutMs: 5000, bytesMax: 10 })
    expect(answer.ok ? 'answered' : answer.error.code).toBe('unreachable')
    // An operator reads it: no name of a class, and no question.
    expect(answer.ok ? 'answered' : answer.error.detail).toBe('ECONNREFUSED: Unable to connect')
  })
})

/** A server whose certificate nobody vouches for, and how it is asked. */
function selfSigned() {
  const pair = makeCertificate('1', 'kubelet', ['127.0.0.1'])
  const secure = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    tls: { cert: pair.certificatePem, key: pair.privateKeyPem },
    fetch: () => new Response('hello'),
  })
  const ask = { url: `https://127.0.0.1:${secure.port}/`, timeoutMs: 5000, bytesMax: 100 }
  return { ask, ca: pair.certificatePem, stop: () => secure.stop(true) }
}

test('realHttpClient() takes the word of a named authority, and of no other', async () => {
  const { ask, ca, stop } = selfSigned()
  const other = makeCertificate('2', 'other', ['127.0.0.1']).certificatePem
  expect((await client.send({ ...ask, ca })).ok).toBe(true)
  for (const wrong of [other, 'no certificate', ''])
    expect((await client.send({ ...ask, ca: wrong })).ok).toBe(false)
  await stop()
})

test('realHttpClient() takes a certificate that nobody vouches for only when told to', async () => {
  const { ask, stop } = selfSigned()
  expect((await client.send(ask)).ok).toBe(false)
  expect((await client.send({ ...ask, insecureTls: true })).ok).toBe(true)
  await stop()
})
