// Mode `proxy`: the same questions as forward auth, asked by our own reverse proxy.
import { canonicalMethod, canonicalTarget } from '../../canonical.ts'
import { parseHost } from '../../../model/host.ts'
import type { OutpostIdentity } from '../outpost.ts'
import type { ProxyPass } from '../proxy/guard.ts'
import { type AskedAddress, printable } from './asked.ts'
import { bindingName } from './attempt.ts'
import { estateVerdict } from './estate.ts'
import { type ForwardTools, isAllowlisted } from './forward.ts'
import { nobodyHeaders } from './identity.ts'
import { frontOf, startUrl, targetLengthMax } from './return-to.ts'
import type { Step } from './sign-in.ts'
import { type Person, visitorOf } from './visitor.ts'
import { type CompatAnswer, noticeAnswer, redirectAnswer } from './wire.ts'

/** What becomes of a request, before it is written. */
export type ProxyDecision = ProxyPass | { readonly kind: 'answer'; readonly answer: CompatAnswer }

/** Decides about requests for services behind our own proxy. */
export class ProxyDoor {
  readonly #tools: Omit<ForwardTools, 'events'>

  constructor(tools: Omit<ForwardTools, 'events'>) {
    this.#tools = tools
  }

  /** Pass on, with the headers of somebody or of nobody, or answer. */
  async decide(step: Step, outpost: OutpostIdentity): Promise<ProxyDecision> {
    const { asked, desk } = step
    const address = addressOf(step)
    if (address === null)
      return this.#notice({
        status: 400,
        title: 'The request cannot be read',
        text: '',
        retry: null,
      })
    const visitor = await visitorOf(this.#tools, { asked, desk, outpost })
    const claims = visitor.kind === 'person' ? visitor.claims : null
    const estate = estateVerdict(this.#tools.state().policy, { asked, address, claims })
    if (visitor.kind === 'person') {
      if (estate.kind !== 'deny') return pass(step, visitor)
      return this.#notice({
        status: 403,
        title: 'You are signed in, but not allowed in here',
        text: `You are signed in as "${visitor.claims.username}".`,
        retry: null,
      })
    }
    const isOpen = estate.kind === 'none' || estate.kind === 'open'
    if (isOpen && isAllowlisted(desk.provider, address)) return pass(step, null)
    if (visitor.kind === 'unavailable')
      return this.#notice({
        status: 503,
        title: 'The session store does not answer',
        text: 'Wait a moment.',
        retry: null,
      })
    return { kind: 'answer', answer: this.#signIn(step, address) }
  }

  #signIn(step: Step, address: AskedAddress): CompatAnswer {
    const { asked, desk } = step
    const { provider } = desk
    if (asked.authorization !== null && provider.interceptHeaderAuth)
      return noticeAnswer({
        status: 401,
        title: 'Unauthenticated',
        text:
          'The credential in the request is not accepted. If it is meant for the service itself, switch ' +
          'off "Receive header authentication" in the provider.',
        retry: null,
        requestId: this.#tools.nextRequestId(),
        headers: [['WWW-Authenticate', 'Basic realm="authentik"']],
      })
    const target = `${frontOf(provider).replace(/\/+$/, '')}${withoutBase(address.target, provider.external.path)}`
    return redirectAnswer(
      startUrl(provider, target.length > targetLengthMax ? frontOf(provider) : target),
    )
  }

  #notice(notice: {
    readonly status: number
    readonly title: string
    readonly text: string
    readonly retry: string | null
  }): ProxyDecision {
    const requestId = this.#tools.nextRequestId()
    return { kind: 'answer', answer: noticeAnswer({ ...notice, requestId }) }
  }
}

/** A path that already begins with the one of `external_host` gets it once, not twice. */
function withoutBase(target: string, externalPath: string): string {
  const base = externalPath.replace(/\/+$/, '')
  return base !== '' && target.startsWith(`${base}/`) ? target.slice(base.length) : target
}

/** Where a request to our own proxy goes: the scheme is that of the provider's address. */
function addressOf({ asked, desk }: Step): AskedAddress | null {
  const host = parseHost(asked.host)
  if (!host.ok || !asked.target.startsWith('/')) return null
  const canonical = canonicalTarget(asked.target)
  return {
    scheme: desk.provider.external.scheme,
    host: host.value.host,
    port: host.value.port,
    target: printable(asked.target),
    path: canonical.ok ? canonical.value.path : null,
    query: asked.query,
    method: canonicalMethod(asked.method),
  }
}

function pass({ desk }: Step, person: Person | null): ProxyPass {
  const proxy = person?.claims.proxy ?? null
  return {
    kind: 'pass',
    headers: person?.headers ?? nobodyHeaders,
    consumesAuthorization: person?.byHeader === true,
    ownCookies: [desk.provider.cookieName, bindingName(desk.provider)],
    setCookies: [],
    backendOverride: proxy?.backendOverride ?? null,
    hostHeader: proxy?.hostHeader ?? null,
    isSuperuser: proxy?.isSuperuser === true,
  }
}
