// The way of a request: dialect → policy → session → decision → answer. No step reaches back, and for
// a person without a session nothing is written.
import type { Decision } from '../model/decision.ts'
import type { Clock } from '../world/clock.ts'
import {
  type AnswerParts,
  type HttpDate,
  type PreparedAnswer,
  SignInTemplate,
  dated,
  httpDate,
  prepareAnswer,
  renderAnswer,
  signInAddress,
} from './answer.ts'
import { clientKind } from './client-kind.ts'
import type { GateConfig } from './config.ts'
import { type Presence, decide, decideGatePage, needsPresence } from './decide.ts'
import type { AnswerShape, Dialect } from './dialect/dialect.ts'
import { isNavigation } from './dialect/read.ts'
import { type IdentityHeaderRules, renderIdentity } from './identity-headers.ts'
import type { Meter } from './meter.ts'
import type { Observer } from './observer.ts'
import type { CompiledRule, Policy, PolicyMatch } from './policy/policy.ts'
import type { ProbeMarks } from './probe-marks.ts'
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
  /** Tells probes of our own watch, for counting. */
  readonly marks: ProbeMarks
  readonly clock: Clock
  /** A fresh id for a request that was not let in. */
  nextRequestId(): string
}

const nobody: Presence = { kind: 'none' }

interface ReadyAnswer {
  readonly reason: string
  readonly answer: PreparedAnswer
}

/** The template for one reason and shape of a sign-in answer. */
interface ReadyTemplate {
  readonly reason: string
  readonly shape: AnswerShape
  readonly template: SignInTemplate
}

/** What was asked, as far as it is known: carried to the answer. */
interface Question {
  /** Null once the store has to be waited for: the transport reads the next request into it. */
  readonly raw: RawRequest | null
  readonly dialect: Dialect
  readonly isHead: boolean
  readonly request: AccessRequest
}

/** Made for one version of a session under one state; dropped with the session or on reload. */
class SessionAnswers {
  readonly state: EndpointState
  readonly identityLines: string
  /** One for each reason to let somebody in, of which there are few. */
  readonly ready: ReadyAnswer[] = []
  /**
   * The rule of the last admission, its reason and the answer to it. A decision is a function of rule
   * and identity alone, and a person stays at one service for many requests. Looking into the identity
   * again would cost more than all else: among many sessions it is never in the processor's cache.
   */
  lastRule: CompiledRule | null = null
  lastReason: AdmittedReason = 'member'
  lastAnswer: PreparedAnswer | null = null

  constructor(state: EndpointState, identityLines: string) {
    this.state = state
    this.identityLines = identityLines
  }
}

type AdmittedReason = 'member' | 'signed-in' | 'public'

/** What is counted for an admission that is repeated. */
const admissions = {
  member: { kind: 'allow', reason: 'member', rule: null, identity: null },
  'signed-in': { kind: 'allow', reason: 'signed-in', rule: null, identity: null },
  public: { kind: 'allow', reason: 'public', rule: null, identity: null },
} as const satisfies Readonly<Record<AdmittedReason, Decision>>

/** The forward-auth endpoint of every dialect. */
export class AuthEndpoint {
  readonly #tools: EndpointTools
  #state: EndpointState
  #identityRules: IdentityHeaderRules
  #nobodyLines: string
  #anonymousAnswers: ReadyAnswer[] = []
  #signInTemplates: ReadyTemplate[] = []
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
    this.#anonymousAnswers = []
    this.#signInTemplates = []
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
    const answer = this.#judge({ raw, dialect, isHead, request: read.value })
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
      return lookup.then((found) => this.#conclude({ ...question, raw: null }, match, found))
    return this.#conclude(question, match, lookup)
  }

  #conclude(question: Question, match: PolicyMatch, lookup: SessionLookup | null): Buffer {
    const cached = lookup?.kind === 'found' ? lookup.cached : null
    const again = cached === null ? null : this.#admittedAgain(question, match, cached)
    if (again !== null) return again
    const decision = decide(match, presenceOf(lookup, cached))
    const answer = this.#finish(question, decision, { host: hostOf(match), cached })
    if (cached !== null) this.#noteAdmission(match, decision, cached)
    return answer
  }

  /** The answer for a session that was let in under the same rule before; null where there is none. */
  #admittedAgain(question: Question, match: PolicyMatch, cached: CachedSession): Buffer | null {
    const { prepared } = cached
    if (match.kind !== 'rule' || !(prepared instanceof SessionAnswers)) return null
    const { lastAnswer, lastReason, lastRule, state } = prepared
    if (lastAnswer === null || lastRule !== match.compiled || state !== this.#state) return null
    const { dialect, request } = question
    const decision = admissions[lastReason]
    if (dialect.shape(decision, request.navigation).body !== 'empty') return null
    this.#tools.meter.decision(decision, dialect.name, match.compiled.service.host)
    return this.#withCookies(question, dated(lastAnswer, this.#date))
  }

  #noteAdmission(match: PolicyMatch, decision: Decision, cached: CachedSession): void {
    if (match.kind !== 'rule' || decision.kind !== 'allow' || decision.identity === null) return
    const { reason } = decision
    if (reason !== 'member' && reason !== 'signed-in' && reason !== 'public') return
    const answers = this.#answersOf(cached)
    answers.lastRule = match.compiled
    answers.lastReason = reason
    answers.lastAnswer = readyAnswer(answers.ready, reason)
  }

  #finish(
    question: Question,
    decision: Decision,
    about: { readonly host: string | null; readonly cached: CachedSession | null },
  ): Buffer {
    if (decision.kind === 'allow') {
      this.#tools.meter.decision(decision, question.dialect.name, about.host)
      return this.#withCookies(question, this.#allow(question, decision, about.cached))
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
    const answers = known === null ? this.#anonymousAnswers : this.#answersOf(known).ready
    const ready = shape.body === 'empty' ? readyAnswer(answers, decision.reason) : null
    if (ready !== null) return dated(ready, this.#date)
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
    if (shape.body === 'empty') answers.push({ reason: decision.reason, answer: fresh })
    return dated(fresh, this.#date)
  }

  /** Adds the cookies that the service may see. Most requests have none but ours, and cost nothing here. */
  #withCookies({ dialect, request }: Question, answer: Buffer): Buffer {
    const header = dialect.returnsCookies === undefined ? null : request.cookie
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
    const { dialect, isHead, raw, request } = question
    if (decision.kind === 'sign-in' && raw !== null)
      this.#tools.meter.stranger(clientKind(raw, this.#tools.marks))
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
    if (decision.kind === 'sign-in' && !isHead) {
      const signIn = signInAddress(this.#state.config, request)
      return this.#signInTemplate(decision, shape).fill({ date: this.#date, requestId, signIn })
    }
    return this.#render({ decision, shape, isHead, request, requestId })
  }

  /** One for each reason and shape: at most as many as dialects can tell apart. */
  #signInTemplate(decision: Decision, shape: AnswerShape): SignInTemplate {
    for (const ready of this.#signInTemplates)
      if (ready.reason === decision.reason && isSameShape(ready.shape, shape)) return ready.template
    const template = new SignInTemplate({
      config: this.#state.config,
      decision,
      shape,
      identityLines: this.#nobodyLines,
    })
    this.#signInTemplates.push({ reason: decision.reason, shape, template })
    return template
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

function readyAnswer(answers: readonly ReadyAnswer[], reason: string): PreparedAnswer | null {
  for (const ready of answers) if (ready.reason === reason) return ready.answer
  return null
}

function isSameShape(a: AnswerShape, b: AnswerShape): boolean {
  return a.status === b.status && a.body === b.body && a.signInHeader === b.signInHeader
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
