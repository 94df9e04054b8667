// The way back from a provider. Nothing has been stored until here, and nothing is until the state,
// the browser, the code and the ID token have all been verified.
import type { OidcProviderConfig } from '../config.ts'
import type { PageRequest } from '../page.ts'
import { bindingDigest, withPassage } from './binding.ts'
import type { SignInFaultCode } from './faults.ts'
import {
  acceptedProviders,
  bindingCookieOf,
  bindingOf,
  bindingOrFresh,
  type Flow,
  redirect,
  refuse,
  returnToRules,
  sessionOf,
  signInHref,
} from './flow.ts'
import type { VerifiedSignIn } from './oidc.ts'
import type { OidcFault } from './oidc-fault.ts'
import { isAccepted, pass, redirectUri, startWith } from './start.ts'
import { openState, type SignInState } from './state.ts'

/** Attempts that we begin again by ourselves, before we ask the person. */
const restartsMax = 1
/** Codes that are redeemed at the same time; more people wait a moment. */
const redemptionsMax = 128

/** One attempt on its way back. */
interface Return {
  readonly request: PageRequest
  readonly state: SignInState
  readonly provider: OidcProviderConfig
}

/** GET /_gatehouse/callback?code=&state=&iss= */
export async function handleCallback(flow: Flow, request: PageRequest): Promise<Response> {
  const { sealer, clock } = flow.context
  const at = { now: clock.now(), rules: returnToRules(flow) }
  const sealed = request.query.getAll('state')
  const reading = openState(sealer, sealed.length === 1 ? (sealed[0] ?? null) : null, at)
  if (reading.kind === 'bad')
    return refuse(flow, request, { code: request.query.has('error') ? 'denied' : 'bad-state' })
  // From here on the target and the provider are our own words, whoever brought them.
  const { state } = reading
  const { oidc } = flow.context.config().identity
  const provider = oidc.find((candidate) => candidate.id === state.provider)
  if (provider === undefined) return refuse(flow, request, { code: 'unknown-provider' })
  const back = { request, state, provider }
  // Another tab was faster, or the person went back in the history: they are in already.
  if (!state.replaces || flow.used.peek(state.nonce) === true) {
    const presence = await sessionOf(flow, request)
    if (presence.kind === 'found' && fits(flow, back, presence.session.identity.provider))
      return pass(flow, state.target, bindingOrFresh(flow, request))
  }
  const fault = attemptFault(flow, back, reading.kind)
  return fault === null ? complete(flow, back) : giveUp(flow, back, fault)
}

/** True when a session of `provider` opens the target: otherwise it would be sent back at once. */
function fits(flow: Flow, back: Return, provider: string): boolean {
  return isAccepted(acceptedProviders(flow, back.state.target, back.request), provider)
}

/** Why an attempt whose state is genuine is still not good here and now. */
function attemptFault(
  flow: Flow,
  back: Return,
  reading: 'good' | 'expired',
): Extract<SignInFaultCode, 'no-binding' | 'other-browser' | 'expired' | 'used-state'> | null {
  const binding = bindingOf(flow, back.request)
  if (binding === null) return 'no-binding'
  if (bindingDigest(binding) !== back.state.binding) return 'other-browser'
  if (reading === 'expired') return 'expired'
  const { nonce } = back.state
  return flow.used.peek(nonce) === true || flow.underWay.has(nonce) ? 'used-state' : null
}

/**
 * Begins again, once, where that may help; explains otherwise. A provider that said no is not asked
 * again: it would say no again.
 */
function giveUp(
  flow: Flow,
  back: Return,
  code: Extract<
    SignInFaultCode,
    'no-binding' | 'other-browser' | 'expired' | 'used-state' | 'code-refused'
  >,
): Promise<Response> | Response {
  const { request, state, provider } = back
  const retry = signInHref(flow, state.target)
  if (request.query.has('error')) return refuse(flow, request, { code: 'denied', provider, retry })
  if (state.restarts < restartsMax && code !== 'used-state') {
    flow.context.log.write('info', 'sign-in-restarted', {
      request_id: request.requestId,
      reason: code,
      provider: provider.id,
    })
    return startWith(flow, request, {
      provider,
      target: state.target,
      binding: bindingOrFresh(flow, request),
      switchAccount: false,
      replaces: state.replaces,
      restarts: state.restarts + 1,
    })
  }
  const observed =
    request.headers.get('cookie') === null ? ['The browser brought no cookie at all'] : []
  return refuse(flow, request, { code, provider, retry, observed })
}

/** Redeems the code and opens the session. */
async function complete(flow: Flow, back: Return): Promise<Response> {
  const { request, state, provider } = back
  const retry = signInHref(flow, state.target)
  if (flow.underWay.size >= redemptionsMax)
    return refuse(flow, request, { code: 'busy', provider, retry })
  // Two requests with the same code: the second is refused here, not only by the provider.
  flow.underWay.add(state.nonce)
  try {
    const verified = await flow.oidc.redeem(provider, request.query, {
      nonce: state.nonce,
      verifier: state.verifier,
      redirectUri: redirectUri(flow),
      namedGroups: flow.context.policy().namedGroups,
    })
    if (!verified.ok) return await failed(flow, back, verified.error)
    flow.used.set(state.nonce, true)
    return await arrive(flow, back, verified.value)
  } finally {
    flow.underWay.delete(state.nonce)
  }
}

/** Explains why no session was opened; a code that is merely too old is tried again first. */
async function failed(flow: Flow, back: Return, fault: OidcFault): Promise<Response> {
  if (fault.code === 'code-refused') return await giveUp(flow, back, 'code-refused')
  // An error that is the provider's own trouble is no verdict on the person (RFC 6749 section 4.1.2.1).
  const trouble = fault.error === 'server_error' || fault.error === 'temporarily_unavailable'
  return refuse(flow, back.request, {
    code: fault.code === 'denied' && trouble ? 'provider-down' : fault.code,
    provider: back.provider,
    retry: signInHref(flow, back.state.target),
    quoted: fault.description,
    detail: fault.error === '' ? fault.detail : `${fault.detail}: "${fault.error}"`,
  })
}

/** Opens the session, under a fresh id (session fixation), and sends the person to the target. */
async function arrive(flow: Flow, back: Return, verified: VerifiedSignIn): Promise<Response> {
  const { context } = flow
  const { request, state, provider } = back
  const opened = await context.sessions.open(
    {
      identity: verified.identity,
      providerSid: verified.sid,
      providerSub: verified.sub,
      userAgent: request.headers.get('user-agent') ?? '',
      address: request.clientAddress ?? '',
      idToken: verified.idToken,
    },
    request.headers.get('cookie'),
  )
  context.meter.signIn('oidc', 'success')
  context.log.write('info', 'signed-in', {
    request_id: request.requestId,
    provider: provider.id,
    user: verified.identity.user,
    client: request.clientAddress,
    sealed: opened.sealed,
    ended_others: opened.endedOthers,
  })
  const binding = withPassage(bindingOrFresh(flow, request), {
    kind: 'opened',
    target: state.target,
    now: context.clock.now(),
  })
  return redirect(state.target, [...opened.setCookies, bindingCookieOf(flow, binding)])
}
