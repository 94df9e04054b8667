// The smallest outpost: sends what the specification says, byte for byte, for tests of the stand-in.
import { jwtVerify } from 'jose'
import { toBase64Url, toUtf8 } from '../../../src/std/bytes.ts'
import type { Clock } from '../../../src/world/clock.ts'
import type { Authentik } from './authentik.ts'
import { signInAt } from './sign-in.ts'

/** User agent of the outpost's API client. */
export const outpostAgent = 'goauthentik.io/outpost/2026.8.6'

/** Parsed answer of an endpoint that speaks JSON. */
export interface JsonAnswer {
  readonly status: number
  // Whatever the stand-in sent: tests look into it by path.
  readonly body: ReturnType<typeof JSON.parse>
  readonly headers: Headers
}

/** What a test may change in a call. */
export interface CallOptions {
  readonly token?: string | null
  readonly agent?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly json?: unknown
}

/** A call of the API as the outpost makes it. */
export async function api(
  authentik: Authentik,
  path: string,
  options: CallOptions = {},
): Promise<JsonAnswer> {
  const { token = authentik.token, agent = outpostAgent, json } = options
  const headers = new Headers({ 'user-agent': agent, ...options.headers })
  if (token !== null) headers.set('authorization', `Bearer ${token}`)
  if (json !== undefined) headers.set('content-type', 'application/json')
  const answer = await fetch(new URL(`api/v3/${path}`, authentik.url), {
    method: options.method ?? (json === undefined ? 'GET' : 'POST'),
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  return read(answer)
}

/** A form that the outpost posts for a provider. */
export async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'user-agent': `${outpostAgent} (provider=app)`, ...headers },
    body: new URLSearchParams(form),
  })
  return read(answer)
}

async function read(answer: Response): Promise<JsonAnswer> {
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
  return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers }
}

/** A provider as the outpost reads it. */
export async function readProvider(
  authentik: Authentik,
  name: string,
): Promise<JsonAnswer['body']> {
  const { body } = await api(authentik, 'outposts/proxy/?page=1&page_size=100')
  const list: { name: string }[] = body.results
  return list.find((provider) => provider.name === name)
}

/** Redirect URI of a provider whose address has no path. */
export function callbackOf(provider: { readonly external_host: string }): string {
  return `${provider.external_host}/outpost.goauthentik.io/callback?X-authentik-auth-callback=true`
}

/** The authorize address with S256, and the verifier that goes with it. */
export async function authorizeUrl(
  provider: JsonAnswer['body'],
  extra: Readonly<Record<string, string>> = {},
): Promise<{ url: string; verifier: string }> {
  const verifier = 'verifier-of-at-least-forty-three-characters-0123'
  const digest = await crypto.subtle.digest('SHA-256', toUtf8(verifier))
  const url = new URL(provider.oidc_configuration.authorization_endpoint)
  const parameters = {
    client_id: provider.client_id,
    redirect_uri: callbackOf(provider),
    response_type: 'code',
    scope: provider.scopes_to_request.join(' '),
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: toBase64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...extra,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, verifier }
}

/** A whole sign-in of `username` at `provider`: page, code, exchange. */
export async function exchange(
  provider: JsonAnswer['body'],
  username: string,
  change: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> {
  const { url, verifier } = await authorizeUrl(provider)
  const end = await signInAt(url, { username, password: `${username}-password` })
  if (end.kind !== 'back') throw new Error(`No callback but a page with ${end.status}: ${end.text}`)
  return post(provider.oidc_configuration.token_endpoint, {
    grant_type: 'authorization_code',
    code: end.url.searchParams.get('code') ?? '',
    redirect_uri: callbackOf(provider),
    client_id: provider.client_id,
    client_secret: provider.client_secret,
    code_verifier: verifier,
    ...change,
  })
}

/** Claims of a token, verified as an outpost has to (HS256) at the time of `clock`. */
export async function verifyToken(
  token: string,
  provider: JsonAnswer['body'],
  clock: Clock,
): Promise<JsonAnswer['body']> {
  const { payload } = await jwtVerify(token, toUtf8(provider.client_secret), {
    algorithms: ['HS256'],
    issuer: provider.oidc_configuration.issuer,
    audience: provider.client_id,
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(clock.now()),
  })
  return payload
}

/** Message of what `work` fails with; null when it does not fail. */
export function failureOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: unknown) => String(error),
  )
}
