// What a provider says of itself: when it is asked, what is remembered, and what is not believed.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import type { HttpClient, HttpFailure, OutgoingRequest } from '../../world/http-client.ts'
import type { OidcProviderConfig } from '../config.ts'
import { testOidcProvider } from './flow.fixture.ts'
import {
  createDiscovery,
  failureMs,
  freshMs,
  isEndpoint,
  keysMinIntervalMs,
  knownMs,
} from './oidc-discovery.ts'
import { providerBytesMax, providerTimeoutMs } from './oidc-http.ts'

const provider = testOidcProvider('main')
const good = {
  issuer: 'https://main.example.com',
  authorization_endpoint: 'https://main.example.com/authorize',
  token_endpoint: 'https://main.example.com/token',
  jwks_uri: 'https://main.example.com/keys',
  id_token_signing_alg_values_supported: ['HS256', 'none', 'RS256', 'ES256', 'EdDSA'],
}

interface Answer {
  readonly status?: number
  readonly type?: string
  readonly body?: unknown
  readonly fault?: HttpFailure
}

/** A discovery whose provider answers as `answers` says, one after the other, the last for ever. */
function discoveryOf(...answers: readonly Answer[]) {
  const clock = fakeClock(0)
  const requests: OutgoingRequest[] = []
  const http: HttpClient = {
    send: async (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {}
      requests.push(request)
      if (answer.fault !== undefined) return err(answer.fault)
      const { status = 200, type = 'application/json', body = good } = answer
      return ok({
        status,
        headers: new Headers({ 'content-type': type }),
        body: toUtf8(typeof body === 'string' ? body : JSON.stringify(body)),
      })
    },
  }
  return { clock, requests, discovery: createDiscovery(http, clock) }
}

/** The code of a fault, or `good`. */
function codeOf(
  result: Result<unknown, { readonly code: string; readonly detail: string }>,
): string {
  return result.ok ? 'good' : `${result.error.code}: ${result.error.detail}`
}

describe('createDiscovery()', () => {
  test('asks the one address that the specification names, within bounds', async () => {
    const { discovery, requests } = discoveryOf({})
    expect(codeOf(await discovery.fresh(provider))).toBe('good')
    expect(requests).toMatchObject([
      {
        url: 'https://main.example.com/.well-known/openid-configuration',
        method: 'GET',
        timeoutMs: providerTimeoutMs,
        bytesMax: providerBytesMax,
      },
    ])
  })

  test('keeps the path of an issuer in front of the well-known one', async () => {
    const issuer = 'https://sso.example.com/application/o/gate/'
    const { discovery, requests } = discoveryOf({ body: { ...good, issuer } })
    expect(codeOf(await discovery.fresh({ ...provider, issuer }))).toBe('good')
    expect(requests[0]?.url).toBe(`${issuer}.well-known/openid-configuration`)
    // Only a slash is missing: what people see most often.
    const almost = { ...provider, issuer: issuer.slice(0, -1) }
    expect(codeOf(await discovery.fresh(almost))).toBe(
      `provider-answer: The provider calls itself "${issuer}", not "${almost.issuer}"`,
    )
  })

  test('fresh() asks again after a minute, known() after a day', async () => {
    const { clock, discovery, requests } = discoveryOf({})
    const asked = async (): Promise<number> => {
      await discovery.known(provider)
      return requests.length
    }
    await discovery.fresh(provider)
    clock.advance(freshMs - 1)
    await discovery.fresh(provider)
    expect(requests).toHaveLength(1)
    clock.advance(1)
    expect(await asked()).toBe(1)
    await discovery.fresh(provider)
    expect(requests).toHaveLength(2)
    clock.advance(knownMs - 1)
    expect(await asked()).toBe(2)
    clock.advance(1)
    expect(await asked()).toBe(3)
  })

  test('a hundred at once ask once', async () => {
    const { discovery, requests } = discoveryOf({})
    const all = Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0 ? discovery.fresh(provider) : discovery.known(provider),
    )
    for (const result of await Promise.all(all)) expect(result.ok).toBe(true)
    expect(requests).toHaveLength(1)
  })

  test('a provider that fails is left alone for a moment, and what is known goes on being known', async () => {
    const fault = { code: 'unreachable', detail: 'ECONNREFUSED' } as const
    const { clock, discovery, requests } = discoveryOf({}, { fault }, {})
    await discovery.fresh(provider)
    clock.advance(freshMs)
    for (let i = 0; i < 20; i++)
      expect(codeOf(await discovery.fresh(provider))).toBe('provider-down: ECONNREFUSED')
    expect(requests).toHaveLength(2)
    // Who is on the way back is served from what is remembered.
    expect(codeOf(await discovery.known(provider))).toBe('good')
    clock.advance(failureMs - 1)
    expect((await discovery.fresh(provider)).ok).toBe(false)
    clock.advance(1)
    expect(codeOf(await discovery.fresh(provider))).toBe('good')
    expect(requests).toHaveLength(3)
  })

  test('providers are remembered apart, also where only the issuer changed in a reload', async () => {
    const { discovery, requests } = discoveryOf({ body: good })
    await discovery.fresh(provider)
    await discovery.fresh({ ...provider, issuer: 'https://main.example.com/' })
    await discovery.fresh({ ...provider, id: 'second' })
    await discovery.fresh(provider)
    expect(requests).toHaveLength(3)
  })

  test('offers for ID tokens only what is asymmetric (RFC 8725 section 3.1)', async () => {
    const algorithms = async (named: unknown): Promise<unknown> => {
      const body = { ...good, id_token_signing_alg_values_supported: named }
      const read = await discoveryOf({ body }).discovery.fresh(provider)
      return read.ok ? read.value.server.id_token_signing_alg_values_supported : codeOf(read)
    }
    expect(await algorithms(good.id_token_signing_alg_values_supported)).toEqual([
      'RS256',
      'ES256',
      'EdDSA',
    ])
    expect(await algorithms(undefined)).toEqual(['RS256'])
    expect(await algorithms(['PS512', 'RS384', 'ES512', 'Ed25519', 'Ed448'])).toHaveLength(5)
    const none = 'provider-answer: The provider offers no asymmetric algorithm for ID tokens'
    for (const named of [[], ['HS256'], ['none'], ['NONE', 'hs512', ''], 'RS256', [7, null]])
      expect([named, await algorithms(named)]).toEqual([named, none])
  })

  const unfit: readonly (readonly [what: string, Answer, detail: RegExp])[] = [
    [
      'another issuer',
      { body: { ...good, issuer: 'https://evil.test' } },
      /calls itself "https:\/\/evil\.test", not "https:\/\/main/,
    ],
    [
      'an issuer with line breaks',
      { body: { ...good, issuer: 'https://evil.test/\nx\u2028y' } },
      /calls itself "https:\/\/evil\.test\/ x y"/,
    ],
    ['no issuer', { body: { ...good, issuer: undefined } }, /^provider-answer: /],
    [
      'no token endpoint',
      { body: { ...good, token_endpoint: undefined } },
      /names no usable "token_endpoint"/,
    ],
    [
      'a token endpoint in the clear',
      { body: { ...good, token_endpoint: 'http://main.example.com/t' } },
      /names no usable "token_endpoint"/,
    ],
    [
      'an endpoint that is a script',
      { body: { ...good, authorization_endpoint: 'javascript:alert(1)' } },
      /names no usable "authorization_endpoint"/,
    ],
    [
      'a relative endpoint',
      { body: { ...good, authorization_endpoint: '/authorize' } },
      /names no usable "authorization_endpoint"/,
    ],
    ['keys that are no address', { body: { ...good, jwks_uri: 7 } }, /names no usable "jwks_uri"/],
    ['a page', { type: 'text/html', body: '<!doctype html>' }, /^provider-answer: /],
    ['half a document', { body: '{"issuer":' }, /^provider-answer: /],
    ['a list', { body: [good] }, /^provider-answer: /],
    ['null', { body: 'null' }, /^provider-answer: /],
    ['404', { status: 404, body: {} }, /^provider-answer: /],
    ['500', { status: 500, body: good }, /^provider-down: Answered 500$/],
    ['503', { status: 503, body: good }, /^provider-down: Answered 503$/],
    [
      'a redirect',
      { fault: { code: 'redirect', detail: 'Answered 302' } },
      /^provider-answer: Answered 302$/,
    ],
    ['too much', { fault: { code: 'too-large', detail: 'x' } }, /^provider-answer: x$/],
    ['silence', { fault: { code: 'timeout', detail: 'x' } }, /^provider-slow: x$/],
  ]
  test.each(unfit)('takes no word of a provider that gives %s', async (_what, answer, detail) => {
    expect(codeOf(await discoveryOf(answer).discovery.fresh(provider))).toMatch(detail)
  })

  test('keys are forgotten at most once in five seconds, and nothing else is', async () => {
    const { clock, discovery, requests } = discoveryOf({})
    expect(discovery.forgetKeys(provider)).toBeNull()
    const first = await discovery.fresh(provider)
    const forgotten = discovery.forgetKeys(provider)
    expect(first.ok && forgotten?.server).toEqual(first.ok ? first.value.server : undefined)
    expect(first.ok && forgotten?.keys === first.value.keys).toBe(false)
    clock.advance(keysMinIntervalMs - 1)
    expect(discovery.forgetKeys(provider)).toBeNull()
    clock.advance(1)
    expect(discovery.forgetKeys(provider)).not.toBeNull()
    expect(requests).toHaveLength(1)
  })
})

describe('isEndpoint()', () => {
  const insecure: OidcProviderConfig['allowInsecureIssuer'] = true
  test.each([
    ['https://id.example.com/x', false, true],
    ['http://id.example.com/x', false, false],
    ['http://127.0.0.1:9/x', insecure, true],
    ['javascript:alert(1)', insecure, false],
    ['data:text/html,x', insecure, false],
    ['file:///etc/passwd', insecure, false],
    ['ftp://id.example.com/', insecure, false],
    ['//id.example.com/', insecure, false],
    ['', insecure, false],
    [undefined, insecure, false],
    [['https://id.example.com/'], false, false],
  ])('%p with insecure %p is %p', (value, allowInsecure, expected) => {
    expect(isEndpoint(value, allowInsecure)).toBe(expected)
  })
})
