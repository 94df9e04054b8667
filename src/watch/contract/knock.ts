// One knock at one door: the request for a vantage, who answered, and whether that keeps the contract.
import type { Result } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { ProgramConfig, WatchConfig } from '../config.ts'
import type { Door, Observation } from '../door.ts'
import type { ProbeAnswer, ProbeFault, Prober } from '../probe/prober.ts'
import { classify } from './classify.ts'
import { judge } from './judge.ts'
import { knockRequest } from './request.ts'
import { type Way, doorProbeId, replicaOf } from './vantage.ts'

/** What knocking needs; all of it but prober, clock and mark is as configured. */
export interface KnockContext {
  readonly prober: Prober
  readonly clock: Pick<Clock, 'now'>
  /** Gives a fresh value of the header that announces a probe to the gate; null: no announcement. */
  readonly mark: (() => string) | null
  readonly config: Pick<
    WatchConfig,
    | 'signInOrigins'
    | 'gatePath'
    | 'timeoutMs'
    | 'verifyTls'
    | 'scheme'
    | 'port'
    | 'resolvers'
    | 'insideResolvers'
  >
}

/** What is knocked at, how, and under which name it is observed. */
export interface Knock {
  readonly door: Door
  readonly way: Way
  /** Row of the matrix (`edge_anon_fwd`); null: the door's own id, {@link doorProbeId}. */
  readonly probe: string | null
}

/** Knocks once, as a stranger. Never throws, and takes at most the time-out of the configuration. */
export async function knock(context: KnockContext, asked: Knock): Promise<Observation> {
  const request = knockRequest(context, asked)
  const outcome = request.ok ? await context.prober.probe(request.value) : request
  return observe(context, asked, { outcome, signedIn: false })
}

/** The same with the session of the robot: a door of tier `required` must then let in. */
export async function knockSignedIn(
  context: KnockContext,
  asked: Knock,
  cookies: string,
): Promise<Observation> {
  const request = knockRequest(context, asked)
  const outcome = request.ok
    ? await context.prober.probeSignedIn({ request: request.value, cookies, body: null })
    : request
  return observe(context, asked, { outcome, signedIn: true })
}

/** The same with the token of a program, which is to be let in at once; it follows no redirect. */
export async function knockAsProgram(
  context: KnockContext,
  asked: Knock,
  { token, user }: Pick<ProgramConfig, 'token' | 'user'>,
): Promise<Observation> {
  const request = knockRequest(context, asked)
  const authorization =
    user === null
      ? `Bearer ${token}`
      : `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`
  const outcome = request.ok
    ? await context.prober.probeSignedIn({
        ...{ request: request.value, cookies: '', body: null },
        authorization,
      })
    : request
  return observe(context, asked, { outcome, signedIn: true })
}

interface Seen {
  readonly outcome: Result<ProbeAnswer, ProbeFault>
  readonly signedIn: boolean
}

function observe(context: KnockContext, asked: Knock, seen: Seen): Observation {
  const { door, way } = asked
  const { outcome, signedIn } = seen
  const { port, scheme, signInOrigins } = context.config
  const at = { door, vantage: way.vantage, scheme, port, signInOrigins, signedIn }
  const answerClass = classify(outcome, at)
  const { detail, ok } = judge(answerClass, outcome, at)
  const certificate = outcome.ok ? outcome.value.certificate : null
  return {
    probe: asked.probe ?? doorProbeId(door, way.vantage),
    door,
    vantage: way.vantage,
    replica: replicaOf(way),
    at: context.clock.now(),
    ms: outcome.ok ? outcome.value.ms : outcome.error.ms,
    class: answerClass,
    status: outcome.ok ? outcome.value.status : null,
    ok,
    detail,
    ...(certificate === null ? {} : { certificateNotAfter: certificate.notAfter }),
  }
}
