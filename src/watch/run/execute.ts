// Does what a planned probe says and gives what came of it, as one observation.
import type { Result } from '../../std/result.ts'
import type { AnswerClass, Observation } from '../door.ts'
import type { ProgramConfig } from '../config.ts'
import { type KnockContext, knock, knockAsProgram, knockSignedIn } from '../contract/knock.ts'
import type { PlannedProbe, ProbeAct } from '../plan/plan.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest } from '../probe/prober.ts'
import { urlTarget } from '../probe/url-target.ts'
import type { Robot } from '../robot/robot.ts'

/** What executing needs. */
export interface ExecuteContext {
  readonly knocking: KnockContext
  /** Null: nobody signs in. */
  readonly robot: Robot | null
  /** Absent: no program has a token. */
  readonly program?: ProgramConfig | undefined
}

/** Runs one canary. Null: it could not be tried, which says nothing (the robot has no session). */
export async function execute(
  context: ExecuteContext,
  { act, id }: PlannedProbe,
): Promise<Observation | null> {
  switch (act.kind) {
    case 'knock':
      return knock(context.knocking, { door: act.door, way: act.way, probe: id })
    case 'robot':
      return asRobot(context, { act, id })
    case 'sign-in':
      return signIn(context, { act, id })
    case 'program':
      return asProgram(context, { act, id })
    default: {
      const seen = await look(context.knocking, act)
      // An address without IPv6 says nothing about the IPv6 of the watch.
      const isUntried = act.kind === 'control' && act.family !== undefined && seen.class === 'DNS'
      return isUntried ? null : plain(context.knocking, id, seen)
    }
  }
}

async function asRobot(
  { knocking, robot }: ExecuteContext,
  { act, id }: { readonly act: ProbeAct & { kind: 'robot' }; readonly id: string },
): Promise<Observation | null> {
  if (robot === null) return null
  const session = await robot.session()
  if (session === null) return null
  const asked = { door: act.door, way: act.way, probe: id }
  const seen = await knockSignedIn(knocking, asked, session.cookiesFor(act.door.host))
  if (seen.class !== 'REDIRECT_IDP' && seen.class !== 'SIGN_IN_401') return seen
  // Sessions end: only one that ended before its time speaks against the gate.
  const renewed = await robot.renew(session)
  if (renewed === null || renewed.isEarly) return seen
  return knockSignedIn(knocking, asked, renewed.session.cookiesFor(act.door.host))
}

async function asProgram(
  { knocking, program }: ExecuteContext,
  { act, id }: { readonly act: ProbeAct & { kind: 'program' }; readonly id: string },
): Promise<Observation | null> {
  if (program === undefined) return null
  return knockAsProgram(knocking, { door: act.door, way: act.way, probe: id }, program)
}

async function signIn(
  { knocking, robot }: ExecuteContext,
  { act, id }: { readonly act: ProbeAct & { kind: 'sign-in' }; readonly id: string },
): Promise<Observation | null> {
  if (robot === null) return null
  const { class: answerClass, detail, ms, ok, status } = await robot.signInFully()
  return {
    probe: id,
    door: act.door,
    vantage: act.way.vantage,
    replica: null,
    at: knocking.clock.now(),
    ms,
    class: answerClass,
    status,
    ok,
    detail,
  }
}

/** What a probe that knocks at no door saw. */
interface Look {
  readonly ok: boolean
  readonly class: AnswerClass
  readonly status: number | null
  readonly ms: number
  readonly detail: string
}

function plain({ clock }: KnockContext, id: string, seen: Look): Observation {
  return { probe: id, door: null, vantage: null, replica: null, at: clock.now(), ...seen }
}

type PlainAct = Exclude<ProbeAct, { readonly kind: 'knock' | 'robot' | 'sign-in' | 'program' }>

async function look(context: KnockContext, act: PlainAct): Promise<Look> {
  switch (act.kind) {
    case 'control':
      return firstGood(act.urls, async (url) =>
        judged(await ask(context, url, act.family), () => null),
      )
    case 'dns':
      return firstGood(act.resolvers.length === 0 ? [null] : act.resolvers, (resolver) =>
        lookUp(context, act, resolver),
      )
    case 'page':
      return lookAt(context, act.url, (answer) => pageFault(answer, act.marker))
    default:
      return lookAtKeys(context, act)
  }
}

/** Tries one after the other and stops at the first that is well; the last one speaks for all that fail. */
async function firstGood<T>(
  targets: readonly T[],
  tried: (target: T) => Promise<Look>,
): Promise<Look> {
  let last: Look = { ok: false, class: 'OTHER', status: null, ms: 0, detail: 'Nothing to try' }
  for (const target of targets) {
    // oxlint-disable-next-line no-await-in-loop -- the next one is only asked when this one fails
    last = await tried(target)
    if (last.ok) return last
  }
  return last
}

async function lookUp(
  { config, prober }: KnockContext,
  { family, name }: PlainAct & { readonly kind: 'dns' },
  resolver: string | null,
): Promise<Look> {
  const asked = { name, resolver, timeoutMs: config.timeoutMs }
  const first = await prober.resolve({ ...asked, family: family ?? 'ipv4' })
  // A name with IPv6 alone is a name all the same.
  const found =
    first.ok || family !== undefined ? first : await prober.resolve({ ...asked, family: 'ipv6' })
  const at = resolver === null ? '' : ` at ${resolver}`
  if (!found.ok)
    return {
      ok: false,
      class: first.ok ? 'DNS' : first.error.class,
      status: null,
      ms: found.error.ms,
      detail: `${name}${at}: ${found.error.detail}`.slice(0, detailLengthMax),
    }
  const ok = found.value.length > 0
  const detail = ok ? `${name}${at}: ${found.value.length} addresses` : `${name}${at}: no address`
  return { ok, class: ok ? 'CONTENT' : 'DNS', status: null, ms: 0, detail }
}

const detailLengthMax = 300

/** Asks one address; `fault` judges an answer, null for a good one. */
async function lookAt(
  context: KnockContext,
  url: string,
  fault: (answer: ProbeAnswer) => string | null,
): Promise<Look> {
  return judged(await ask(context, url), fault)
}

function judged(
  outcome: Result<ProbeAnswer, ProbeFault>,
  fault: (answer: ProbeAnswer) => string | null,
): Look {
  if (!outcome.ok) {
    const { class: answerClass, detail, ms } = outcome.error
    return { ok: false, class: answerClass, status: null, ms, detail }
  }
  const { ms, status } = outcome.value
  const wrong = fault(outcome.value)
  return {
    ok: wrong === null,
    class: wrong === null ? 'CONTENT' : 'OTHER',
    status,
    ms,
    detail: wrong ?? `Answered ${status}`,
  }
}

function pageFault({ body, status }: ProbeAnswer, marker: string | null): string | null {
  if (status !== 200) return `Answered ${status}, wanted 200`
  return marker === null || body.includes(marker) ? null : `The page lacks "${marker}"`
}

/** A key set (RFC 7517 section 5), found through the discovery document where no address is declared. */
async function lookAtKeys(
  context: KnockContext,
  act: PlainAct & { readonly kind: 'keys' },
): Promise<Look> {
  const { discovery } = act
  let { url } = act
  if (url === null) {
    const found = await ask(context, discovery)
    const named =
      found.ok && found.value.status === 200 ? memberOf(found.value.body, 'jwks_uri') : null
    if (typeof named !== 'string' || !/^https?:\/\//.test(named))
      return judged(found, ({ status }) => `Answered ${status} without "jwks_uri"`)
    url = named
  }
  return lookAt(context, url, ({ body, status }) => {
    const keys = status === 200 ? memberOf(body, 'keys') : null
    return Array.isArray(keys) && keys.length > 0 ? null : `Answered ${status} without a key`
  })
}

function memberOf(json: string, name: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json)
    return typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, name)
      ? Object.getOwnPropertyDescriptor(parsed, name)?.value
      : null
  } catch {
    return null
  }
}

async function ask(
  { config, prober }: KnockContext,
  url: string,
  family: ProbeRequest['family'] = 'any',
): Promise<Result<ProbeAnswer, ProbeFault>> {
  const request = requestOf(url, config)
  if (request !== null) return prober.probe({ ...request, family })
  return { ok: false, error: { class: 'CONNECT', detail: 'The address is none', ms: 0 } }
}

function requestOf(
  url: string,
  { timeoutMs, verifyTls }: Pick<KnockContext['config'], 'timeoutMs' | 'verifyTls'>,
): ProbeRequest | null {
  const parsed = URL.parse(url)
  const target = parsed === null ? null : urlTarget(parsed)
  if (target === null) return null
  const headers = { Accept: '*/*' }
  return { ...target, address: null, family: 'any', method: 'GET', headers, timeoutMs, verifyTls }
}
