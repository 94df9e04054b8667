// Reading authentik's API: what is sent, and every bound on what comes back.
import { expect, test } from 'bun:test'
import { toUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { HttpClient, HttpFailure, IncomingResponse, OutgoingRequest } from './http-client.ts'
import { AuthentikApi, authentikHttp } from './authentik-api.ts'

type Answer = Result<IncomingResponse, HttpFailure>

function json(value: unknown, status = 200): Answer {
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  return ok({ status, headers: new Headers(), body: toUtf8(body) })
}

function page(results: unknown, next: unknown = 0, count: unknown = 1): Answer {
  return json({ results, pagination: { next, count } })
}

/** A client that gives one answer after the other, the last again and again. */
function client(...answers: readonly Answer[]): HttpClient & { readonly asked: OutgoingRequest[] } {
  const asked: OutgoingRequest[] = []
  return {
    asked,
    send: (request) => {
      asked.push(request)
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? json({}))
    },
  }
}

interface Settings {
  readonly insecure?: boolean
  readonly address?: { readonly baseUrl: string; readonly unixSocket: string | null }
}

function apiOf(http: HttpClient, settings: Settings = {}): AuthentikApi {
  const address = { baseUrl: 'https://id.example.com/', unixSocket: null }
  const all = { address, insecure: false, token: 'token-of-a-test', agent: 'a test', ...settings }
  return new AuthentikApi(authentikHttp(http, all), all)
}

test('AuthentikApi sends token and agent, and bounds time and size', async () => {
  const http = client(json({ a: 1 }))
  expect(await apiOf(http).object('root/config/')).toEqual(ok({ a: 1 }))
  expect(http.asked).toEqual([
    {
      url: 'https://id.example.com/api/v3/root/config/',
      headers: {
        Authorization: 'Bearer token-of-a-test',
        'User-Agent': 'a test',
        Accept: 'application/json',
      },
      timeoutMs: 10_000,
      bytesMax: 8 * 1024 * 1024,
    },
  ])
})

test('authentikHttp() follows AUTHENTIK_INSECURE and a unix address', async () => {
  const http = client(json({}))
  const address = { baseUrl: 'http://localhost/', query: '', unixSocket: '/run/authentik.sock' }
  await apiOf(http, { insecure: true, address }).object('x/')
  expect(http.asked[0]).toMatchObject({
    url: 'http://localhost/api/v3/x/',
    insecureTls: true,
    unixSocket: '/run/authentik.sock',
  })
})

test.each<[string, Answer]>([
  ['timeout', err({ code: 'timeout', detail: 'Too slow' })],
  ['unreachable', err({ code: 'unreachable', detail: 'Refused' })],
  ['too-large', err({ code: 'too-large', detail: 'More' })],
  ['redirect', err({ code: 'redirect', detail: 'Answered 302' })],
  ['status', json({ detail: 'Token invalid/expired' }, 403)],
  ['status', json({}, 201)],
  ['malformed', json('<html>')],
  ['malformed', json('')],
  ['malformed', json([])],
  ['malformed', json(null)],
  ['malformed', ok({ status: 200, headers: new Headers(), body: new Uint8Array([0xff, 0xfe]) })],
])('AuthentikApi.object() says %p and never the token', async (kind, answer) => {
  const result = await apiOf(client(answer)).object('x/')
  expect(result).toMatchObject({ ok: false, error: { kind } })
  expect(JSON.stringify(result)).not.toContain('token-of-a-test')
})

test('AuthentikApi.list() reads page after page', async () => {
  const http = client(page([1, 2], 2, 5), page([3, 4], 3, 5), page([5], 0, 5))
  expect(await apiOf(http).list('outposts/proxy/', () => true)).toEqual(ok([1, 2, 3, 4, 5]))
  expect(http.asked.map(({ url }) => new URL(url).search)).toEqual([
    '?page=1&page_size=100',
    '?page=2&page_size=100',
    '?page=3&page_size=100',
  ])
})

test.each<[string, readonly Answer[]]>([
  ['no pagination', [json({ results: [] })]],
  ['a next that is no number', [page([1], '2', 1)]],
  ['no count', [page([1], 0, null)]],
  ['fewer elements than it counts', [page([1], 0, 2)]],
  ['more elements than it counts', [page([1, 2], 0, 1)]],
  ['results that are no list', [page({}, 0, 0)]],
  ['a page that follows itself', [page([1], 2, 9), page([2], 2, 9)]],
  ['a page that is skipped', [page([1], 3, 9)]],
  ['a second page that fails', [page([1], 2, 2), json({}, 500)]],
])('AuthentikApi.list() is a fault with %s', async (_what, answers) => {
  expect((await apiOf(client(...answers)).list('outposts/proxy/', () => true)).ok).toBe(false)
})

test('AuthentikApi.list() bounds the bytes of all pages together', async () => {
  let number = 1
  const padding = 'x'.repeat(7 * 1024 * 1024)
  const endless: HttpClient = { send: () => Promise.resolve(page([padding], ++number, 1000)) }
  const result = await apiOf(endless).list('x/', () => true)
  expect(result).toMatchObject({ ok: false, error: { kind: 'malformed' } })
  // 7 MiB a page, 32 MiB in all: the fifth is one too many.
  expect(number).toBe(6)
})

test('AuthentikApi.list() ends after 100 pages, and when there is no time left', async () => {
  let number = 1
  const endless: HttpClient & { asked: number } = {
    asked: 0,
    send: () => {
      endless.asked++
      return Promise.resolve(page([1], ++number, 1_000_000))
    },
  }
  expect(await apiOf(endless).list('x/', () => true)).toMatchObject({ ok: false })
  expect(endless.asked).toBe(100)
  number = 1
  endless.asked = 0
  const late = await apiOf(endless).list('x/', () => endless.asked < 3)
  expect(late).toMatchObject({ ok: false, error: { kind: 'timeout' } })
  expect(endless.asked).toBe(3)
})
