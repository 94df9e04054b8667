// What the sign-in pages share: the objects that live as long as the gate, and small steps.
import type { OidcProviderConfig } from '../config.ts'
import type { PageRequest } from '../page.ts'
import { faultPage } from '../pages/sign-in-pages.tsx'
import { BoundedMap } from '../../std/bounded-map.ts'
import type { DecisionKind } from '../../model/decision.ts'
import type { Session } from '../../model/session.ts'
import { type Binding, bindingCookie, freshBinding, readBinding } from './binding.ts'
import { type SignInFaultCode, type SignInFaultEntry, signInFaults } from './faults.ts'
import { createOidcClient, type OidcClient } from './oidc.ts'
import {
  parseReturnTo,
  placeOf,
  portalUrl,
  type ReturnTo,
  type ReturnToRules,
  returnToOrPortal,
} from './return-to.ts'
import type { SignInContext } from './sign-in.ts'

/** Attempts that have been verified and so must not be used again. */
const usedMax = 20_000

/** One gate's sign-in: what its pages are given, and the little that they remember. */
export interface Flow {
  readonly context: SignInContext
  readonly oidc: OidcClient
  /** Nonces of attempts that ended in a session. Grows with sign-ins, never with visits. */
  readonly used: BoundedMap<string, true>
  /** Nonces whose code is being redeemed at this moment. */
  readonly underWay: Set<string>
}

/** A flow over `context`. */
export function createFlow(context: SignInContext): Flow {
  return {
    context,
    oidc: createOidcClient(context.http, context.clock),
    used: new BoundedMap(usedMax),
    underWay: new Set(),
  }
}

/** The rules that a target is judged by, as they are now. */
export function returnToRules(flow: Flow): ReturnToRules {
  return { config: flow.context.config(), policy: flow.context.policy() }
}

/** The `rd` parameter, or the portal. */
export function targetOf(flow: Flow, parameters: URLSearchParams): ReturnTo {
  return returnToOrPortal(parameters.getAll('rd'), returnToRules(flow))
}

/** The `rd` parameter if it is good and there is one, for a link back. */
export function optionalTargetOf(flow: Flow, parameters: URLSearchParams): ReturnTo | null {
  return parseReturnTo(parameters.getAll('rd'), returnToRules(flow))
}

/** Address of the start of a sign-in for `target`; nothing is said where it is the portal. */
export function signInHref(
  flow: Flow,
  target: ReturnTo,
  extra: Readonly<Record<string, string>> = {},
): string {
  const parameters = new URLSearchParams(extra)
  if (target !== portalUrl(flow.context.config())) parameters.set('rd', target)
  const query = parameters.toString()
  return `/_gatehouse/sign-in${query === '' ? '' : `?${query}`}`
}

/** Providers that the rule for `target` accepts; empty: any. */
export function acceptedProviders(
  flow: Flow,
  target: ReturnTo,
  request: PageRequest,
): ReadonlySet<string> {
  const question = { ...placeOf(target), method: 'GET', clientAddress: request.clientAddress }
  const match = flow.context.policy().match(question)
  return match.kind === 'rule' ? match.compiled.providers : new Set()
}

/** Who is there. `unavailable` when the store does not answer. */
export async function sessionOf(
  flow: Flow,
  request: PageRequest,
): Promise<
  { readonly kind: 'none' | 'ended' | 'unavailable' } | { kind: 'found'; session: Session }
> {
  const lookup = await flow.context.sessions.find(request.headers.get('cookie'))
  return lookup.kind === 'found'
    ? { kind: 'found', session: lookup.cached.session }
    : { kind: lookup.kind }
}

/** The browser's binding, null if it brought none. */
export function bindingOf(flow: Flow, request: PageRequest): Binding | null {
  const { sealer } = flow.context
  return readBinding(request.headers.get('cookie'), {
    secure: flow.context.config().secure,
    sealer,
  })
}

/** The browser's binding or a new one. */
export function bindingOrFresh(flow: Flow, request: PageRequest): Binding {
  return bindingOf(flow, request) ?? freshBinding(flow.context.random)
}

/** Set-Cookie value for a binding. */
export function bindingCookieOf(flow: Flow, binding: Binding): string {
  const { sealer } = flow.context
  return bindingCookie(binding, { secure: flow.context.config().secure, sealer })
}

/** A redirect that is never kept, with cookies. 303: whatever the method was, the next is GET. */
export function redirect(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** What a refusal says beside its code. */
export interface RefusalFacts {
  readonly retry?: string
  readonly observed?: readonly string[]
  /** The provider's own words, tamed. */
  readonly quoted?: string
  readonly provider?: OidcProviderConfig
  /** For the log only. */
  readonly detail?: string
  readonly cookies?: readonly string[]
}

/** Answers with the page of a fault; counts it and writes it to the log. */
export function refuse(
  flow: Flow,
  request: PageRequest,
  fault: { readonly code: SignInFaultCode } & RefusalFacts,
): Response {
  const entry: SignInFaultEntry = signInFaults[fault.code]
  if (entry.outcome !== null) flow.context.meter.signIn('oidc', entry.outcome)
  flow.context.log.write('warn', 'sign-in-refused', {
    request_id: request.requestId,
    reason: fault.code,
    provider: fault.provider?.id ?? null,
    detail: fault.detail ?? null,
    client: request.clientAddress,
  })
  const detail = [fault.provider?.id, fault.detail].filter((part) => part !== undefined)
  flow.context.remember({
    requestId: request.requestId,
    decision: decisionOf(entry),
    reason: fault.code,
    detail: detail.join(': '),
    clientAddress: request.clientAddress,
  })
  return faultPage({
    code: fault.code,
    entry,
    requestId: request.requestId,
    retry: fault.retry ?? null,
    observed: fault.observed ?? [],
    quoted: fault.quoted ?? '',
    headers: (fault.cookies ?? []).map((cookie) => ['Set-Cookie', cookie] as const),
  })
}

/** The decision of the same weight, for those who ask by request id. */
function decisionOf({ status }: SignInFaultEntry): DecisionKind {
  if (status === 503) return 'unavailable'
  return status === 403 ? 'forbid' : 'refuse'
}
