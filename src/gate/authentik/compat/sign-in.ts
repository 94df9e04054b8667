// Signing in at authentik and out again, for one provider: start, callback, sign_out.
// Nothing is stored before code, state, browser and token have all been verified.
import { BoundedMap } from '../../../std/bounded-map.ts'
import { toBase64Url } from '../../../std/bytes.ts'
import type { Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import type { Random } from '../../../world/random.ts'
import type { Sessions } from '../../session/sessions.ts'
import { sha256 } from '../../sign-in/digest.ts'
import type { SignInMeter } from '../../sign-in/sign-in.ts'
import {
  type Attempt,
  type Binding,
  attemptLifeMs,
  bindingCookie,
  bindingDigest,
  freshBinding,
  goesInCircles,
  openAttempt,
  readBinding,
  sealAttempt,
  withRestart,
} from './attempt.ts'
import type { Asked } from './asked.ts'
import type { OutpostClaims } from './claims.ts'
import type { Desk } from './desk.ts'
import { identityOf } from './estate.ts'
import type { HeaderField } from './identity.ts'
import { frontOf, parseRd, rdOf, startUrl, targetLengthMax } from './return-to.ts'
import type { TokenClient, TokenFault } from './tokens.ts'
import { type CompatAnswer, noticeAnswer, redirectAnswer } from './wire.ts'

/** Attempts that ended in a session and so must not be used again. */
const usedMax = 20_000
/** Codes that are redeemed at the same time; more people wait a moment. */
const redemptionsMax = 128
/** Attempts that we begin again by ourselves, in a row. */
const restartsInARow = 1
/** As RFC 7636 section 4.1 recommends. */
const verifierBytes = 32
const nonceBytes = 24
/** Longest `state` and `code` that are looked at. */
const parameterLengthMax = 16_384

/** What signing in needs. */
export interface SignInTools {
  readonly sessions: Sessions
  readonly tokens: TokenClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meter: SignInMeter
  nextRequestId(): string
}

/** What a step of a sign-in is about. */
export interface Step {
  readonly asked: Asked
  readonly desk: Desk
  /** Headers that the answer carries beside its own. */
  readonly headers: readonly HeaderField[]
}

type FaultCode =
  | 'bad-state'
  | 'no-binding'
  | 'expired'
  | 'used'
  | 'loop'
  | 'denied'
  | 'busy'
  | 'refused'
  | 'trouble'
  | 'bad-token'

interface FaultEntry {
  readonly status: number
  readonly title: string
  readonly text: string
  readonly outcome: Parameters<SignInMeter['signIn']>[1]
}

const faults: Readonly<Record<FaultCode, FaultEntry>> = {
  'bad-state': {
    status: 400,
    title: 'This sign-in is not ours',
    text: 'The address that authentik sent you back to does not belong to a sign-in of this outpost.',
    outcome: 'bad-state',
  },
  'no-binding': {
    status: 400,
    title: 'This browser did not begin the sign-in',
    text: 'The cookie of the sign-in is missing. Does the browser accept cookies of this site?',
    outcome: 'no-binding',
  },
  expired: {
    status: 400,
    title: 'The sign-in took too long',
    text: 'More than ten minutes have passed since it began.',
    outcome: 'expired',
  },
  used: {
    status: 400,
    title: 'This sign-in has been used',
    text: 'Each sign-in leads here once.',
    outcome: 'bad-state',
  },
  loop: {
    status: 400,
    title: 'Signing in goes in circles',
    text:
      'The sign-in was begun again several times within a minute and did not hold. Cookies may be ' +
      'blocked, or the address of the service is outside the cookie domain of its provider.',
    outcome: 'loop',
  },
  denied: {
    status: 403,
    title: 'You were not let in by authentik',
    text: 'authentik ended the sign-in without one. Whoever runs it can say why.',
    outcome: 'denied-by-provider',
  },
  busy: {
    status: 503,
    title: 'Many people are signing in',
    text: 'Please try again in a moment.',
    outcome: 'busy',
  },
  refused: {
    status: 400,
    title: 'The sign-in was refused by authentik',
    text: 'The code that authentik gave out is not accepted any more.',
    outcome: 'provider-error',
  },
  trouble: {
    status: 503,
    title: 'No answer from authentik',
    text: 'authentik could not be asked about the sign-in. Please try again in a moment.',
    outcome: 'provider-error',
  },
  'bad-token': {
    status: 400,
    title: 'The answer of authentik cannot be trusted',
    text: 'The token of the sign-in does not verify. The log of the outpost says why.',
    outcome: 'bad-token',
  },
}

/** Why a step ends here, and where trying again leads to. */
interface FaultMet {
  readonly code: FaultCode
  readonly target: string
  readonly detail?: string
}

/** Signs people in and out at authentik. */
export class OutpostSignIn {
  readonly #tools: SignInTools
  readonly #used = new BoundedMap<string, true>(usedMax)
  readonly #underWay = new Set<string>()

  constructor(tools: SignInTools) {
    this.#tools = tools
  }

  /** GET /outpost.goauthentik.io/start?rd= */
  start(step: Step): CompatAnswer {
    const { provider } = step.desk
    const target = parseRd(rdOf(step.asked.query), provider) ?? frontOf(provider)
    return this.begin(step, target)
  }

  /**
   * The redirect to authentik that ends at `target`. One cookie goes with it, unless the browser has it
   * already or is fetching something that no person looks at: many of those come at the same time, and
   * each would replace the cookie of the one that counts.
   */
  begin(step: Step, target: string): CompatAnswer {
    const { asked, desk } = step
    const known = readBinding(desk, asked.cookie)
    const binding = known ?? freshBinding(this.#tools.random)
    const sets = known === null && asked.mayNavigate
    return this.#authorize(step, { target, binding, restarts: 0, setCookie: sets })
  }

  #authorize(
    { desk, headers }: Step,
    attempt: {
      readonly target: string
      readonly binding: Binding
      readonly restarts: number
      readonly setCookie: boolean
    },
  ): CompatAnswer {
    const { random, clock } = this.#tools
    const { provider } = desk
    const verifier = toBase64Url(random.bytes(verifierBytes))
    const nonce = toBase64Url(random.bytes(nonceBytes))
    const { target, binding, restarts } = attempt
    const state = sealAttempt(desk, {
      target: target.length > targetLengthMax ? frontOf(provider) : target,
      verifier,
      nonce,
      binding: bindingDigest(binding),
      issuedAt: clock.now(),
      restarts,
    })
    const parameters = new URLSearchParams({
      client_id: provider.clientId,
      code_challenge: sha256(verifier),
      code_challenge_method: 'S256',
      nonce,
      redirect_uri: provider.external.callbackUrl,
      response_type: 'code',
      ...(provider.scopes.length === 0 ? {} : { scope: provider.scopes.join(' ') }),
      state,
    })
    const { authorization } = provider.endpoints
    const url = `${authorization}${authorization.includes('?') ? '&' : '?'}${parameters.toString()}`
    const cookies: readonly HeaderField[] = attempt.setCookie
      ? [['Set-Cookie', bindingCookie(desk, binding)]]
      : []
    return redirectAnswer(url, [...cookies, ...headers])
  }

  /** The way back from authentik. `query` holds `code` and `state`, or `error`. */
  async callback(step: Step, query: string): Promise<CompatAnswer> {
    const { asked, desk } = step
    const parameters = new URLSearchParams(query)
    const state = only(parameters, 'state')
    const attempt = state === null ? null : openAttempt(desk, state)
    if (attempt === null) {
      const denied = parameters.has('error') && parameters.get('error') !== 'invalid_request'
      return this.#fault(step, {
        code: denied ? 'denied' : 'bad-state',
        target: frontOf(desk.provider),
      })
    }
    // Another tab was faster, or the person went back in the history: they are in already.
    if (this.#used.peek(attempt.nonce) === true) {
      const lookup = await desk.sessions.find(asked.cookie)
      if (lookup.kind === 'found') return redirectAnswer(attempt.target, step.headers)
      return this.#fault(step, { code: 'used', target: attempt.target })
    }
    const fault = this.#attemptFault(step, attempt)
    if (fault !== null) return this.#again(step, attempt, fault)
    if (parameters.has('error'))
      return this.#fault(step, { code: 'denied', target: attempt.target })
    const code = only(parameters, 'code')
    if (code === null) return this.#again(step, attempt, 'refused')
    return this.#complete(step, attempt, code)
  }

  #attemptFault({ asked, desk }: Step, attempt: Attempt): 'no-binding' | 'expired' | 'used' | null {
    const binding = readBinding(desk, asked.cookie)
    if (binding === null || bindingDigest(binding) !== attempt.binding) return 'no-binding'
    if (this.#tools.clock.now() >= attempt.issuedAt + attemptLifeMs) return 'expired'
    return this.#underWay.has(attempt.nonce) ? 'used' : null
  }

  /**
   * Begins again once, where that may help, with a binding that this browser has from now on. It is then
   * the browser's own attempt: whoever sent somebody here with a code of theirs gains nothing.
   */
  #again(step: Step, attempt: Attempt, code: FaultCode): CompatAnswer {
    const { asked, desk } = step
    const now = this.#tools.clock.now()
    const binding = readBinding(desk, asked.cookie) ?? freshBinding(this.#tools.random)
    if (goesInCircles(binding, now))
      return this.#fault(step, { code: 'loop', target: attempt.target })
    if (attempt.restarts >= restartsInARow || code === 'used')
      return this.#fault(step, { code, target: attempt.target })
    this.#tools.log.write('info', 'sign-in-restarted', {
      reason: code,
      provider: desk.provider.name,
    })
    return this.#authorize(step, {
      target: attempt.target,
      binding: withRestart(binding, now),
      restarts: attempt.restarts + 1,
      setCookie: true,
    })
  }

  async #complete(step: Step, attempt: Attempt, code: string): Promise<CompatAnswer> {
    if (this.#underWay.size >= redemptionsMax)
      return this.#fault(step, { code: 'busy', target: attempt.target })
    const { verifier, nonce, target } = attempt
    this.#underWay.add(nonce)
    try {
      const claims = await this.#tools.tokens.redeem(step.desk.provider, { code, verifier, nonce })
      if (!claims.ok) return this.#failed(step, attempt, claims.error)
      const lifetimeMs = claims.value.expiresAt - this.#tools.clock.now()
      if (lifetimeMs <= 0)
        return this.#fault(step, {
          code: 'bad-token',
          target,
          detail: 'The token has expired already',
        })
      this.#used.set(nonce, true)
      return await this.#arrive(step, { claims: claims.value, lifetimeMs, target })
    } finally {
      this.#underWay.delete(nonce)
    }
  }

  #failed(step: Step, attempt: Attempt, fault: TokenFault): CompatAnswer {
    if (fault.kind === 'refused') return this.#again(step, attempt, 'refused')
    return this.#fault(step, { code: fault.kind, target: attempt.target, detail: fault.detail })
  }

  async #arrive(
    { asked, desk, headers }: Step,
    arrival: {
      readonly claims: OutpostClaims
      readonly lifetimeMs: number
      readonly target: string
    },
  ): Promise<CompatAnswer> {
    const { log, meter } = this.#tools
    const { claims, lifetimeMs, target } = arrival
    const identity = identityOf(claims, desk.provider.clientId)
    const facts = {
      identity,
      providerSid: claims.sid,
      providerSub: claims.sub,
      userAgent: asked.userAgent,
      address: asked.client,
      idToken: claims.rawToken,
      lifetimeMs,
    }
    const opened = await desk.sessions.open(facts, asked.cookie)
    meter.signIn('oidc', 'success')
    log.write('info', 'signed-in', {
      provider: desk.provider.name,
      user: identity.user,
      address: asked.client,
      sealed: opened.sealed,
      ended_others: opened.endedOthers,
    })
    const cookies = opened.setCookies.map((cookie): HeaderField => ['Set-Cookie', cookie])
    return redirectAnswer(target, [...cookies, ...headers])
  }

  /**
   * Ends the session and all others of the same person in this outpost, clears the cookie, and sends the
   * browser to authentik to end its session there. Without a session the person is sent to sign in.
   */
  async signOut({ asked, desk, headers }: Step): Promise<CompatAnswer> {
    const { sessions, log } = this.#tools
    const { provider } = desk
    const lookup = await desk.sessions.find(asked.cookie)
    if (lookup.kind !== 'found')
      return redirectAnswer(startUrl(provider, frontOf(provider)), headers)
    const { session } = lookup.cached
    // Read before the end: nothing is left of the session afterwards.
    const hint = sessions.idTokenOf(session)
    const { setCookies } = await desk.sessions.end(asked.cookie)
    await sessions.revoke({ providerSub: session.providerSub })
    log.write('info', 'signed-out', { provider: provider.name, user: session.identity.user })
    const { endSession } = provider.endpoints
    const query = hint === '' ? '' : `${endSession.includes('?') ? '&' : '?'}id_token_hint=${hint}`
    const cookies = setCookies.map((cookie): HeaderField => ['Set-Cookie', cookie])
    return redirectAnswer(`${endSession}${query}`, [...cookies, ...headers])
  }

  #fault(step: Step, { code, target, detail = '' }: FaultMet): CompatAnswer {
    const { log, meter } = this.#tools
    const { provider } = step.desk
    const entry = faults[code]
    const requestId = this.#tools.nextRequestId()
    meter.signIn('oidc', entry.outcome)
    log.write('warn', 'sign-in-refused', {
      request_id: requestId,
      reason: code,
      provider: provider.name,
      detail,
      address: step.asked.client,
    })
    const retry = startUrl(provider, target)
    return noticeAnswer({ ...entry, retry, requestId, headers: step.headers })
  }
}

/** The one value of a parameter; null when it is missing, empty, too long or there twice. */
function only(parameters: URLSearchParams, name: string): string | null {
  const values = parameters.getAll(name)
  const value = values[0] ?? ''
  return values.length === 1 && value !== '' && value.length <= parameterLengthMax ? value : null
}
