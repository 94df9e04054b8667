import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { fakeClock } from '../../../src/world/clock.ts'
import { type Authentik, startAuthentik } from './authentik.ts'
import type { SubMode } from './model.ts'
import {
  authorizeUrl,
  callbackOf,
  exchange,
  type JsonAnswer,
  outpostAgent,
  post,
  readProvider,
  verifyToken,
} from './outpost-client.ts'
import { CookieJar, signInAt } from './sign-in.ts'

let authentik: Authentik
let app: JsonAnswer['body']
const clock = fakeClock(Date.UTC(2026, 3, 18))
const ada = { username: 'ada', password: 'ada-password' }

beforeEach(async () => {
  authentik = await startAuthentik({
    clock,
    people: [
      {
        username: 'ada',
        name: 'Ada Lovelace',
        groups: ['staff', 'admins'],
        entitlements: ['editor'],
        attributes: { upn: 'ada@upn.example.com', username: 'foo', password: 'bar' },
        ak_proxy: { host_header: 'backend' },
      },
      { username: 'guest' },
    ],
    providers: [
      {
        name: 'app',
        external_host: 'https://app.example.com',
        application: { bindings: [{ group: 'staff' }] },
      },
      { name: 'signed', external_host: 'https://signed.example.com', signing: 'RS256' },
    ],
  })
  app = await readProvider(authentik, 'app')
})

afterEach(() => authentik.close())

test('a whole sign-in gives tokens with the claims of the specification, keyed by the client secret', async () => {
  const { status, body, headers } = await exchange(app, 'ada')
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect({ type: body.token_type, expires: body.expires_in }).toEqual({
    type: 'Bearer',
    expires: 3600,
  })
  const access = await verifyToken(body.access_token, app, clock)
  const now = clock.now() / 1000
  expect(access).toMatchObject({
    ...{ exp: now + 3600, iat: now, email: 'ada@example.com', email_verified: false },
    ...{ name: 'Ada Lovelace', preferred_username: 'ada', groups: ['staff', 'admins'] },
    ...{ entitlements: ['editor'], azp: app.client_id, nonce: 'the-nonce' },
    ak_proxy: {
      user_attributes: { upn: 'ada@upn.example.com', username: 'foo', password: 'bar' },
      is_superuser: false,
      host_header: 'backend',
    },
  })
  expect(access.sub).toMatch(/^[0-9a-f]{64}$/)
  expect(access.sid).toBe(authentik.control.sessions()[0]?.sid)
  expect(access.scope.split(' ').toSorted()).toEqual(app.scopes_to_request.toSorted())
  const id = await verifyToken(body.id_token, app, clock)
  const { azp: _azp, uid: _uid, scope: _scope, ...common } = access
  expect(id).toEqual(common)
  expect(authentik.control.violations()).toEqual([])
  expect(authentik.control.calls('token:authorization_code')).toBe(1)
})

test('the sign-in page asks once, then the session of authentik is enough', async () => {
  const jar = new CookieJar()
  const { url } = await authorizeUrl(app)
  expect((await signInAt(url, ada, jar)).kind).toBe('back')
  const second = await signInAt(url, { username: 'ada', password: 'not asked' }, jar)
  expect(second.kind).toBe('back')
  expect(authentik.control.calls('sign-in-page')).toBe(1)
  expect(authentik.control.sessions()).toHaveLength(1)
})

test('until() sees what an answer changed, not only that a request came', async () => {
  const { control } = authentik
  const signedIn = control.until(() => control.sessions().length === 1, 'a session')
  await signInAt((await authorizeUrl(app)).url, ada)
  await signedIn
})

test('authorize gives state back, and a code of 32 hex digits', async () => {
  authentik.control.autoSignIn('ada')
  const { url } = await authorizeUrl(app)
  const end = await signInAt(url, ada)
  if (end.kind !== 'back') throw new Error('No callback')
  expect(end.url.origin + end.url.pathname).toBe(
    'https://app.example.com/outpost.goauthentik.io/callback',
  )
  expect(end.url.searchParams.get('X-authentik-auth-callback')).toBe('true')
  expect(end.url.searchParams.get('state')).toBe('the-state')
  expect(end.url.searchParams.get('code')).toMatch(/^[0-9a-f]{32}$/)
})

test.each([
  ['wrong password', { username: 'ada', password: 'x' }, 'page'],
  ['unknown person', { username: 'eve', password: 'x' }, 'page'],
] as const)('sign-in page: %s', async (_, credentials, kind) => {
  const { url } = await authorizeUrl(app)
  const jar = new CookieJar()
  const page = await jar.fetch(url)
  const form = await jar.fetch(new URL(page.headers.get('location') ?? '', url), {
    method: 'POST',
    body: new URLSearchParams(credentials),
  })
  expect([form.status, kind]).toEqual([200, 'page'])
  expect(await form.text()).toContain('Invalid name or password')
  expect(authentik.control.sessions()).toEqual([])
})

test('the sign-in page leads nowhere but into authentik', async () => {
  for (const next of ['https://evil.example.com/', '//evil.example.com/', '/\\evil.example.com']) {
    const url = new URL('if/flow/default-authentication-flow/', authentik.url)
    url.searchParams.set('next', next)
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
  }
})

test('a person whom the bindings keep out sees a page of authentik and no code', async () => {
  const { url } = await authorizeUrl(app)
  const end = await signInAt(url, { username: 'guest', password: 'guest-password' })
  expect(end).toMatchObject({ kind: 'page', status: 200 })
  expect(authentik.control.refusals()).toEqual(['authorize: "guest" may not use "app"'])
})

test('answerAuthorize() sends people back with access_denied', async () => {
  authentik.control.answerAuthorize('access_denied')
  const { url } = await authorizeUrl(app)
  const end = await signInAt(url, ada)
  if (end.kind !== 'back') throw new Error('No callback')
  expect(end.url.searchParams.get('error')).toBe('access_denied')
  expect(end.url.searchParams.get('code')).toBeNull()
  expect(end.url.searchParams.get('state')).toBe('the-state')
})

test.each([
  ['unknown client', { client_id: 'x' }, 400],
  ['redirect URI that is not registered', { redirect_uri: 'https://evil.example.com/' }, 400],
  ['parameter that no outpost sends', { prompt: 'none' }, 400],
  ['another response type', { response_type: 'token' }, 302],
  ['challenge method', { code_challenge_method: 'md5' }, 302],
  ['malformed challenge', { code_challenge: 'short' }, 302],
  ['empty state', { state: '' }, 302],
] as const)('authorize refuses: %s', async (_, extra, status) => {
  authentik.control.autoSignIn('ada')
  const { url } = await authorizeUrl(app, extra)
  const answer = await fetch(url, { redirect: 'manual' })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('location') ?? '').not.toContain('code=')
})

const exchanges: readonly (readonly [string, Record<string, string>, string])[] = [
  ['wrong client secret', { client_secret: 'x' }, 'invalid_client'],
  ['unknown client', { client_id: 'x' }, 'invalid_client'],
  ['unknown code', { code: 'x' }, 'invalid_grant'],
  ['another redirect_uri', { redirect_uri: 'https://evil.example.com/' }, 'invalid_client'],
  [
    'the other registered redirect_uri',
    { redirect_uri: 'https://app.example.com?X-authentik-auth-callback=true' },
    'invalid_grant',
  ],
  ['wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
  ['field that no outpost sends', { scope: 'openid' }, 'invalid_request'],
  ['another grant', { grant_type: 'refresh_token' }, 'unsupported_grant_type'],
]

test.each(exchanges)('token refuses: %s', async (_, change, error) => {
  const { status, body } = await exchange(app, 'ada', change)
  expect([status, body.error]).toEqual([400, error])
})

test('a code is good once, for a minute, with its verifier', async () => {
  authentik.control.autoSignIn('ada')
  const attempt = async (waitMs: number, times: number): Promise<number[]> => {
    const { url, verifier } = await authorizeUrl(app)
    const end = await signInAt(url, ada)
    if (end.kind !== 'back') throw new Error('No callback')
    clock.advance(waitMs)
    const form = {
      grant_type: 'authorization_code',
      code: end.url.searchParams.get('code') ?? '',
      redirect_uri: callbackOf(app),
      client_id: app.client_id,
      client_secret: app.client_secret,
      code_verifier: verifier,
    }
    const statuses = []
    for (let time = 0; time < times; time++)
      statuses.push((await post(app.oidc_configuration.token_endpoint, form)).status)
    return statuses
  }
  expect(await attempt(59_999, 2)).toEqual([200, 400])
  expect(await attempt(60_000, 1)).toEqual([400])
})

test('a verifier for a code without a challenge is refused, and the other way round', async () => {
  const form = {
    grant_type: 'authorization_code',
    redirect_uri: callbackOf(app),
    client_id: app.client_id,
    client_secret: app.client_secret,
  }
  const { token_endpoint: endpoint } = app.oidc_configuration
  const code = authentik.control.code('app', 'ada')
  expect((await post(endpoint, { ...form, code, code_verifier: 'x' })).status).toBe(400)
  expect((await post(endpoint, { ...form, code })).status).toBe(200)
  const withoutVerifier = await exchange(app, 'ada', { code_verifier: '' })
  expect(withoutVerifier.status).toBe(400)
})

test('credentials in a header are not how an outpost sends them', async () => {
  const headers = { authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` }
  await post(app.oidc_configuration.token_endpoint, { grant_type: 'authorization_code' }, headers)
  expect(authentik.control.violations()).toContain(
    'token: credentials in a header, not in the body',
  )
})

test('the user agent of provider calls names the provider', async () => {
  const { status } = await post(
    app.oidc_configuration.introspection_endpoint,
    {},
    {
      'user-agent': outpostAgent,
    },
  )
  expect(status).toBe(400)
  expect(authentik.control.violations()).toHaveLength(1)
})

test('the issuer follows the Host and X-Forwarded-Proto of the token request', async () => {
  authentik.control.autoSignIn('ada')
  const code = authentik.control.code('app', 'ada')
  const { body } = await post(
    app.oidc_configuration.token_endpoint,
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackOf(app),
      client_id: app.client_id,
      client_secret: app.client_secret,
    },
    { host: 'id.example.com', 'x-forwarded-proto': 'https' },
  )
  expect(decodeJwt(body.access_token).iss).toBe('https://id.example.com/application/o/app/')
})

const subjects: readonly (readonly [SubMode, string | RegExp])[] = [
  ['hashed_user_id', /^[0-9a-f]{64}$/],
  ['user_id', '5'],
  ['user_uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4/],
  ['user_email', 'ada@example.com'],
  ['user_username', 'ada'],
  ['user_upn', 'ada@upn.example.com'],
]

test.each(subjects)('sub in mode %s', async (sub_mode, expected) => {
  authentik.control.changeProvider('app', { sub_mode })
  const { sub } = decodeJwt(await authentik.control.accessToken('app', 'ada'))
  expect(sub ?? '').toMatch(expected)
})

test('a provider with a key signs with RS256 and publishes the key', async () => {
  const provider = await readProvider(authentik, 'signed')
  expect(provider.oidc_configuration.id_token_signing_alg_values_supported).toEqual(['RS256'])
  const headers = { 'user-agent': `${outpostAgent} (provider=signed)` }
  const jwks = await (await fetch(provider.oidc_configuration.jwks_uri, { headers })).json()
  const { body } = await exchange(provider, 'ada')
  const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(jwks), {
    algorithms: ['RS256'],
    audience: provider.client_id,
    currentDate: new Date(clock.now()),
  })
  expect(payload['preferred_username']).toBe('ada')
  const none = await (await fetch(app.oidc_configuration.jwks_uri, { headers })).json()
  expect(none).toEqual({})
})
