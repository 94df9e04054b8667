// The back channel: which tokens of authentik are believed, and every one that is not.
import { describe, expect, test } from 'bun:test'
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import { toUtf8 } from '../../../std/bytes.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import { fakeClock } from '../../../world/clock.ts'
import type { HttpClient, HttpFailure, OutgoingRequest } from '../../../world/http-client.ts'
import type { OutpostProvider } from '../outpost.ts'
import { testProvider } from '../testing.ts'
import { type TokenFault, TokenClient } from './tokens.ts'

const provider = testProvider()
const { endpoints } = provider
const secret = toUtf8(provider.clientSecret)
const pair = await generateKeyPair('ES256')
const otherPair = await generateKeyPair('ES256')
const byKeys: OutpostProvider = testProvider({
  endpoints: { ...endpoints, signing: { kind: 'jwks', algorithms: ['RS256', 'ES256'] } },
})

type Claims = Readonly<Record<string, unknown>>
interface Answer {
  readonly status?: number
  readonly body?: unknown
  readonly fault?: HttpFailure
}

/** A client of an authentik that answers by address. */
function bench(answers: Readonly<Record<string, Answer | (() => Answer)>>) {
  const clock = fakeClock(1_790_000_000_000)
  const requests: OutgoingRequest[] = []
  const http: HttpClient = {
    send: async (request) => {
      requests.push(request)
      const found = answers[new URL(request.url).pathname] ?? {
        fault: { code: 'unreachable', detail: 'x' } as const,
      }
      const { status = 200, body, fault } = typeof found === 'function' ? found() : found
      if (fault !== undefined) return err(fault)
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return ok({ status, headers: new Headers(), body: toUtf8(text) })
    },
  }
  return { clock, requests, client: new TokenClient(http, clock) }
}

const now = 1_790_000_000
const usual = { sub: 'alice', nonce: 'n', preferred_username: 'Alice', exp: now + 600 }

function sign(
  claims: Claims,
  over: { alg?: string; iss?: string; aud?: string; key?: CryptoKey } = {},
) {
  const { alg = 'HS256', iss = endpoints.issuer, aud = provider.clientId, key } = over
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg, ...(alg === 'ES256' ? { kid: 'one' } : {}) })
    .setIssuer(iss)
    .setAudience(aud)
    .sign(key ?? (alg === 'ES256' ? pair.privateKey : secret))
}

async function keySet(...pairs: readonly (typeof pair)[]) {
  const kids = ['one', 'two']
  return {
    keys: await Promise.all(
      pairs.map(async ({ publicKey }, i) => ({
        ...(await exportJWK(publicKey)),
        kid: kids[i],
        alg: 'ES256',
      })),
    ),
  }
}

const redemption = { code: 'the-code', verifier: 'the-verifier', nonce: 'n' }

/** `good`, or the kind of fault with its words. */
function said(result: Result<unknown, TokenFault>): string {
  return result.ok ? 'good' : `${result.error.kind}: ${result.error.detail}`
}

describe('TokenClient.redeem()', () => {
  test('sends the code with all that proves who redeems it, once', async () => {
    const { client, requests } = bench({ '/token': { body: { access_token: await sign(usual) } } })
    const read = await client.redeem(provider, redemption)
    expect(read.ok && read.value).toMatchObject({ sub: 'alice', username: 'Alice' })
    expect(requests).toHaveLength(1)
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: provider.external.callbackUrl,
      client_id: 'client-id',
      client_secret: provider.clientSecret,
      code_verifier: 'the-verifier',
    })
    expect(requests[0]).toMatchObject({ method: 'POST', timeoutMs: 5000, bytesMax: 1_048_576 })
  })

  const unfit: readonly (readonly [what: string, () => Promise<string>, string])[] = [
    [
      'another secret',
      async () => `${(await sign(usual)).slice(0, -3)}AAA`,
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    ],
    [
      'no signature at all',
      async () =>
        new UnsecuredJWT({ ...usual })
          .setIssuer(endpoints.issuer)
          .setAudience('client-id')
          .encode(),
      'unknown|ERR_JO',
    ],
    [
      'another issuer',
      () => sign(usual, { iss: 'http://evil.test/' }),
      'ERR_JWT_CLAIM_VALIDATION_FAILED',
    ],
    [
      'another audience',
      () => sign(usual, { aud: 'another-client' }),
      'ERR_JWT_CLAIM_VALIDATION_FAILED',
    ],
    [
      'another algorithm of the same secret',
      () => sign(usual, { alg: 'HS512' }),
      'ERR_JOSE_ALG_NOT_ALLOWED',
    ],
    [
      'a key in place of the secret',
      () => sign(usual, { alg: 'ES256' }),
      'ERR_JOSE_ALG_NOT_ALLOWED',
    ],
    ['no subject', () => sign({ nonce: 'n', exp: now + 600 }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['no end', () => sign({ sub: 'alice', nonce: 'n' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['an end that is past', () => sign({ ...usual, exp: now - 61 }), 'ERR_JWT_EXPIRED'],
    [
      'a beginning that is to come',
      () => sign({ ...usual, nbf: now + 61 }),
      'ERR_JWT_CLAIM_VALIDATION_FAILED',
    ],
    ['nothing of a token in it', async () => 'a.b.c', 'ERR_J|unknown'],
    ['no text in it', async () => '', 'ERR_J|unknown'],
  ]
  test.each(unfit)('takes no token of %s', async (_what, token, code) => {
    const { client } = bench({ '/token': { body: { access_token: await token() } } })
    expect(said(await client.redeem(provider, redemption))).toMatch(
      new RegExp(`^bad-token: The token does not verify: (${code})`),
    )
  })

  test('is as patient with clocks as a minute, either way', async () => {
    for (const claims of [
      { ...usual, exp: now - 59 },
      { ...usual, nbf: now + 59 },
    ]) {
      const { client } = bench({ '/token': { body: { access_token: await sign(claims) } } })
      expect(said(await client.redeem(provider, redemption))).toBe('good')
    }
  })

  test('takes the nonce of the ID token where the access token has none, of the same person only', async () => {
    const { nonce: _, ...plain } = usual
    const redeem = async (access: Claims, id: Claims | null): Promise<string> => {
      const body = {
        access_token: await sign(access),
        ...(id === null ? {} : { id_token: await sign(id) }),
      }
      return said(await bench({ '/token': { body } }).client.redeem(provider, redemption))
    }
    expect(await redeem(plain, usual)).toBe('good')
    expect(await redeem(plain, null)).toBe('bad-token: The nonce is not that of this attempt')
    expect(await redeem({ ...usual, nonce: 'm' }, usual)).toBe(
      'bad-token: The nonce is not that of this attempt',
    )
    expect(await redeem(plain, { ...usual, sub: 'bob' })).toBe(
      'bad-token: The tokens are of two people',
    )
    expect(await redeem(plain, { ...usual, nonce: 'm' })).toBe(
      'bad-token: The nonce is not that of this attempt',
    )
    expect(await redeem(usual, { ...usual, nonce: 'm' })).toBe('good')
  })

  const answers: readonly (readonly [what: string, Answer, string])[] = [
    ['400', { status: 400, body: { error: 'invalid_grant' } }, 'refused: Answered 400'],
    ['401', { status: 401, body: {} }, 'refused: Answered 401'],
    ['500', { status: 500, body: {} }, 'trouble: Answered 500'],
    ['201', { status: 201, body: {} }, 'trouble: Answered 201'],
    ['a list', { body: [] }, 'trouble: Answered 200'],
    ['a page', { body: '<html>' }, 'trouble: Answered 200'],
    ['half of JSON', { body: '{"access_token":' }, 'trouble: Answered 200'],
    ['no token', { body: {} }, 'bad-token: There is no access token'],
    [
      'a token that is no text',
      { body: { access_token: 7 } },
      'bad-token: There is no access token',
    ],
    ['nothing', { fault: { code: 'timeout', detail: 'x' } }, 'trouble: No answer: timeout'],
    ['a redirect', { fault: { code: 'redirect', detail: 'x' } }, 'trouble: No answer: redirect'],
  ]
  test.each(answers)('makes of %s what it is', async (_what, answer, expected) => {
    expect(said(await bench({ '/token': answer }).client.redeem(provider, redemption))).toBe(
      expected,
    )
  })

  test('never repeats a secret in its faults', async () => {
    for (const [, answer] of answers) {
      const fault = said(await bench({ '/token': answer }).client.redeem(provider, redemption))
      for (const hidden of [provider.clientSecret, 'the-code', 'the-verifier'])
        expect(fault).not.toContain(hidden)
    }
  })
})

describe('TokenClient with keys', () => {
  test('asks for the keys once for many tokens, and again after ten minutes', async () => {
    const body = { access_token: await sign(usual, { alg: 'ES256' }) }
    const { client, clock, requests } = bench({
      '/token': { body },
      '/jwks': { body: await keySet(pair) },
    })
    const asked = (): number => requests.filter(({ url }) => url.endsWith('/jwks')).length
    for (let i = 0; i < 5; i++) expect(said(await client.redeem(byKeys, redemption))).toBe('good')
    expect(asked()).toBe(1)
    clock.advance(599_999)
    await client.redeem(byKeys, redemption)
    expect(asked()).toBe(1)
    clock.advance(1)
    await client.redeem(byKeys, redemption)
    expect(asked()).toBe(2)
  })

  test('never takes the secret of the provider for a key (RFC 8725 section 2.1)', async () => {
    const { client } = bench({
      '/token': { body: { access_token: await sign(usual) } },
      '/jwks': { body: await keySet(pair) },
    })
    expect(said(await client.redeem(byKeys, redemption))).toBe(
      'bad-token: The token does not verify: ERR_JOSE_ALG_NOT_ALLOWED',
    )
  })

  test('takes no token of a key that authentik does not have', async () => {
    const body = { access_token: await sign(usual, { alg: 'ES256', key: otherPair.privateKey }) }
    const { client } = bench({ '/token': { body }, '/jwks': { body: await keySet(pair) } })
    expect(said(await client.redeem(byKeys, redemption))).toContain('SIGNATURE_VERIFICATION_FAILED')
  })

  test('asks anew for an unknown key, but not more often than every half minute', async () => {
    const unknown = await new SignJWT({ ...usual })
      .setProtectedHeader({ alg: 'ES256', kid: 'two' })
      .setIssuer(endpoints.issuer)
      .setAudience('client-id')
      .sign(otherPair.privateKey)
    let keys = await keySet(pair)
    const { client, clock, requests } = bench({
      '/token': { body: { access_token: unknown } },
      '/jwks': () => ({ body: keys }),
    })
    const asked = (): number => requests.filter(({ url }) => url.endsWith('/jwks')).length
    for (let i = 0; i < 10; i++) expect((await client.redeem(byKeys, redemption)).ok).toBe(false)
    expect(asked()).toBe(1)
    keys = await keySet(pair, otherPair)
    expect((await client.redeem(byKeys, redemption)).ok).toBe(false)
    clock.advance(30_000)
    expect(said(await client.redeem(byKeys, redemption))).toBe('good')
    expect(asked()).toBe(2)
  })

  test('goes on with the keys at hand while they cannot be had anew, and says so without any', async () => {
    const body = { access_token: await sign(usual, { alg: 'ES256' }) }
    let keys: Answer = { status: 503, body: 'x' }
    const { client, clock } = bench({ '/token': { body }, '/jwks': () => keys })
    const nothing = 'trouble: The keys of the provider cannot be had'
    for (const bad of [{ body: [] }, { body: { keys: {} } }, { body: 'x' }, keys]) {
      keys = bad
      expect(said(await client.redeem(byKeys, redemption))).toBe(nothing)
    }
    keys = { body: await keySet(pair) }
    expect(said(await client.redeem(byKeys, redemption))).toBe('good')
    keys = { status: 500, body: 'x' }
    // authentik is away for longer than keys are kept; the token is issued anew.
    clock.advance(590_000)
    expect(said(await client.redeem(byKeys, redemption))).toBe('good')
    client.keep(new Set())
    expect(said(await client.redeem(byKeys, redemption))).toBe(nothing)
  })
})

describe('TokenClient.introspect()', () => {
  const active = {
    active: true,
    sub: 'alice',
    exp: now + 600,
    client_id: 'client-id',
    aud: 'client-id',
  }
  const cases: readonly (readonly [what: string, Claims, string])[] = [
    ['an active token of ours', active, 'good'],
    ['one without client and audience', { active: true, sub: 'a', exp: now + 1 }, 'good'],
    ['one meant for several', { ...active, aud: ['x', 'client-id'] }, 'good'],
    ['one that is not active', { ...active, active: false }, 'refused: The token is not active'],
    ['one that says so as text', { ...active, active: 'true' }, 'refused: The token is not active'],
    ['one that does not say', { sub: 'alice', exp: now + 600 }, 'refused: The token is not active'],
    ['one of another client', { ...active, client_id: 'x' }, 'bad-token: The token is not ours'],
    ['one of no client', { ...active, client_id: null }, 'bad-token: The token is not ours'],
    [
      'one for another',
      { ...active, aud: 'x' },
      'bad-token: The token is meant for another provider',
    ],
    [
      'one for others',
      { ...active, aud: ['x'] },
      'bad-token: The token is meant for another provider',
    ],
    [
      'one for nobody',
      { ...active, aud: [] },
      'bad-token: The token is meant for another provider',
    ],
    ['one without a subject', { ...active, sub: '' }, 'bad-token: The answer has no usable claims'],
    [
      'one whose end is past',
      { ...active, exp: now },
      'bad-token: The answer has no usable claims',
    ],
    [
      'one whose end is text',
      { ...active, exp: '9' },
      'bad-token: The answer has no usable claims',
    ],
  ]
  test.each(cases)('makes of %s what it is', async (_what, body, expected) => {
    const { client } = bench({ '/introspect': { body } })
    expect(said(await client.introspect(provider, 'token'))).toBe(expected)
  })

  test('takes the token along as a form, whatever it holds', async () => {
    const { client, requests } = bench({ '/introspect': { body: active } })
    const token = 'a&client_id=evil&b=ü%00'
    await client.introspect(provider, token)
    const form = new URLSearchParams(requests[0]?.body)
    expect([form.getAll('token'), form.getAll('client_id')]).toEqual([[token], ['client-id']])
  })
})

describe('TokenClient.withPassword()', () => {
  test('asks with the name and password as they are, and takes the ID token alone', async () => {
    const { client, requests } = bench({
      '/token': { body: { access_token: 'x', id_token: await sign(usual) } },
    })
    const scoped = testProvider({ scopes: ['openid', 'profile'] })
    expect(said(await client.withPassword(scoped, 'a&b', 'ü:&='))).toBe('good')
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-id',
      username: 'a&b',
      password: 'ü:&=',
      scope: 'openid profile',
    })
  })

  test('takes no answer without an ID token, nor one that does not verify', async () => {
    for (const [body, expected] of [
      [{ access_token: await sign(usual) }, 'bad-token: There is no ID token'],
      [{ id_token: [] }, 'bad-token: There is no ID token'],
      [{ id_token: await sign(usual, { aud: 'x' }) }, 'bad-token: The token does not verify'],
    ] as const) {
      const { client } = bench({ '/token': { body } })
      expect(said(await client.withPassword(provider, 'a', 'b'))).toStartWith(expected)
    }
  })
})
