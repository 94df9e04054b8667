// Signing out: here, and at the provider where it offers that (OpenID Connect RP-Initiated Logout 1.0).
import type { Session } from '../../model/session.ts'
import type { PageRequest } from '../page.ts'
import { signedOutPage, signOutPage } from '../pages/sign-in-pages.tsx'
import { withoutPassages } from './binding.ts'
import {
  bindingCookieOf,
  bindingOf,
  type Flow,
  optionalTargetOf,
  redirect,
  refuse,
  sessionOf,
  targetOf,
} from './flow.ts'
import { formToken, isFormToken, isSameOrigin } from './form-token.ts'

/** Where the provider sends the browser back to. */
export const signedOutPath = '/_gatehouse/signed-out'

/** How long the provider may take to confirm a sign-out. */
const confirmationLifeMs = 600_000

/** GET /_gatehouse/sign-out: asks. Embedded in another site's page it does not even ask (CWE-352). */
export async function handleSignOutQuestion(flow: Flow, request: PageRequest): Promise<Response> {
  const site = request.headers.get('sec-fetch-site')
  const mode = request.headers.get('sec-fetch-mode')
  if (site === 'cross-site' && mode !== 'navigate')
    return refuse(flow, request, { code: 'cross-site' })
  const presence = await sessionOf(flow, request)
  if (presence.kind === 'unavailable') return refuse(flow, request, { code: 'session-store' })
  if (presence.kind !== 'found') return redirect(signedOutPath)
  const { session } = presence
  const provider = await providerExit(flow, session)
  return signOutPage({
    identity: session.identity,
    token: formToken(flow.context.sealer, tokenUse(flow, session)),
    returnTo: optionalTargetOf(flow, request.query) ?? '',
    provider,
    requestId: request.requestId,
  })
}

/** POST /_gatehouse/sign-out with the token of the page that asked. */
export async function handleSignOut(flow: Flow, request: PageRequest): Promise<Response> {
  const { context } = flow
  if (!isSameOrigin(request, context.config().origin))
    return refuse(flow, request, { code: 'cross-site' })
  const form = new URLSearchParams(request.body)
  const presence = await sessionOf(flow, request)
  if (presence.kind === 'unavailable') return refuse(flow, request, { code: 'session-store' })
  if (presence.kind !== 'found') return redirect(signedOutPath)
  const { session } = presence
  if (!isFormToken(context.sealer, form.get('token'), tokenUse(flow, session)))
    return refuse(flow, request, { code: 'stale-form' })
  // Read before the end, for nothing is left of the session afterwards.
  const idToken = context.sessions.idTokenOf(session)
  const { setCookies } = await context.sessions.end(request.headers.get('cookie'))
  context.log.write('info', 'signed-out', {
    request_id: request.requestId,
    provider: session.identity.provider,
    user: session.identity.user,
  })
  const returnTo = optionalTargetOf(flow, form)
  const cookies = [...setCookies, ...freshPast(flow, request)]
  const exit = await providerExit(flow, session)
  if (exit !== null) return redirect(exitUrl(flow, exit, { idToken, returnTo }), cookies)
  const query = returnTo === null ? '' : `?${new URLSearchParams({ rd: returnTo }).toString()}`
  return redirect(`${signedOutPath}${query}`, cookies)
}

/** GET /_gatehouse/signed-out */
export async function handleSignedOut(flow: Flow, request: PageRequest): Promise<Response> {
  const presence = await sessionOf(flow, request)
  const confirmed = readConfirmation(flow, request.query.get('state'))
  const asked = new URLSearchParams(
    confirmed === null || confirmed.returnTo === '' ? request.query : { rd: confirmed.returnTo },
  )
  return signedOutPage({
    identity: presence.kind === 'found' ? presence.session.identity : null,
    provider: confirmed?.provider ?? null,
    returnTo: targetOf(flow, asked),
    requestId: request.requestId,
  })
}

/** A token is good for one session: another person in the same browser cannot use it. */
function tokenUse(
  flow: Flow,
  session: Session,
): { readonly form: string; readonly holder: string; readonly now: number } {
  return { form: 'sign-out', holder: session.key, now: flow.context.clock.now() }
}

/** A person who signs out and in again several times in a minute is not going in circles. */
function freshPast(flow: Flow, request: PageRequest): readonly string[] {
  const binding = bindingOf(flow, request)
  return binding === null ? [] : [bindingCookieOf(flow, withoutPassages(binding))]
}

/** The provider's own sign-out, when it has one and can be asked. */
interface ProviderExit {
  readonly title: string
  readonly clientId: string
  readonly endpoint: string
}

/** Null where the session is not of a provider, or the provider cannot be asked: we end ours alone. */
async function providerExit(flow: Flow, session: Session): Promise<ProviderExit | null> {
  const { oidc } = flow.context.config().identity
  const provider = oidc.find((candidate) => candidate.id === session.identity.provider)
  if (provider === undefined) return null
  const endpoint = await flow.oidc.endSessionEndpoint(provider)
  return endpoint === null ? null : { title: provider.title, clientId: provider.clientId, endpoint }
}

/** RP-Initiated Logout 1.0 section 2. The state only carries back what the last page says. */
function exitUrl(
  flow: Flow,
  exit: ProviderExit,
  about: { readonly idToken: string; readonly returnTo: string | null },
): string {
  const { sealer, clock, config } = flow.context
  const url = new URL(exit.endpoint)
  const state = sealer.seal(
    'sign-in-state',
    JSON.stringify(['sign-out', exit.title, about.returnTo ?? '', clock.now()]),
  )
  if (about.idToken !== '') url.searchParams.set('id_token_hint', about.idToken)
  url.searchParams.set('client_id', exit.clientId)
  url.searchParams.set('post_logout_redirect_uri', `${config().origin}${signedOutPath}`)
  url.searchParams.set('state', state)
  return url.href
}

/** What the provider brought back, if it is ours and fresh; the target in it is judged once more. */
function readConfirmation(
  flow: Flow,
  sealed: string | null,
): { readonly provider: string; readonly returnTo: string } | null {
  const text = sealed === null ? null : flow.context.sealer.open('sign-in-state', sealed)
  const fields: unknown = text === null ? null : JSON.parse(text)
  if (!Array.isArray(fields)) return null
  const [kind, provider, returnTo, at]: unknown[] = fields
  if (kind !== 'sign-out' || typeof provider !== 'string' || typeof returnTo !== 'string')
    return null
  const fresh = typeof at === 'number' && flow.context.clock.now() < at + confirmationLifeMs
  return fresh ? { provider, returnTo } : null
}
