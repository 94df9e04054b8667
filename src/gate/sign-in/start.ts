// The start of a sign-in: which ways there are, and the redirect to a provider.
import { accountsChoice } from './accounts/routes.ts'
import { toBase64Url } from '../../std/bytes.ts'
import type { OidcProviderConfig } from '../config.ts'
import type { Session } from '../../model/session.ts'
import type { PageRequest } from '../page.ts'
import { chooserPage, type Way } from '../pages/sign-in-pages.tsx'
import { type Binding, bindingDigest, judgeLoop, withoutPassages, withPassage } from './binding.ts'
import {
  acceptedProviders,
  bindingCookieOf,
  bindingOrFresh,
  type Flow,
  redirect,
  refuse,
  sessionOf,
  signInHref,
  targetOf,
} from './flow.ts'
import { observe } from './observe.ts'
import { placeOf, portalUrl, type ReturnTo } from './return-to.ts'
import { sealState } from './state.ts'

/** As many as RFC 7636 section 4.1 recommends; 43 characters in base64url. */
const verifierBytes = 32
/** Also the name by which a used attempt is remembered. */
const nonceBytes = 24

/** Path of the callback, as registered with every provider. */
export const callbackPath = '/_gatehouse/callback'
/** Path of the start with one provider. */
export const providerStartPath = '/_gatehouse/sign-in/oidc'

/** One way to sign in, beside what the chooser shows of it. */
interface Choice extends Way {
  readonly provider: OidcProviderConfig | null
}

/** GET /_gatehouse/sign-in?rd=&prompt=switch */
export async function handleSignIn(flow: Flow, request: PageRequest): Promise<Response> {
  const target = targetOf(flow, request.query)
  const switching = request.query.get('prompt') === 'switch'
  const accepted = acceptedProviders(flow, target, request)
  const presence = await sessionOf(flow, request)
  const session = presence.kind === 'found' ? presence.session : null
  const fits = session !== null && isAccepted(accepted, session.identity.provider)
  const binding = bindingFor(flow, request)
  // Somebody with a session of a provider that the service does not accept is on the way to another
  // one, and somebody who switches wants to be asked: neither is going in circles.
  if (!switching && (session === null || fits)) {
    const at = { now: flow.context.clock.now(), target, signedIn: fits }
    const loop = judgeLoop(binding, at)
    if (loop !== 'none') return diagnose(flow, request, { loop, target, presence: presence.kind })
    if (fits) return pass(flow, target, binding)
  }
  const choices = choicesFor(flow, target, accepted)
  const only = choices[0]
  if (only === undefined) return refuse(flow, request, { code: 'no-way-in' })
  if (choices.length > 1) return choose(flow, request, { choices, target, session })
  if (only.provider === null) return redirect(only.href)
  return startWith(flow, request, {
    provider: only.provider,
    target,
    binding,
    switchAccount: switching,
    replaces: session !== null,
    restarts: 0,
  })
}

/** GET /_gatehouse/sign-in/oidc?provider=&rd=&prompt=switch */
export async function handleProviderStart(flow: Flow, request: PageRequest): Promise<Response> {
  const target = targetOf(flow, request.query)
  const id = request.query.get('provider')
  const provider = flow.context.config().identity.oidc.find((candidate) => candidate.id === id)
  if (provider === undefined || !isAccepted(acceptedProviders(flow, target, request), provider.id))
    return refuse(flow, request, { code: 'unknown-provider', retry: signInHref(flow, target) })
  const presence = await sessionOf(flow, request)
  return startWith(flow, request, {
    provider,
    target,
    binding: bindingFor(flow, request),
    switchAccount: request.query.get('prompt') === 'switch',
    replaces: presence.kind === 'found',
    restarts: 0,
  })
}

/** What one attempt begins with. */
export interface Attempt {
  readonly provider: OidcProviderConfig
  readonly target: ReturnTo
  readonly binding: Binding
  /** Ask the provider for another account than the one signed in there. */
  readonly switchAccount: boolean
  /** A session that is there is to be replaced. */
  readonly replaces: boolean
  /** How many times we began this attempt again by ourselves. */
  readonly restarts: number
}

/** Sends the browser to the provider; everything that the way back needs goes with it. */
export async function startWith(
  flow: Flow,
  request: PageRequest,
  attempt: Attempt,
): Promise<Response> {
  const { sealer, random, clock } = flow.context
  const { provider, target, binding } = attempt
  const verifier = toBase64Url(random.bytes(verifierBytes))
  const nonce = toBase64Url(random.bytes(nonceBytes))
  const state = sealState(sealer, {
    target,
    verifier,
    nonce,
    provider: provider.id,
    binding: bindingDigest(binding),
    issuedAt: clock.now(),
    restarts: attempt.restarts,
    replaces: attempt.replaces,
  })
  const url = await flow.oidc.authorizationUrl(provider, {
    state,
    nonce,
    verifier,
    redirectUri: redirectUri(flow),
    switchAccount: attempt.switchAccount,
  })
  if (!url.ok)
    return refuse(flow, request, {
      code: url.error.code,
      provider,
      detail: url.error.detail,
      retry: signInHref(flow, target),
    })
  return redirect(url.value, [bindingCookieOf(flow, binding)])
}

/** The redirect URI that the provider knows us by. */
export function redirectUri(flow: Flow): string {
  return `${flow.context.config().origin}${callbackPath}`
}

/** Sends someone who is signed in on to the target, and remembers the passage to notice a loop. */
export function pass(flow: Flow, target: ReturnTo, binding: Binding): Response {
  if (target === portalUrl(flow.context.config())) return redirect(target)
  const now = flow.context.clock.now()
  const passed = withPassage(binding, { kind: 'passed', target, now })
  return redirect(target, [bindingCookieOf(flow, passed)])
}

/** True when a rule that accepts `accepted` accepts `provider`. */
export function isAccepted(accepted: ReadonlySet<string>, provider: string): boolean {
  return accepted.size === 0 || accepted.has(provider)
}

/** The browser's binding; its past is forgotten when the person asks to try again. */
function bindingFor(flow: Flow, request: PageRequest): Binding {
  const binding = bindingOrFresh(flow, request)
  return request.query.get('retry') === '1' ? withoutPassages(binding) : binding
}

/** The ways that the service accepts, in the order of the configuration, the accounts last. */
function choicesFor(
  flow: Flow,
  target: ReturnTo,
  accepted: ReadonlySet<string>,
): readonly Choice[] {
  const { oidc, accounts } = flow.context.config().identity
  const rd = target === portalUrl(flow.context.config()) ? {} : { rd: target }
  const href = (path: string, parameters: Readonly<Record<string, string>>): string => {
    const query = new URLSearchParams(parameters).toString()
    return query === '' ? path : `${path}?${query}`
  }
  return [
    ...oidc
      .filter((provider) => isAccepted(accepted, provider.id))
      .map((provider) => ({
        title: provider.title,
        href: href(providerStartPath, { provider: provider.id, ...rd }),
        provider,
      })),
    ...(accounts !== null && isAccepted(accepted, 'accounts')
      ? [{ title: accountsChoice.title, href: href(accountsChoice.href, rd), provider: null }]
      : []),
  ]
}

/** Sets no cookie: many come to this page and go on with a password, or leave. */
function choose(
  flow: Flow,
  request: PageRequest,
  about: {
    readonly choices: readonly Choice[]
    readonly target: ReturnTo
    readonly session: Session | null
  },
): Response {
  const isPortal = about.target === portalUrl(flow.context.config())
  const suffix = request.query.get('prompt') === 'switch' ? '&prompt=switch' : ''
  return chooserPage({
    ways: about.choices.map(({ title, href, provider }) => ({
      title,
      href: provider === null ? href : `${href}${suffix}`,
    })),
    service: isPortal ? null : placeOf(about.target).host,
    identity: about.session?.identity ?? null,
    requestId: request.requestId,
  })
}

/** Stops a loop. The way to try again forgets the past, so that it is worth trying. */
function diagnose(
  flow: Flow,
  request: PageRequest,
  about: {
    readonly loop: 'session-not-kept' | 'session-not-seen'
    readonly target: ReturnTo
    readonly presence: 'none' | 'ended' | 'unavailable' | 'found'
  },
): Response {
  return refuse(flow, request, {
    code: about.loop,
    observed: observe(flow, request, about),
    retry: signInHref(flow, about.target, { retry: '1' }),
  })
}
