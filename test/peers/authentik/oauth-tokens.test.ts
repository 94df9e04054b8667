import { afterEach, beforeEach, expect, test } from 'bun:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { fakeClock } from '../../../src/world/clock.ts'
import { type Authentik, startAuthentik } from './authentik.ts'
import type { TokenFault } from './fault.ts'
import {
  authorizeUrl,
  exchange,
  failureOf,
  type JsonAnswer,
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
    people: [{ username: 'ada', groups: ['staff'] }, { username: 'guest' }],
    providers: [
      {
        name: 'app',
        external_host: 'https://app.example.com',
        application: { bindings: [{ group: 'staff' }] },
      },
      { name: 'other', external_host: 'https://other.example.com' },
    ],
  })
  app = await readProvider(authentik, 'app')
})

afterEach(() => authentik.close())

/** Client credentials as an outpost makes them out of a Basic header. */
function basic(username: string, password: string): Promise<JsonAnswer> {
  return post(app.oidc_configuration.token_endpoint, {
    grant_type: 'client_credentials',
    client_id: app.client_id,
    username,
    password,
    scope: app.scopes_to_request.join(' '),
  })
}

test('client credentials take an app password of a person whom the bindings let in', async () => {
  const good = authentik.control.addAppPassword('ada')
  const ofGuest = authentik.control.addAppPassword('guest')
  const { status, body } = await basic('ada', good)
  expect(status).toBe(200)
  const claims = await verifyToken(body.id_token, app, clock)
  expect(claims).toMatchObject({ preferred_username: 'ada', ak_proxy: { is_superuser: false } })
  expect(claims.sid).toBeUndefined()
  for (const [username, password] of [
    ['ada', 'ada-password'],
    ['ada', ofGuest],
    ['guest', ofGuest],
    ['eve', good],
  ] as const)
    expect((await basic(username, password)).body.error).toBe('invalid_grant')
  authentik.control.changePerson('ada', { is_active: false })
  expect((await basic('ada', good)).status).toBe(400)
  expect(authentik.control.calls('token:client_credentials')).toBe(6)
  expect(authentik.control.violations()).toEqual([])
})

/** Introspection as an outpost makes it out of a Bearer header. */
function introspect(token: string, change: Record<string, string> = {}): Promise<JsonAnswer> {
  const { client_id, client_secret } = app
  return post(app.oidc_configuration.introspection_endpoint, {
    ...{ client_id, client_secret, token },
    ...change,
  })
}

test('introspection knows the tokens of its own provider until they expire', async () => {
  const token = await authentik.control.accessToken('app', 'ada')
  const { body } = await introspect(token)
  expect(body).toMatchObject({ active: true, client_id: app.client_id, preferred_username: 'ada' })
  const inactive = { active: false }
  expect((await introspect('x')).body).toEqual(inactive)
  expect((await introspect(token, { client_secret: 'x' })).body).toEqual(inactive)
  clock.advance(3_600_000)
  expect((await introspect(token)).body).toEqual(inactive)
  const revoked = await authentik.control.accessToken('app', 'ada')
  // The expired one is still on the list.
  expect(authentik.control.revokeTokens('ada')).toBe(2)
  expect((await introspect(revoked)).body).toEqual(inactive)
})

test('introspection refuses tokens of other providers unless told to be as it was', async () => {
  const foreign = await authentik.control.accessToken('other', 'guest')
  expect((await introspect(foreign)).body).toEqual({ active: false })
  authentik.control.introspectAll(true)
  const { body } = await introspect(foreign)
  // The trap of CVE-2024-47077: only the audience tells.
  expect(body).toMatchObject({ active: true, client_id: app.client_id })
  expect(body.aud).not.toBe(app.client_id)
  authentik.control.introspectAll(false)
  authentik.control.changeProvider('app', { jwt_federation_providers: ['other'] })
  expect((await introspect(foreign)).body.active).toBe(true)
})

test('userinfo and the configuration document say the same as token and feed', async () => {
  const token = await authentik.control.accessToken('app', 'ada')
  const { userinfo_endpoint: endpoint, issuer } = app.oidc_configuration
  const headers = { authorization: `Bearer ${token}` }
  const userinfo = await (await fetch(endpoint, { headers })).json()
  expect(userinfo).toMatchObject({ preferred_username: 'ada', sub: decodeJwt(token).sub })
  expect((await fetch(endpoint)).status).toBe(401)
  const document = await (await fetch(`${issuer}.well-known/openid-configuration`)).json()
  expect(document).toMatchObject({ issuer, end_session_endpoint: `${issuer}end-session/` })
})

const tokenFaults: readonly (readonly [string, TokenFault])[] = [
  ['expired', { set: { exp: 1 } }],
  ['without expiry', { unset: ['exp'] }],
  ['another audience', { set: { aud: 'x' } }],
  ['another issuer', { set: { iss: 'https://evil.example.com/' } }],
  ['another key', { wrongKey: true }],
  ['no signature', { alg: 'none' }],
  ['an algorithm that was not announced', { alg: 'HS512' }],
  ['RS256 where HS256 was announced', { alg: 'RS256' }],
  ['a key taken from elsewhere', { hmacKey: 'k'.repeat(40) }],
]

test.each(tokenFaults)('tokenFault(): %s is a token that no outpost may take', async (_, fault) => {
  authentik.control.tokenFault(fault)
  const { body } = await exchange(app, 'ada')
  expect(await failureOf(verifyToken(body.access_token, app, clock))).not.toBeNull()
  authentik.control.heal()
  expect(decodeProtectedHeader((await exchange(app, 'ada')).body.access_token).alg).toBe('HS256')
})

test('end-session ends the tokens of the provider, and the session when told so', async () => {
  const jar = new CookieJar()
  const { url } = await authorizeUrl(app)
  await signInAt(url, ada, jar)
  const { body } = await exchange(app, 'ada')
  const out = new URL(app.oidc_configuration.end_session_endpoint)
  out.searchParams.set('id_token_hint', body.access_token)
  const redirected = await jar.fetch(out)
  expect(redirected.status).toBe(302)
  const page = await jar.fetch(new URL(redirected.headers.get('location') ?? '', out))
  expect(await page.text()).toContain('You&#39;ve logged out of app')
  expect((await introspect(body.access_token)).body.active).toBe(false)
  expect(authentik.control.sessions()).toHaveLength(2)
  authentik.control.invalidation('session')
  await jar.fetch(out)
  expect(authentik.control.sessions()).toHaveLength(1)
  expect(authentik.control.violations()).toEqual([])
})

test.each([
  ['missing', ''],
  ['of another key', 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.AAAA'],
  ['no token', 'a.b'],
])('end-session refuses a hint: %s', async (_, hint) => {
  const out = new URL(app.oidc_configuration.end_session_endpoint)
  if (hint !== '') out.searchParams.set('id_token_hint', hint)
  expect((await fetch(out, { redirect: 'manual' })).status).toBe(400)
})
