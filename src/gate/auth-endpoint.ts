// The way of a request: dialect → policy → session → decision → answer. No step reaches back, and for
// a person without a session nothing is written.
import type { Decision } from '../model/decision.ts'
import type { Clock } from '../world/clock.ts'
import {
  type AnswerParts,
  type HttpDate,
  type PreparedAnswer,
  dated,
  httpDate,
  prepareAnswer,
  renderAnswer,
} from './answer.ts'
import type { GateConfig } from './config.ts'
import { type Presence, decide, decideGatePage, needsPresence } from './decide.ts'
import type { Dialect } from './dialect/dialect.ts'
import { isNavigation } from './dialect/read.ts'
import { type IdentityHeaderRules, renderIdentity } from './identity-headers.ts'
import type { Meter } from './meter.ts'
import type { Observer } from './observer.ts'
import type { Policy, PolicyMatch } from './policy/policy.ts'
import type { AccessRequest, RawRequest, Refusal } from './request.ts'
import { cookiesForService } from './session/cookies-for-service.ts'
import type { CachedSession, SessionLookup, Sessions } from './session/sessions.ts'
import type { Trust } from './trust.ts'

/** What one configuration makes of the endpoint. Replaced whole on reload. */
export interface EndpointState {
  readonly config: GateConfig
  readonly policy: Policy
  readonly trust: Trust
}

/** What the endpoint works with for as long as the process lives. */
export interface EndpointTools {
  readonly sessions: Sessions
  readonly meter: Meter
  readonly observer: Observer
  readonly clock: Clock
  /** A fresh id for a request that was not let in. */
  nextRequestId(): string
}

const nobody: Presence = { kind: 'none' }

/** What was asked, as far as it is known: carried to the answer. */
interface Question {
  readonly dialect: Dialect
  readonly isHead: boolean
  readonly request: AccessRequest
}

/** Answers made for one version of a session, by reason; dropped with the session or on reload. */
class SessionAnswers {
  readonly state: EndpointState
  readonly identityLines: string
  readonly byReason = new Map<string, PreparedAnswer>()

  constructor(state: EndpointState, identityLines: string) {
    this.state = state
    this.identityLines = identityLines
  }
}

/** The forward-auth endpoint of every dialect. */
export class AuthEndpoint {
  readonly #tools: EndpointTools
  #state: EndpointState
  #identityRules: IdentityHeaderRules
  #nobodyLines: string
  #anonymousAnswers = new Map<string, PreparedAnswer>()
  #date: HttpDate

  constructor(tools: EndpointTools, state: EndpointState) {
    this.#tools = tools
    this.#state = state
    this.#identityRules = identityRules(state)
    this.#nobodyLines = renderIdentity(null, this.#identityRules).lines
    this.#date = httpDate(tools.clock.now())
    tools.clock.every(250, () => {
      this.#date = httpDate(tools.clock.now())
    })
  }

  /** Identity header lines for nobody, each ended by CRLF. */
  get nobodyLines(): string {
    return this.#nobodyLines
  }

  /** Takes a new configuration between two requests. Answers made under the old one are dropped. */
  reload(state: EndpointState): void {
    this.#identityRules = identityRules(state)
    this.#nobodyLines = renderIdentity(null, this.#identityRules).lines
    this.#anonymousAnswers = new Map()
    this.#state = state
    this.#tools.meter.keepHosts(new Set(state.policy.services.map((service) => service.host)))
  }

  /** The bytes of the answer; a promise only where the session store has to be waited for. */
  answer(raw: RawRequest, dialect: Dialect): Buffer | Promise<Buffer> {
    const isHead = raw.method === 'HEAD'
    if (!raw.peerTrusted) {
      this.#tools.meter.untrustedPeers++
      return this.#refuse(raw, { reason: 'untrusted-peer', detail: 'peer' }, dialect)
    }
    const startedAt = this.#tools.meter.isTimed() ? this.#tools.clock.monotonic() : 0
    const read = dialect.read(raw, this.#state.trust)
    if (!read.ok) return this.#refuse(raw, read.error, dialect)
    const answer = this.#judge({ dialect, isHead, request: read.value })
    if (startedAt > 0) this.#tools.meter.time(this.#tools.clock.monotonic() - startedAt)
    return answer
  }

  #judge(question: Question): Buffer | Promise<Buffer> {
    const { request } = question
    const own = request.host === this.#state.config.host ? decideGatePage(request.path) : null
    if (own !== null) return this.#finish(question, own, { host: null, cached: null })
    const match = this.#state.policy.match(request)
    if (!needsPresence(match)) return this.#conclude(question, match, null)
    const lookup = this.#tools.sessions.find(request.cookie)
    if (lookup instanceof Promise)
      return lookup.then((found) => this.#conclude(question, match, found))
    return this.#conclude(question, match, lookup)
  }

  #conclude(question: Question, match: PolicyMatch, lookup: SessionLookup | null): Buffer {
    const cached = lookup?.kind === 'found' ? lookup.cached : null
    const decision = decide(match, presenceOf(lookup, cached))
    return this.#finish(question, decision, { host: hostOf(match), cached })
  }

  #finish(
    question: Question,
    decision: Decision,
    about: { readonly host: string | null; readonly cached: CachedSession | null },
  ): Buffer {
    if (decision.kind === 'allow') {
      this.#tools.meter.decision(decision, question.dialect.name, about.host)
      const answer = this.#allow(question, decision, about.cached)
      if (question.dialect.returnsCookies === undefined) return answer
      return this.#withCookies(answer, question.request.cookie)
    }
    return this.#deny(question, decision, about)
  }

  #allow(
    question: Question,
    decision: Decision & { kind: 'allow' },
    cached: CachedSession | null,
  ): Buffer {
    const shape = question.dialect.shape(decision, question.request.navigation)
    const known = decision.identity === null ? null : cached
    const answers = known === null ? this.#anonymousAnswers : this.#answersOf(known).byReason
    const prepared = shape.body === 'empty' ? answers.get(decision.reason) : undefined
    if (prepared !== undefined) return dated(prepared, this.#date)
    const fresh = prepareAnswer(
      renderAnswer({
        config: this.#state.config,
        decision,
        request: question.request,
        shape,
        identityLines: known === null ? this.#nobodyLines : this.#answersOf(known).identityLines,
        requestId: '',
        isHead: question.isHead,
      }),
    )
    if (shape.body === 'empty') answers.set(decision.reason, fresh)
    return dated(fresh, this.#date)
  }

  /** Adds the cookies that the service may see. Most requests have none but ours, and cost nothing here. */
  #withCookies(answer: Buffer, header: string | null): Buffer {
    const rest = header === null ? '' : cookiesForService(header, this.#state.config.secure)
    if (rest === '') return answer
    // An answer that lets in has no body: it ends with the empty line after its headers.
    const head = answer.subarray(0, answer.length - 2)
    return Buffer.concat([head, Buffer.from(`Cookie: ${rest}\r\n\r\n`, 'latin1')])
  }

  #answersOf(cached: CachedSession): SessionAnswers {
    const { prepared } = cached
    if (prepared instanceof SessionAnswers && prepared.state === this.#state) return prepared
    const identity = renderIdentity(cached.session.identity, this.#identityRules)
    if (identity.groupsDropped) this.#tools.meter.groupsDropped++
    const answers = new SessionAnswers(this.#state, identity.lines)
    cached.prepared = answers
    return answers
  }

  #deny(
    question: Question,
    decision: Decision,
    about: { readonly host: string | null; readonly cached: CachedSession | null },
  ): Buffer {
    const { dialect, isHead, request } = question
    const requestId = this.#tools.nextRequestId()
    this.#tools.observer.denied({
      decision,
      dialect: dialect.name,
      requestId,
      request,
      refusal: null,
      host: about.host,
    })
    const shape = dialect.shape(decision, request.navigation)
    return this.#render({ decision, shape, isHead, request, requestId })
  }

  /** What could not be read is refused; who asked for a page still gets one. */
  #refuse(raw: RawRequest, refusal: Refusal, dialect: Dialect): Buffer {
    const decision: Decision = { kind: 'refuse', reason: refusal.reason, rule: null }
    const requestId = this.#tools.nextRequestId()
    this.#tools.observer.denied({
      decision,
      dialect: dialect.name,
      requestId,
      request: null,
      refusal,
      host: null,
    })
    const shape = dialect.shape(decision, isNavigation(raw, 'GET'))
    return this.#render({
      decision,
      shape,
      isHead: raw.method === 'HEAD',
      request: null,
      requestId,
    })
  }

  #render(parts: Omit<AnswerParts, 'config' | 'identityLines'>): Buffer {
    const text = renderAnswer({
      ...parts,
      config: this.#state.config,
      identityLines: this.#nobodyLines,
    })
    return dated(prepareAnswer(text), this.#date)
  }
}

function identityRules(state: EndpointState): IdentityHeaderRules {
  return {
    names: state.config.identityHeaders,
    namedGroups: state.policy.namedGroups,
    groupsBytesMax: state.config.groupsBytesMax,
  }
}

function presenceOf(lookup: SessionLookup | null, cached: CachedSession | null): Presence {
  if (cached !== null) return { kind: 'found', identity: cached.session.identity }
  return lookup === null || lookup.kind === 'found' ? nobody : lookup
}

function hostOf(match: PolicyMatch): string | null {
  if (match.kind === 'unknown-host') return null
  return match.kind === 'rule' ? match.compiled.service.host : match.service.host
}
