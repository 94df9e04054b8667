// One contract for every dialect: it reads its own headers only, defaults nothing, answers as its proxy
// understands. The run list is the registry.
import { describe, expect, test } from 'bun:test'
import { type Decision, type DecisionKind, decisionKinds, reasons } from '../../model/decision.ts'
import { networkSet } from '../../model/network.ts'
import { type TestHeaders, testRequest, testRule } from '../testing.ts'
import { createTrust } from '../trust.ts'
import { type DialectName, dialectNames } from './dialect.ts'
import { nginxDenied } from './nginx.ts'
import { dialects } from './registry.ts'

const context = createTrust(networkSet(['127.0.0.0/8']))

interface Ask {
  readonly headers: TestHeaders
  readonly method?: string
  readonly target?: string
}

/** The same question, `GET https://app.example.com/a/b?c=d`, as each proxy asks it. */
const asks: Readonly<Record<DialectName, Ask>> = {
  traefik: forwarded(),
  caddy: forwarded(),
  haproxy: forwarded(),
  nginx: {
    headers: { 'x-original-url': 'https://app.example.com/a/b?c=d', 'x-original-method': 'GET' },
  },
  envoy: {
    headers: { host: 'app.example.com', 'x-forwarded-proto': 'https' },
    target: '/_gatehouse/auth/envoy/a/b?c=d',
  },
}

function forwarded(): Ask {
  return {
    headers: {
      host: 'gate:9000',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'app.example.com',
      'x-forwarded-uri': '/a/b?c=d',
      'x-forwarded-method': 'GET',
    },
  }
}

const alice = { user: 'alice', name: '', email: '', groups: [], provider: 'p' }
const rule = testRule('app.example.com')

function decisionOf(kind: DecisionKind): Decision[] {
  const codes = Object.entries(reasons).filter(([, about]) => about.decision === kind)
  return codes.map(([reason]) => ({ kind, reason, rule, identity: alice }) as unknown as Decision)
}

describe.each([...dialectNames])('%s', (name) => {
  const dialect = dialects[name]
  const ask = asks[name]
  const over = { method: ask.method ?? 'GET', target: ask.target ?? `/_gatehouse/auth/${name}` }

  test('is registered under its name', () => {
    expect(dialect.name).toBe(name)
  })

  test('reads the same request as every other dialect', () => {
    expect(dialect.read(testRequest(ask.headers, over), context)).toEqual({
      ok: true,
      value: {
        scheme: 'https',
        host: 'app.example.com' as never,
        port: null,
        path: '/a/b',
        target: '/a/b?c=d',
        method: 'GET',
        clientAddress: null,
        cookie: null,
        navigation: false,
      },
    })
  })

  const own = Object.keys(ask.headers).filter((header) => name === 'envoy' || header !== 'host')
  test.each(own)('refuses when %s is missing, empty or twice', (header) => {
    const key = header as keyof TestHeaders
    const without = Object.fromEntries(
      Object.entries(ask.headers).filter(([other]) => other !== header),
    )
    expect(dialect.read(testRequest(without, over), context)).toMatchObject({
      error: { reason: 'missing-header' },
    })
    const empty = { ...ask.headers, [header]: '' }
    expect(dialect.read(testRequest(empty, over), context)).toMatchObject({
      error: { reason: 'missing-header' },
    })
    const twice = { ...ask.headers, [header]: [ask.headers[key], ask.headers[key]].flat() }
    expect(dialect.read(testRequest(twice as TestHeaders, over), context)).toMatchObject({
      error: { reason: 'duplicate-header' },
    })
  })

  test('is not moved by the headers of other dialects', () => {
    const foreign: TestHeaders = {
      host: 'evil.example.com',
      'x-original-url': 'https://app.example.com/public/',
      'x-original-method': 'DELETE',
      'x-forwarded-uri': '/public/',
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-proto': 'http',
      'x-forwarded-method': 'DELETE',
    }
    const read = dialect.read(testRequest({ ...foreign, ...ask.headers }, over), context)
    expect(read).toMatchObject({ value: { host: 'app.example.com', path: '/a/b', method: 'GET' } })
  })

  test('takes the client address from X-Forwarded-For and refuses two of it', () => {
    const one = { ...ask.headers, 'x-forwarded-for': '10.0.0.1, 198.51.100.7' }
    expect(dialect.read(testRequest(one, over), context)).toMatchObject({
      value: { clientAddress: '198.51.100.7' },
    })
    const two = { ...ask.headers, 'x-forwarded-for': ['198.51.100.7', '10.0.0.1'] }
    expect(dialect.read(testRequest(two, over), context)).toMatchObject({
      error: { reason: 'duplicate-header' },
    })
  })

  test('takes two Cookie lines as none', () => {
    const two = { ...ask.headers, cookie: ['a=1', 'a=2'] }
    expect(dialect.read(testRequest(two, over), context)).toMatchObject({ value: { cookie: null } })
  })

  test('lets pass with 200 and nothing else', () => {
    for (const decision of decisionKinds.flatMap(decisionOf)) {
      for (const navigation of [true, false]) {
        const { status } = dialect.shape(decision, navigation)
        expect(status === 200).toBe(decision.kind === 'allow')
      }
    }
  })

  test('redirects a navigation only', () => {
    for (const decision of decisionOf('sign-in')) {
      expect(dialect.shape(decision, false)).toEqual({
        status: 401,
        body: name === 'nginx' ? 'empty' : 'json',
        signInHeader: name !== 'nginx',
      })
    }
  })
})

describe('nginx', () => {
  test('answers 200, 401 and 403 only', () => {
    for (const decision of decisionKinds.flatMap(decisionOf)) {
      for (const navigation of [true, false]) {
        expect([200, 401, 403]).toContain(dialects.nginx.shape(decision, navigation).status)
      }
    }
  })

  test.each([
    'app.example.com/x',
    'https://app.example.com',
    'https:app.example.com/x',
    '/x',
    'https:///x',
  ])('refuses the original URL %j', (url) => {
    const raw = testRequest({ 'x-original-url': url, 'x-original-method': 'GET' })
    expect(dialects.nginx.read(raw, context).ok).toBe(false)
  })

  test('sends the sign-in address along with navigations', () => {
    const [decision] = decisionOf('sign-in')
    if (decision === undefined) throw new Error('There is a sign-in reason')
    expect(dialects.nginx.shape(decision, true)).toEqual({
      status: 401,
      body: 'empty',
      signInHeader: true,
    })
  })

  test('sends no body, so that nginx can keep the connection', () => {
    for (const decision of decisionKinds.flatMap(decisionOf)) {
      for (const navigation of [true, false]) {
        expect(dialects.nginx.shape(decision, navigation).body).toBe('empty')
      }
    }
  })
})

describe('nginxDenied', () => {
  test('never answers 2xx, since its answer goes to the browser', () => {
    for (const decision of decisionKinds.flatMap(decisionOf)) {
      expect(nginxDenied.shape(decision, true).status).toBeGreaterThanOrEqual(300)
    }
  })
})

describe('navigation', () => {
  const rows: readonly (readonly [boolean, TestHeaders, string])[] = [
    [true, { 'sec-fetch-mode': 'navigate' }, 'GET'],
    [true, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 'HEAD'],
    [true, { accept: 'text/html,*/*;q=0.8' }, 'GET'],
    [false, { accept: '*/*' }, 'GET'],
    [false, {}, 'GET'],
    [false, { 'sec-fetch-mode': 'cors', accept: 'text/html' }, 'GET'],
    [false, { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 'GET'],
    [false, { 'sec-fetch-dest': 'image', accept: 'text/html' }, 'GET'],
    [false, { 'sec-fetch-mode': 'navigate' }, 'POST'],
    [false, { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }, 'GET'],
    [false, { accept: 'text/html', upgrade: 'websocket' }, 'GET'],
    [false, { accept: 'text/event-stream' }, 'GET'],
    [false, { accept: 'application/json' }, 'GET'],
    [false, { 'sec-fetch-mode': ['navigate', 'cors'] }, 'GET'],
  ]
  test.each(rows)('is %p for %j of %s', (expected, headers, method) => {
    const ask = { ...asks.traefik.headers, ...headers, 'x-forwarded-method': method }
    expect(dialects.traefik.read(testRequest(ask), context)).toMatchObject({
      value: { navigation: expected },
    })
  })
})
