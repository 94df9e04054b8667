// The forward-auth endpoints: session or credential, list of open addresses, sign-in. The
// estate's rules have to agree wherever they name the host.
import { parseHost } from '../../../model/host.ts'
import { type Decision, reasons } from '../../../model/decision.ts'
import type { Rule } from '../../../model/service.ts'
import type { EndpointState } from '../../auth-endpoint.ts'
import type { Meter } from '../../meter.ts'
import type { Observer } from '../../observer.ts'
import type { AccessRequest } from '../../request.ts'
import { outpostPrefix } from '../door.ts'
import type { OutpostIdentity, OutpostProvider } from '../outpost.ts'
import { type Asked, type AskedAddress, type AskedDialect, askedAddress } from './asked.ts'
import { hrefOf, markOf, originOf } from './asked.ts'
import type { Desks } from './desk.ts'
import { type EstateVerdict, estateVerdict } from './estate.ts'
import type { EventReporter } from './events.ts'
import { type HeaderField, nobodyHeaders } from './identity.ts'
import type { OutpostSignIn, Step } from './sign-in.ts'
import { type Person, type Visitor, type VisitorTools, visitorOf } from './visitor.ts'
import { type CompatAnswer, noticeAnswer, textAnswer } from './wire.ts'

/** What forward auth needs. */
export interface ForwardTools extends VisitorTools {
  readonly desks: Desks
  readonly signIn: OutpostSignIn
  readonly events: EventReporter
  readonly observer: Observer
  readonly meter: Meter
  state(): EndpointState
  /** True: what no person looks at is answered 401, not with a redirect (off is upstream's answer). */
  refusesFetches(): boolean
  nextRequestId(): string
}

/** One question of a proxy. */
export interface ForwardQuestion extends Step {
  readonly dialect: AskedDialect
  readonly outpost: OutpostIdentity
  /** The provider answers because it is the only one: the host that was looked up says nothing. */
  readonly isOnlyProvider: boolean
  /** `Host` is the address of another application than the one that was forwarded. */
  readonly hostIsOfAnother: boolean
}

/** A question whose address is known, and who asks. */
interface Case {
  readonly question: ForwardQuestion
  readonly address: AskedAddress
  readonly visitor: Visitor
  readonly estate: EstateVerdict
}

/** Stands for authentik's answer where a decision names a rule. */
export const authentikRule: Rule = Object.freeze({
  id: 'authentik',
  path: '/**',
  methods: [],
  networks: [],
  auth: 'required',
  groups: [],
  users: [],
  emailDomains: [],
  providers: [],
})

/** Answers proxies. */
export class ForwardAuth {
  readonly #tools: ForwardTools

  constructor(tools: ForwardTools) {
    this.#tools = tools
  }

  /** The answer to one question. Nobody without a session leaves anything behind. */
  async answer(question: ForwardQuestion): Promise<CompatAnswer> {
    const { asked, dialect, desk, outpost } = question
    const read = askedAddress(asked, dialect, desk.provider)
    if (!read.ok) return this.#misconfigured(question, read.error)
    const address = read.value
    // The way back can end at any address of a domain, without a route to the outpost there.
    const mark = dialect === 'nginx' ? null : markOf(address.query)
    if (mark === 'callback') return this.#tools.signIn.callback(question, address.query)
    if (mark === 'signOut') return this.#tools.signIn.signOut(question)
    if (this.#namesTwoHosts(question, address))
      return this.#refuse(question, 'two hosts in one request')
    const visitor = await visitorOf(this.#tools, { asked, desk, outpost })
    const claims = visitor.kind === 'person' ? visitor.claims : null
    const { policy } = this.#tools.state()
    const estate = estateVerdict(policy, { asked, address, claims })
    return this.#decide({ question, address, visitor, estate })
  }

  /**
   * Only one host was asked for, but a request can name two. nginx picks a server by `Host` and passes
   * what the client forwarded; Caddy as documented believes clients of private networks, and passes `Host`.
   */
  #namesTwoHosts(question: ForwardQuestion, address: AskedAddress): boolean {
    const { asked, dialect, desk } = question
    if (dialect === 'nginx') return !question.isOnlyProvider && !isSameHost(asked.host, address)
    const { ownHost } = asked.forwarded
    if (dialect !== 'caddy' || ownHost === null || isSameHost(ownHost, address)) return false
    if (question.hostIsOfAnother) return true
    // A proxy that reaches us by a name of our own may say that; a service's name is a client's.
    const { policy } = this.#tools.state()
    const own = parseHost(ownHost)
    if (!own.ok || own.value.host === desk.provider.external.hostname) return false
    if (policy.services.length === 0) return false
    const where = { host: own.value.host, path: '/', method: '', clientAddress: asked.client }
    return policy.match(where).kind !== 'unknown-host'
  }

  #decide(at: Case): CompatAnswer {
    const { question, address, visitor, estate } = at
    const { provider } = question.desk
    if (visitor.kind === 'person') return this.#decidePerson(at, visitor)
    const isOpen = estate.kind === 'none' || estate.kind === 'open'
    if (isOpen && isAllowlisted(provider, address)) {
      this.#count({ kind: 'allow', reason: 'open', rule: null, identity: null }, at)
      return allowed(question.asked, nobodyHeaders)
    }
    // auth_request at server level asks about the outpost's own addresses as well.
    if (question.dialect === 'nginx' && isOwnPath(address.path))
      return allowed(question.asked, nobodyHeaders)
    if (visitor.kind === 'unavailable') return this.#unavailable(at)
    if (estate.kind === 'deny') return this.#deny(at, '')
    return this.#signIn(at)
  }

  #decidePerson(at: Case, person: Person): CompatAnswer {
    // Who may not enter a service may still sign out on its host.
    if (at.estate.kind === 'deny' && !isOwnPath(at.address.path))
      return this.#deny(at, person.claims.username)
    this.#count({ kind: 'allow', reason: 'signed-in', rule: null, identity: null }, at)
    return allowed(at.question.asked, person.headers)
  }

  #signIn(at: Case): CompatAnswer {
    const { question, address, visitor } = at
    const reason = visitor.kind === 'ended' ? 'session-ended' : 'no-session'
    this.#denied({ kind: 'sign-in', reason, rule: authentikRule }, at)
    const isFetch = !question.asked.mayNavigate && this.#tools.refusesFetches()
    if (question.dialect === 'nginx' || isFetch)
      return textAnswer(401, 'unauthorized request', nobodyHeaders)
    return this.#tools.signIn.begin(question, hrefOf(address))
  }

  #unavailable(at: Case): CompatAnswer {
    this.#denied({ kind: 'unavailable', reason: 'session-store', rule: authentikRule }, at)
    // nginx makes its own 500 of everything but 401 and 403.
    if (at.question.dialect === 'nginx')
      return textAnswer(403, 'session store does not answer', nobodyHeaders)
    return noticeAnswer({
      status: 503,
      title: reasons['session-store'].title,
      text: reasons['session-store'].fix,
      retry: hrefOf(at.address),
      requestId: this.#tools.nextRequestId(),
      headers: [['Retry-After', '5'], ...nobodyHeaders],
    })
  }

  /** What the estate does not allow: 403 for every proxy. */
  #deny(at: Case, user: string): CompatAnswer {
    const { decision } = at.estate
    const requestId = decision === null ? this.#tools.nextRequestId() : this.#denied(decision, at)
    const reason = decision?.reason ?? 'no-rule'
    const { title, fix } = reasons[reason]
    const said: HeaderField = ['X-Gatehouse-Decision', `${decision?.kind ?? 'refuse'}; ${reason}`]
    if (at.question.dialect === 'nginx') return textAnswer(403, title, [said, ...nobodyHeaders])
    const who = user === '' ? '' : ` You are signed in as "${user}".`
    return noticeAnswer({
      status: 403,
      title,
      text: `${fix}.${who} Asked for: ${originOf(at.address)}`,
      retry: null,
      requestId,
      headers: [said, ...nobodyHeaders],
    })
  }

  #refuse(question: ForwardQuestion, detail: string): CompatAnswer {
    const requestId = this.#tools.nextRequestId()
    const { dialect, asked } = question
    this.#tools.observer.denied({
      decision: { kind: 'refuse', reason: 'ambiguous-host', rule: null },
      dialect,
      requestId,
      request: null,
      refusal: { reason: 'ambiguous-host', detail },
      host: null,
    })
    return textAnswer(403, asked.peerTrusted ? detail : 'not a trusted proxy', nobodyHeaders)
  }

  /** Upstream's answer, and an event that tells the administrator, without what the client sent. */
  #misconfigured(question: ForwardQuestion, fault: 'configuration' | 'host'): CompatAnswer {
    const { asked, dialect, desk, outpost } = question
    if (fault === 'host') return textAnswer(400, 'invalid envoy request', nobodyHeaders)
    if (!asked.peerTrusted) this.#tools.meter.untrustedPeers++
    this.#tools.events.report({
      dialect,
      provider: desk.provider,
      outpost,
      client: asked.client,
      peerTrusted: asked.peerTrusted,
      path: asked.path,
    })
    return textAnswer(500, 'configuration error', nobodyHeaders)
  }

  #count(decision: Decision, { question, estate }: Case): void {
    this.#tools.meter.decision(decision, question.dialect, estate.host)
  }

  #denied(decision: Decision, at: Case): string {
    const requestId = this.#tools.nextRequestId()
    this.#tools.observer.denied({
      decision,
      dialect: at.question.dialect,
      requestId,
      request: accessRequest(at),
      refusal: null,
      host: at.estate.host,
    })
    return requestId
  }
}

function allowed(asked: Asked, headers: readonly HeaderField[]): CompatAnswer {
  return { status: 200, headers, echoed: [['User-Agent', asked.userAgent]] }
}

function isSameHost(host: string, address: AskedAddress): boolean {
  const looked = parseHost(host)
  return looked.ok && looked.value.host === address.host
}

/**
 * The path, or in a domain the address without its query, which anyone can write anything into. A
 * path that can be read in two ways is on no list.
 */
export function isAllowlisted(provider: OutpostProvider, address: AskedAddress): boolean {
  if (address.path === null || provider.allowlist.patterns.length === 0) return false
  if (provider.mode !== 'forward_domain') return provider.allowlist.matches(address.path)
  const question = address.target.indexOf('?')
  const path = question === -1 ? address.target : address.target.slice(0, question)
  return provider.allowlist.matches(originOf(address) + path)
}

function isOwnPath(path: string | null): boolean {
  return path === outpostPrefix || path?.startsWith(`${outpostPrefix}/`) === true
}

/** The question in the words of the log. */
function accessRequest({ address, question }: Case): AccessRequest {
  return {
    scheme: address.scheme,
    host: address.host,
    port: address.port,
    path: address.path ?? '',
    target: address.target,
    method: address.method ?? '',
    clientAddress: question.asked.client,
    cookie: null,
    navigation: question.asked.mayNavigate,
  }
}
