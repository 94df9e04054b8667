// The OAuth endpoints that an outpost calls itself: token, introspection, keys; with userinfo and the
// configuration document beside them.
import { createHash } from 'node:crypto'
import { hex, shuffled } from './chance.ts'
import { type Answer, type Call, type Route, unknownNames } from './http.ts'
import { type Person, type Provider, mayUse, redirectUris, slugOf } from './model.ts'
import type { Code, State } from './state.ts'
import { type TokenAnswer, issuerOf, jwksOf, mint, scopeClaims } from './tokens.ts'

/** Routes of the back channel. */
export const oauthRoutes: readonly Route[] = [
  {
    endpoint: 'token',
    methods: ['POST'],
    path: 'application/o/token/',
    caller: 'provider-client',
    answer: token,
  },
  {
    endpoint: 'introspect',
    methods: ['POST'],
    path: 'application/o/introspect/',
    caller: 'provider-client',
    answer: introspect,
  },
  {
    endpoint: 'userinfo',
    methods: ['GET', 'POST'],
    path: 'application/o/userinfo/',
    caller: 'anyone',
    answer: userinfo,
  },
  {
    endpoint: 'jwks',
    methods: ['GET'],
    path: 'application/o/{slug}/jwks/',
    caller: 'provider-client',
    answer: (call) => ofSlug(call, (provider) => jwksOf(call.state, provider)),
  },
  {
    endpoint: 'well-known',
    methods: ['GET'],
    path: 'application/o/{slug}/.well-known/openid-configuration',
    caller: 'anyone',
    answer: (call) => ofSlug(call, (provider) => configurationOf(provider, call.root)),
  },
]

/** The provider's configuration; every address is built from the Host of the request. */
export function configurationOf(provider: Provider, root: string): Record<string, unknown> {
  const base = `${root}application/o/`
  const own = `${base}${slugOf(provider)}/`
  return {
    issuer: issuerOf(provider, root),
    authorization_endpoint: `${base}authorize/`,
    token_endpoint: `${base}token/`,
    userinfo_endpoint: `${base}userinfo/`,
    end_session_endpoint: `${own}end-session/`,
    introspection_endpoint: `${base}introspect/`,
    revocation_endpoint: `${base}revoke/`,
    device_authorization_endpoint: `${base}device/`,
    jwks_uri: `${own}jwks/`,
    response_types_supported: ['code', 'id_token', 'id_token token', 'code token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    id_token_signing_alg_values_supported: [provider.signing],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    acr_values_supported: ['goauthentik.io/providers/oauth2/default'],
    scopes_supported: provider.scopes,
    request_parameter_supported: false,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'nonce'],
    claims_parameter_supported: false,
    code_challenge_methods_supported: ['plain', 'S256'],
  }
}

function ofSlug(call: Call, body: (provider: Provider) => unknown): Answer {
  const provider = call.state.providers.find((one) => slugOf(one) === call.params['slug'])
  if (provider === undefined || provider.application === null)
    return { status: 404, html: 'Not Found' }
  return { status: 200, json: body(provider) }
}

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

/** An error of the token endpoint (RFC 6749 section 5.2); authentik answers all of them with 400. */
function tokenError(call: Call, error: string, why: string): Answer {
  call.state.journal.refusal(`token: ${error}: ${why}`)
  return { status: 400, headers: noStore, json: { error, error_description: why } }
}

/** Fields of each grant as an outpost sends them; those in `optional` may be left out. */
const grantFields = {
  authorization_code: {
    required: ['grant_type', 'code', 'redirect_uri', 'client_id', 'client_secret'],
    optional: ['code_verifier'],
  },
  client_credentials: {
    required: ['grant_type', 'client_id', 'username', 'password', 'scope'],
    optional: [],
  },
} as const

function token(call: Call): Answer | Promise<Answer> {
  const { state, form, request } = call
  const grant = form['grant_type'] ?? ''
  if (grant !== 'authorization_code' && grant !== 'client_credentials') {
    state.journal.violation(`token: grant "${grant}" is not one of an outpost`)
    return tokenError(call, 'unsupported_grant_type', grant)
  }
  state.journal.count(`token:${grant}`)
  if (request.headers.has('authorization'))
    state.journal.violation('token: credentials in a header, not in the body')
  const { required, optional } = grantFields[grant]
  if (!fieldsAreRight(call, required, optional))
    return tokenError(call, 'invalid_request', 'fields are not those of an outpost')
  const provider = state.providers.find((one) => one.client_id === form['client_id'])
  if (provider === undefined) return tokenError(call, 'invalid_client', 'unknown client')
  return grant === 'authorization_code' ? codeGrant(call, provider) : userGrant(call, provider)
}

/** Reports fields that are missing or too many. */
function fieldsAreRight(
  call: Call,
  required: readonly string[],
  optional: readonly string[],
): boolean {
  const { form, endpoint, state } = call
  const complaints = [
    ...unknownNames(Object.keys(form), [...required, ...optional]),
    ...required.filter((name) => form[name] === undefined).map((name) => `"${name}" is missing`),
  ]
  for (const complaint of complaints) state.journal.violation(`${endpoint}: ${complaint}`)
  return complaints.length === 0
}

async function codeGrant(call: Call, provider: Provider): Promise<Answer> {
  const { state, form } = call
  if (form['client_secret'] !== provider.client_secret)
    return tokenError(call, 'invalid_client', 'wrong client secret')
  const value = form['code'] ?? ''
  const code = state.codes.peek(value)
  const problem = codeProblem(call, provider, code)
  if (code === undefined || problem !== null)
    return tokenError(call, problem?.error ?? 'invalid_grant', problem?.why ?? 'unknown code')
  // A code is good for one exchange.
  state.codes.delete(value)
  const person = state.people.find(({ username }) => username === code.username)
  if (person === undefined) return tokenError(call, 'invalid_grant', 'person is gone')
  const { session, scope, nonce } = code
  return answerTokens(call, { provider, person, session, scope, nonce })
}

function codeProblem(
  call: Call,
  provider: Provider,
  code: Code | undefined,
): { error: string; why: string } | null {
  const { state, form } = call
  const invalid = (why: string): { error: string; why: string } => ({ error: 'invalid_grant', why })
  if (!redirectUris(provider).includes(form['redirect_uri'] ?? ''))
    return { error: 'invalid_client', why: 'redirect_uri is not registered' }
  if (code === undefined) return invalid('unknown code, or one that was used')
  if (code.client_id !== provider.client_id) return invalid('code of another client')
  if (code.expiresAt <= state.clock.now()) return invalid('code has expired')
  if (code.redirect_uri !== form['redirect_uri']) return invalid('code of another redirect_uri')
  const verifier = form['code_verifier']
  if (code.challenge === null)
    return verifier === undefined ? null : invalid('code_verifier without a code_challenge')
  if (verifier === undefined) return invalid('code_verifier is missing')
  return challengeOf(verifier, code.challenge.method) === code.challenge.value
    ? null
    : invalid('code_verifier is another one')
}

/** The challenge of a verifier (RFC 7636 section 4.2). */
export function challengeOf(verifier: string, method: string): string {
  if (method === 'plain') return verifier
  return createHash('sha256').update(verifier).digest('base64url')
}

/** Client credentials with a person's name and an app password of theirs. */
async function userGrant(call: Call, provider: Provider): Promise<Answer> {
  const { state, form } = call
  const person = state.people.find(({ username }) => username === form['username'])
  if (person === undefined || !person.app_passwords.includes(form['password'] ?? ''))
    return tokenError(call, 'invalid_grant', 'unknown person or app password')
  if (provider.application === null || !mayUse(person, provider.application))
    return tokenError(call, 'invalid_grant', 'person may not use the application')
  const asked = (form['scope'] ?? '').split(' ')
  const scope = provider.scopes.filter((name) => asked.includes(name))
  return answerTokens(call, { provider, person, session: null, scope, nonce: null })
}

type MintGrant = Omit<Parameters<typeof mint>[1], 'root'>

async function answerTokens(call: Call, grant: MintGrant): Promise<Answer> {
  const { state, faults, root } = call
  const scope = shuffled(state.random, grant.scope)
  const json: TokenAnswer = await mint(state, { ...grant, scope, root }, faults.token)
  return { status: 200, headers: noStore, json }
}

function introspect(call: Call): Answer {
  const { state, form } = call
  const inactive = (why: string): Answer => {
    state.journal.refusal(`introspect: ${why}`)
    return { status: 200, headers: noStore, json: { active: false } }
  }
  if (!fieldsAreRight(call, ['client_id', 'client_secret', 'token'], []))
    return inactive('fields are not those of an outpost')
  const provider = state.providers.find((one) => one.client_id === form['client_id'])
  const known = state.tokens.peek(form['token'] ?? '')
  if (provider === undefined || provider.client_secret !== form['client_secret'])
    return inactive('wrong client')
  if (known === undefined) return inactive('unknown token')
  if (known.expiresAt <= state.clock.now()) return inactive('token has expired')
  const accepted =
    state.introspectsAll ||
    known.provider === provider.pk ||
    state.providers.some(
      ({ pk, name }) => pk === known.provider && provider.jwt_federation_providers.includes(name),
    )
  if (!accepted) return inactive('token of another provider')
  return {
    status: 200,
    headers: noStore,
    json: {
      ...known.claims,
      active: true,
      scope: known.scope.join(' '),
      client_id: provider.client_id,
    },
  }
}

function userinfo(call: Call): Answer {
  const { state, request } = call
  const presented = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
  const known = state.tokens.peek(presented)
  const person = state.people.find(({ username }) => username === known?.username)
  if (known === undefined || person === undefined || known.expiresAt <= state.clock.now())
    return { status: 401, headers: { 'www-authenticate': 'error="invalid_token"' } }
  return {
    status: 200,
    headers: noStore,
    json: { sub: known.claims['sub'], ...scopeClaims(person, known.scope) },
  }
}

/** A fresh authorization code; for tests that begin at the callback too. */
export function newCode(state: State, code: Code): string {
  const value = hex(state.random, 16)
  state.codes.set(value, code)
  return value
}

/** Removes the person's tokens of one provider, or of all, and says how many there were. */
export function revokeTokens(state: State, person: Person, provider: Provider | null): number {
  const gone = [...state.tokens.entries()].filter(
    ([, issued]) =>
      issued.username === person.username && (provider === null || issued.provider === provider.pk),
  )
  for (const [value] of gone) state.tokens.delete(value)
  return gone.length
}
