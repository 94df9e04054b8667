// The runbook as a program: looks at everything once, says the verdict and what to do next.
import type { ElementId } from '../../model/layer.ts'
import type { Clock } from '../../world/clock.ts'
import type { Connector } from '../../world/connector.ts'
import type { Dns } from '../../world/dns.ts'
import type { Random } from '../../world/random.ts'
import type { WatchConfig } from '../config.ts'
import { knock } from '../contract/knock.ts'
import type { Observation } from '../door.ts'
import { tierAssociation } from '../locate/association.ts'
import { locate } from '../locate/locate.ts'
import type { Verdict } from '../locate/verdict.ts'
import { planOf } from '../plan/plan.ts'
import { probeMarker } from '../probe/mark.ts'
import { realProber } from '../probe/real-prober.ts'
import { layerAdvice } from '../why/advice.ts'
import { type AskContext, askRounds, inTurns } from '../why/ask.ts'
import { reportedParameters, titleOf } from '../why/conclude.ts'
import { clockCheck, dnsCheck, identityProviderCheck } from './asked.ts'
import type { DoctorCheck } from './check.ts'
import { certificatesCheck, controlCheck, doorsCheck, replicasCheck } from './observed.ts'

/** What {@link examine} needs. */
export interface DoctorOptions {
  readonly config: WatchConfig
  readonly world: {
    readonly clock: Clock
    readonly random: Random
    readonly connector: Connector
    readonly dns: Dns
  }
  /** Of the program, for the User-Agent of its probes. */
  readonly version: string
  /** What was looked at beforehand, beside the gate itself; shown before the doors. */
  readonly before: Promise<readonly DoctorCheck[]>
}

/** What the doctor says. */
export interface Diagnosis {
  /** False when something is wrong. */
  readonly isWell: boolean
  /** The verdict in a sentence. */
  readonly sentence: string
  readonly elements: readonly ElementId[]
  /** Posterior of {@link elements}; null where nothing is located. */
  readonly confidence: number | null
  readonly verdict: Verdict
  /** In the order of the runbook. */
  readonly checks: readonly DoctorCheck[]
  /** What to do next, most useful first. */
  readonly next: readonly string[]
}

const timeoutMsMax = 5000
/** Doors that have not been knocked at by then are left out, and counted. */
const doorsPatienceMs = 60_000
const hostsNamedMax = 3

/** Examines everything, cookie-less. Takes seconds where all answers, a minute at most where nothing does. */
export async function examine(options: DoctorOptions): Promise<Diagnosis> {
  const { before, config, version, world } = options
  const prober = realProber({ ...world, version })
  const { probeKey } = config
  const mark = probeKey === '' ? null : probeMarker(probeKey, world.clock, world.random)
  const context: AskContext = { config, prober, clock: world.clock, mark }
  const timeoutMs = Math.min(config.timeoutMs, timeoutMsMax)
  const asked = { config, prober, clock: world.clock, timeoutMs }
  const plan = planOf({ ...config, robot: null })
  const [beforehand, rounds, doors, clock, dns] = await Promise.all([
    before,
    askRounds(context, plan.canaries),
    knockAll(context, timeoutMs),
    clockCheck(asked),
    dnsCheck(asked),
  ])
  const newest = rounds.at(-1)?.observations ?? []
  const verdict = locate(
    plan.matrix,
    rounds.map(({ round }) => round),
    reportedParameters,
  )
  const everything = [...newest, ...doors.observations]
  const checks = [
    controlCheck(newest),
    ...beforehand,
    doorsCheck(doors.observations, doors.skipped),
    identityProviderCheck(config, newest),
    clock,
    dns,
    certificatesCheck(everything, world.clock.now()),
    replicasCheck(everything),
  ]
  return conclusionOf({ checks, verdict, doors: doors.observations })
}

interface Knocked {
  readonly observations: readonly Observation[]
  readonly skipped: number
}

/** Every door by every way, once. */
async function knockAll(context: AskContext, timeoutMs: number): Promise<Knocked> {
  const { clock, config, mark, prober } = context
  const knocking = { prober, clock, mark, config: { ...config, timeoutMs } }
  const startedAt = clock.monotonic()
  const { doors } = planOf(config)
  // One way of a door after the other, so that no service is asked many things at once.
  const seen = await inTurns(doors, async ({ door, id, ways }) => {
    const own: Observation[] = []
    for (const way of ways) {
      if (clock.monotonic() - startedAt > doorsPatienceMs) break
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      own.push(await knock(knocking, { door, way, probe: id }))
    }
    return own
  })
  const observations = seen.flat()
  const wanted = doors.reduce((sum, { ways }) => sum + ways.length, 0)
  return { observations, skipped: wanted - observations.length }
}

interface Findings {
  readonly checks: readonly DoctorCheck[]
  readonly verdict: Verdict
  readonly doors: readonly Observation[]
}

/** The verdict of all checks. Pure. */
export function conclusionOf({ checks, doors, verdict }: Findings): Diagnosis {
  const wrong = checks.filter(({ status }) => status === 'wrong')
  const failing = [
    ...new Set(doors.flatMap(({ door, ok }) => (ok || door === null ? [] : [door.host]))),
  ]
  const isWell = wrong.length === 0 && verdict.kind !== 'fault' && verdict.kind !== 'blind'
  const names = verdict.leader.elements.map((element) => titleOf(element)).join(', and ')
  const services = failing.slice(0, hostsNamedMax).map((host) => `Run "gatehouse why ${host}"`)
  const common = { isWell, verdict, checks, elements: verdict.leader.elements }
  const sure = { confidence: verdict.leader.probability }
  if (verdict.kind === 'blind')
    return {
      ...common,
      ...sure,
      sentence:
        'Nothing can be said from here: addresses that have nothing to do with the estate do not answer either',
      next: layerAdvice(['prober']),
    }
  if (verdict.kind === 'fault') {
    const masked =
      verdict.masked.length === 0
        ? ''
        : `; what lies behind it cannot be judged: ${verdict.masked.map((element) => titleOf(element)).join(', ')}`
    const next = [...layerAdvice(verdict.leader.elements), ...services]
    return { ...common, ...sure, sentence: `What fails is ${names}${masked}`, next }
  }
  const nowhere = { ...common, elements: [], confidence: null }
  if (isWell)
    return { ...nowhere, sentence: 'Nothing is wrong that can be seen from here', next: [] }
  const suspected = verdict.kind === 'suspect' && names !== '' ? `; most likely ${names}` : ''
  return {
    ...nowhere,
    sentence: `${trouble(wrong, doors, failing)}${suspected}${tierSentence(doors)}`,
    next: [
      ...services,
      ...wrong.flatMap(({ cases, title }) =>
        cases.slice(0, 1).map((one) => `${title}: look at ${one}`),
      ),
    ],
  }
}

/** What is wrong where no layer is to blame. */
function trouble(
  wrong: readonly DoctorCheck[],
  doors: readonly Observation[],
  failing: readonly string[],
): string {
  const hosts = new Set(doors.flatMap(({ door }) => door?.host ?? [])).size
  const shown = failing.slice(0, hostsNamedMax).join(', ')
  const more = failing.length > hostsNamedMax ? ` and ${failing.length - hostsNamedMax} more` : ''
  const others = wrong.filter(({ id }) => id !== 'doors').map(({ title }) => title.toLowerCase())
  return [
    ...(failing.length === 0 ? [] : [`${failing.length} of ${hosts} hosts fail: ${shown}${more}`]),
    ...(others.length === 0 ? [] : [`Something is wrong with: ${others.join(', ')}`]),
  ].join('; ')
}

/** Whether those that fail belong together, where several do (study, section 4.6). */
function tierSentence(doors: readonly Observation[]): string {
  const hosts = new Map<string, { guarded: boolean; failed: boolean }>()
  for (const { door, ok } of doors) {
    if (door === null) continue
    const before = hosts.get(door.host)
    hosts.set(door.host, {
      guarded: door.tier === 'required' || before?.guarded === true,
      failed: !ok || before?.failed === true,
    })
  }
  const count = (guarded: boolean, failed: boolean): number =>
    [...hosts.values()].filter((one) => one.guarded === guarded && (one.failed || !failed)).length
  const failures = {
    tier: count(true, false),
    others: count(false, false),
    failingTier: count(true, true),
    failingOthers: count(false, true),
  }
  if (failures.failingTier + failures.failingOthers < 2) return ''
  const p = tierAssociation(failures)
  return `; of ${failures.tier} guarded hosts ${failures.failingTier} fail, of ${failures.others} others ${failures.failingOthers} (p = ${p < 0.001 ? p.toExponential(0) : p.toPrecision(2)} by chance)`
}
