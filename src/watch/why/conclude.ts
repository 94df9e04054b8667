// The question tree of a report (study, section 4.1): one person, one service, one replica, or a layer. Pure.
import { type ElementId, isReplica, layerOf, layerTitles } from '../../model/layer.ts'
import type { Observation, Vantage } from '../door.ts'
import { locate } from '../locate/locate.ts'
import { type LocateParameters, studyParameters } from '../locate/parameters.ts'
import type { Verdict } from '../locate/verdict.ts'
import type { AskedRound } from './ask.ts'
import type { Inquiry, Role } from './inquiry.ts'

/**
 * `fine` the door keeps its promise to strangers, so it may be one person · `service` this one alone ·
 * `replica` one of several · `layer` something that services share · `blind` nothing can be seen from here ·
 * `unclear` something fails and cannot be placed.
 */
export type WhyKind = 'fine' | 'service' | 'replica' | 'layer' | 'blind' | 'unclear'

/** What one probe came to over all rounds. */
export interface Tried {
  readonly role: Role
  readonly passed: number
  readonly failed: number
  /** The newest failure, or the newest answer where none failed. */
  readonly observation: Observation
}

/** The answer to why. */
export interface Conclusion {
  readonly kind: WhyKind
  /** What is to blame; empty where it is nobody or not known. */
  readonly elements: readonly ElementId[]
  /** One sentence for people. */
  readonly sentence: string
  /** Posterior of {@link elements}, 0…1; null where the tree alone decided. */
  readonly confidence: number | null
  readonly verdict: Verdict
  readonly tried: readonly Tried[]
}

/** Somebody has reported it: faults are far more likely than in a round that nobody asked for. */
export const reportedParameters: LocateParameters = {
  ...studyParameters,
  single: 0.01,
  second: 1e-3,
  pair: 1e-5,
  wholeGate: 1e-3,
}

/** Concludes from the rounds of an inquiry; there is at least one. */
export function conclude(inquiry: Inquiry, rounds: readonly AskedRound[]): Conclusion {
  const verdict = locate(
    inquiry.matrix,
    rounds.map(({ round }) => round),
    reportedParameters,
  )
  const tried = triedOf(inquiry, rounds)
  const judged = judge(inquiry, { rounds, tried, verdict })
  return { ...judged, verdict, tried }
}

/** Every probe with its counts, in the order of the inquiry. */
function triedOf(inquiry: Inquiry, rounds: readonly AskedRound[]): readonly Tried[] {
  const all = rounds.flatMap(({ observations }) => observations)
  return inquiry.probes.flatMap(({ id, role }): Tried[] => {
    const own = all.filter(({ probe }) => probe === id)
    const failures = own.filter(({ ok }) => !ok)
    const observation = failures.at(-1) ?? own.at(-1)
    if (observation === undefined) return []
    return [{ role, observation, failed: failures.length, passed: own.length - failures.length }]
  })
}

type Judged = Pick<Conclusion, 'kind' | 'elements' | 'sentence' | 'confidence'>

interface Evidence {
  readonly tried: readonly Tried[]
  readonly verdict: Verdict
  readonly rounds: readonly AskedRound[]
}

/** What the newest round says of a probe: what failed once and is well again is over. */
function isOver({ observation: { probe } }: Tried, rounds: readonly AskedRound[]): boolean {
  return rounds.at(-1)?.round.results.get(probe) !== false
}

function judge(inquiry: Inquiry, evidence: Evidence): Judged {
  const { rounds, tried, verdict } = evidence
  const { host } = inquiry.door
  if (verdict.kind === 'blind')
    return {
      kind: 'blind',
      elements: ['prober'],
      sentence: `Nothing can be said of ${host} from here: addresses that have nothing to do with it do not answer either`,
      confidence: verdict.leader.probability,
    }
  const asked = tried.filter(({ role }) => role === 'asked')
  if (asked.every((one) => isOver(one, rounds))) return fineFor(inquiry, evidence)
  const { elements, probability } = verdict.leader
  const isOwn = elements.every((element) => element === `upstream/${host}`)
  if (verdict.kind === 'fault' && !isOwn) return locatedAt(host, elements, probability)
  const others = tried.filter(({ role }) => role === 'reference')
  const isAlone = others.length > 0 && others.every(({ failed }) => failed === 0)
  if (verdict.kind === 'fault' || isAlone) return ownFault(host, asked, isAlone)
  return unclear(host, evidence)
}

/** The door is well: what else could keep somebody out. */
function fineFor({ door }: Inquiry, { tried }: Evidence): Judged {
  const { host, tier } = door
  const idp = tried.filter(({ observation }) => observation.probe.startsWith('idp'))
  if (tier === 'required' && idp.length > 0 && idp.every(({ passed }) => passed === 0))
    return {
      kind: 'layer',
      elements: ['idp'],
      sentence: `${host} sends strangers to sign in as it should, but ${layerTitles.idp} fails: nobody new gets in`,
      confidence: null,
    }
  const asked = tried.filter(({ role }) => role === 'asked')
  if (asked.length === 0)
    return {
      kind: 'unclear',
      elements: [],
      sentence: `There is no way to ${host} from here: nothing was tried`,
      confidence: null,
    }
  const glitch = asked.some(({ failed }) => failed > 0)
    ? '; it failed a moment ago and is well again, so ask once more'
    : ''
  const does = tier === 'required' ? 'each is sent to sign in' : 'it answers as promised'
  return {
    kind: 'fine',
    elements: [],
    sentence: `${host} is fine for strangers: ${does}, by every way that was tried${glitch}`,
    confidence: null,
  }
}

function locatedAt(host: string, elements: readonly ElementId[], confidence: number): Judged {
  const names = elements.map((element) => titleOf(element)).join(', and ')
  const areReplicas = elements.every(isReplica)
  return {
    kind: areReplicas ? 'replica' : 'layer',
    elements,
    sentence: areReplicas
      ? `Not ${host} alone: one replica fails, ${names}; what others get depends on chance`
      : `Not ${host} alone: what fails is ${names}`,
    confidence,
  }
}

/** An element in words: the layer, and which of it. */
export function titleOf(element: ElementId): string {
  const [, part] = element.split(/\/(.*)/s, 2)
  const title = layerTitles[layerOf(element)]
  return part === undefined ? title : `${title} (${part})`
}

const vantagePlaces: Readonly<Record<Vantage, string>> = {
  edge: 'by its public name',
  ingress: 'at the reverse proxy',
  gate: 'at the gate',
  upstream: 'at its own address',
}

/** Others of its tier are well: where on the way of this one alone it begins. */
function ownFault(host: string, asked: readonly Tried[], isAlone: boolean): Judged {
  const element: ElementId = `upstream/${host}`
  const at = (vantage: Vantage, fails: boolean): boolean =>
    asked.some(({ failed, observation }) => observation.vantage === vantage && failed > 0 === fails)
  const others = isAlone ? ' alone: others of its tier are well' : ''
  const say = (where: string): Judged => ({
    kind: 'service',
    elements: [element],
    sentence: `${host}${others}${isAlone ? '; ' : ': '}${where}`,
    confidence: null,
  })
  if (at('upstream', true)) return say('the service itself does not answer as promised')
  if (at('gate', true)) return say('the gate answers otherwise than its tier promises')
  if (at('ingress', true))
    return say(
      at('gate', false)
        ? 'the gate is well, so it is its route at the reverse proxy, or the service'
        : 'it fails at the reverse proxy, so it is its route there, or the service',
    )
  if (at('ingress', false))
    return say('it fails only by its public name, so it is that name: DNS, edge, or certificate')
  const places = [
    ...new Set(
      asked.flatMap(({ failed, observation }) =>
        failed > 0 && observation.vantage !== null ? [vantagePlaces[observation.vantage]] : [],
      ),
    ),
  ]
  return say(`it fails ${places.join(' and ')}`)
}

function unclear(host: string, { verdict }: Evidence): Judged {
  const { leader, runnerUp } = verdict
  const names = [leader, runnerUp].flatMap((candidate) =>
    candidate === null || candidate.elements.length === 0
      ? []
      : [candidate.elements.map((element) => titleOf(element)).join(' with ')],
  )
  const suspects = names.length === 0 ? '' : `; most likely ${names.join(', else ')}`
  return {
    kind: 'unclear',
    elements: leader.elements,
    sentence: `${host} fails, and what was tried does not say where${suspects}`,
    confidence: leader.probability,
  }
}
