// What a browser sees of authentik: authorize, the page to sign in on, and the ways out.
import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import { fromBase64Url, fromUtf8 } from '../../../src/std/bytes.ts'
import { hex } from './chance.ts'
import { execute, flowPage, flows } from './flow.ts'
import { type Answer, type Call, type Route, escapeHtml, page, redirect } from './http.ts'
import {
  type Person,
  type Provider,
  mayUse,
  redirectUris,
  slugOf,
  validitySeconds,
} from './model.ts'
import { newCode, revokeTokens } from './oauth.ts'
import { isRecord } from './rest.ts'
import { sessionCookie, sessionOf } from './session-cookie.ts'
import { type AuthentikSession, type State, openSession } from './state.ts'
import { issuerOf } from './tokens.ts'

const signInPath = `if/flow/${flows.signIn}/`
const providerSignedOutPath = `if/flow/${flows.providerSignedOut}/`
const signOutPath = `if/flow/${flows.signOut}/`

const authorizeQuery = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
].concat(['code_challenge', 'code_challenge_method'])

/** Routes of the front channel. */
export const browserRoutes: readonly Route[] = [
  {
    endpoint: 'authorize',
    methods: ['GET'],
    path: 'application/o/authorize/',
    caller: 'anyone',
    query: authorizeQuery,
    answer: authorize,
  },
  {
    endpoint: 'sign-in-page',
    methods: ['GET', 'POST'],
    path: signInPath,
    caller: 'anyone',
    query: ['next'],
    answer: orFlow(signIn),
  },
  {
    endpoint: 'end-session',
    methods: ['GET'],
    path: 'application/o/{slug}/end-session/',
    caller: 'anyone',
    query: ['id_token_hint'],
    answer: endSession,
  },
  {
    endpoint: 'sign-out-page',
    methods: ['GET'],
    path: providerSignedOutPath,
    caller: 'anyone',
    query: ['application'],
    answer: orFlow(({ query, state }) =>
      page(
        200,
        `You've logged out of ${query['application'] ?? ''}`,
        `<p><a href="${state.basePath}${signOutPath}">Log out of authentik</a></p>`,
      ),
    ),
  },
  {
    endpoint: 'sign-out-page',
    methods: ['GET'],
    path: signOutPath,
    caller: 'anyone',
    answer: orFlow((call) => {
      closeSession(call, sessionOf(call))
      return page(200, "You've logged out of authentik", '')
    }),
  },
  {
    endpoint: 'flow-page',
    methods: ['GET'],
    path: 'if/flow/{slug}/',
    caller: 'anyone',
    query: authorizeQuery,
    answer: flowPage,
  },
  {
    endpoint: 'flow-page',
    methods: ['GET'],
    path: 'flows/-/default/invalidation/',
    caller: 'anyone',
    answer: ({ state }) => redirect(`${state.basePath}${signOutPath}`),
  },
  {
    endpoint: 'flow-executor',
    methods: ['GET', 'POST'],
    path: 'api/v3/flows/executor/{slug}/',
    caller: 'anyone',
    query: ['query'],
    answer: execute,
  },
]

/** The same page as a flow, where the stand-in shows those. */
function orFlow(answer: Route['answer']): Route['answer'] {
  return (call) =>
    call.state.signInPage === 'flow' && call.request.method === 'GET'
      ? flowPage({
          ...call,
          params: { slug: call.request.url.split('/if/flow/')[1]?.split('/')[0] ?? '' },
        })
      : answer(call)
}

function setCookie(session: AuthentikSession): Record<string, string> {
  return { 'set-cookie': `${sessionCookie}=${session.key}; HttpOnly; Path=/; SameSite=Lax` }
}

function authorize(call: Call): Answer {
  const { state, query } = call
  const provider = state.providers.find((one) => one.client_id === query['client_id'])
  if (provider === undefined || provider.application === null) {
    state.journal.refusal('authorize: unknown client')
    return page(400, 'Client ID Error', '<p>The client identifier is missing or invalid.</p>')
  }
  const target = query['redirect_uri'] ?? ''
  if (!redirectUris(provider).includes(target)) {
    state.journal.refusal(`authorize: redirect URI "${target}" is not registered`)
    return page(400, 'Redirect URI Error', '<p>The redirect URI is missing or another one.</p>')
  }
  const problem = authorizeProblem(call)
  if (problem !== null) {
    state.journal.violation(`authorize: ${problem}`)
    return backWithError(target, 'invalid_request', query['state'])
  }
  const present = sessionOf(call)
  if (present === null && state.autoSignIn === null) {
    const { pathname, search } = new URL(call.request.url)
    const next = encodeURIComponent(`${pathname}${search}`)
    return redirect(`${state.basePath}${signInPath}?next=${next}`)
  }
  const session = present ?? openSession(state, state.autoSignIn ?? '')
  const headers = present === null ? setCookie(session) : {}
  const person = state.people.find(({ username }) => username === session.username)
  if (person === undefined || !mayUse(person, provider.application)) {
    state.journal.refusal(`authorize: "${session.username}" may not use "${provider.name}"`)
    // authentik shows its own page with status 200; the outpost hears nothing of it.
    return { ...page(200, 'Permission denied', '<p>Request has been denied.</p>'), headers }
  }
  if (state.authorizeAnswer === 'access_denied')
    return redirect(errorUri(target, 'access_denied', query['state']), headers)
  const uri = codeUri(call, { provider, person, session, target })
  if (state.signInPage === 'form' || !state.flow.consent) return redirect(uri, headers)
  state.consents.set(session.key, { token: hex(state.random, 16), uri })
  const { search } = new URL(call.request.url)
  return redirect(`${state.basePath}if/flow/${flows.consent}/${search}`, headers)
}

/** What is wrong with a request of a known client, or null. */
function authorizeProblem({ query }: Call): string | null {
  const method = query['code_challenge_method']
  if (query['response_type'] !== 'code') return 'response_type is not "code"'
  if ((query['state'] ?? '') === '') return 'state is missing'
  if (query['code_challenge'] === undefined)
    return method === undefined ? null : 'code_challenge_method without a code_challenge'
  if (!/^[\w-]{43,128}$/.test(query['code_challenge'])) return 'code_challenge is malformed'
  return method === 'S256' || method === 'plain' ? null : `code_challenge_method "${method ?? ''}"`
}

interface Approval {
  readonly provider: Provider
  readonly person: Person
  readonly session: AuthentikSession
  readonly target: string
}

/** The redirect URI with a fresh code; scopes that the provider lacks are left out. */
function codeUri({ state, query }: Call, { provider, person, session, target }: Approval): string {
  const asked = (query['scope'] ?? '').split(' ').filter((name) => name !== '')
  const challenge = query['code_challenge']
  const code = newCode(state, {
    client_id: provider.client_id,
    username: person.username,
    session,
    redirect_uri: target,
    scope: provider.scopes.filter((name) => asked.length === 0 || asked.includes(name)),
    nonce: query['nonce'] ?? null,
    challenge:
      challenge === undefined
        ? null
        : { value: challenge, method: query['code_challenge_method'] ?? 'plain' },
    expiresAt: state.clock.now() + validitySeconds(provider.access_code_validity) * 1000,
  })
  return withParameters(target, { code, state: query['state'] ?? '' })
}

function backWithError(target: string, error: string, state: string | undefined): Answer {
  return redirect(errorUri(target, error, state))
}

function errorUri(target: string, error: string, state: string | undefined): string {
  return withParameters(target, {
    error,
    error_description: 'The resource owner or authorization server denied the request',
    ...(state === undefined ? {} : { state }),
  })
}

function withParameters(target: string, parameters: Record<string, string>): string {
  const uri = new URL(target)
  for (const [name, value] of Object.entries(parameters)) uri.searchParams.set(name, value)
  return uri.href
}

function signIn(call: Call): Answer {
  const { state, query, form, request } = call
  const next = query['next'] ?? ''
  // Only back into authentik itself: anything else would be an open redirect of the stand-in.
  if (!next.startsWith(state.basePath) || /^\/[/\\]/.test(next)) {
    state.journal.violation(`sign-in-page: next "${next}" leads elsewhere`)
    return page(400, 'Bad Request', '')
  }
  if (request.method === 'GET') return signInPage(state, next, '')
  const person = state.people.find(({ username }) => username === form['username'])
  const good = person?.is_active === true && person.password === form['password']
  if (!good) {
    state.journal.refusal('sign-in-page: wrong name or password')
    return signInPage(state, next, '<p role="alert">Invalid name or password</p>')
  }
  return redirect(next, setCookie(openSession(state, person.username)))
}

function signInPage(state: State, next: string, message: string): Answer {
  const action = `${state.basePath}${signInPath}?next=${encodeURIComponent(next)}`
  return page(
    200,
    'Welcome to authentik!',
    `${message}<form method="post" action="${escapeHtml(action)}">
<p><label>Username <input name="username" autocomplete="username" autofocus></label></p>
<p><label>Password <input name="password" type="password"></label></p>
<p><button>Log in</button></p></form>`,
  )
}

function endSession(call: Call): Answer {
  const { state, params, query } = call
  const provider = state.providers.find((one) => slugOf(one) === params['slug'])
  if (provider === undefined) return { status: 404, html: 'Not Found' }
  const hint = query['id_token_hint']
  if (hint === undefined) state.journal.violation('end-session: id_token_hint is missing')
  if (hint === undefined || !hintIsRight(call, provider, hint)) {
    state.journal.refusal('end-session: id_token_hint is not one of this provider')
    return page(400, 'Bad Request', '<p>The request is otherwise malformed</p>')
  }
  const session = sessionOf(call)
  const person = state.people.find(({ username }) => username === session?.username)
  if (person !== undefined) revokeTokens(state, person, provider)
  if (state.invalidation === 'session') closeSession(call, session)
  const name = encodeURIComponent(provider.application?.name ?? provider.name)
  return redirect(`${state.basePath}${providerSignedOutPath}?application=${name}`)
}

/** Signature, audience and issuer of the hint; an expired one is still good. */
function hintIsRight(call: Call, provider: Provider, hint: string): boolean {
  const [header = '', payload = '', signature = '', ...more] = hint.split('.')
  const claims = parseSegment(payload)
  const alg = parseSegment(header)?.['alg']
  const bytes = fromBase64Url(signature)
  if (claims === null || bytes === null || more.length > 0 || alg !== provider.signing) return false
  const signed = Buffer.from(`${header}.${payload}`)
  const expected = createHmac('sha256', provider.client_secret).update(signed).digest()
  const good =
    provider.signing === 'RS256'
      ? verify('sha256', signed, call.state.rsaKey().publicKey, bytes)
      : bytes.length === expected.length && timingSafeEqual(bytes, expected)
  return (
    good && claims['aud'] === provider.client_id && claims['iss'] === issuerOf(provider, call.root)
  )
}

function parseSegment(segment: string): Record<string, unknown> | null {
  const bytes = fromBase64Url(segment)
  const text = bytes === null ? null : fromUtf8(bytes)
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function closeSession(call: Call, session: AuthentikSession | null): void {
  if (session === null) return
  call.state.sessions.delete(session.key)
  call.sessionEnded(session.sid)
}
