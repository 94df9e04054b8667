// Incidents over things that are well or not: the watch's own sight, witnesses, peers, certificates, others' word.
import { type ElementId, layerOf } from '../../model/layer.ts'
import type { Observation } from '../door.ts'
import type { CauseId, Urgency } from '../incident/incident.ts'
import type { Verdict } from '../locate/verdict.ts'
import { type CorrelatedFailure, correlated, noHistory } from '../witness/correlated.ts'
import type { ReasonCount, Testimony } from '../witness/witness.ts'
import { meaningOf } from '../robot/sign-in-end.ts'
import { unlocated } from './absorb.ts'
import { begin } from './begin.ts'
import { isTime } from './times.ts'
import type { Patience } from './conditions.ts'
import type { Desk } from './desk.ts'
import { familiesOf, isLayer } from './desk.ts'
import { adviceOf, failureOf, titleOf } from './families.ts'
import { isExplained } from './service-incidents.ts'

const dayMs = 86_400_000
/** Time left at which a certificate should have been renewed, and at which it wakes somebody. */
const renewalMs = 14 * dayMs
const urgentMs = 3 * dayMs
const certificatesMax = 2000

/** A thing that is not well, and how it is told. */
interface State {
  readonly cause: CauseId
  readonly at: number
  readonly isBad: boolean
  readonly patience: Patience
  readonly title: string
  readonly urgency: Urgency
  readonly advice: readonly string[]
  readonly evidence: string
  /** What it is about; absent: no layer. */
  readonly elements?: readonly ElementId[]
}

/** Opens and closes by a count of readings. */
export function takeState(desk: Desk, state: State): void {
  const { advice, at, cause, evidence, isBad, patience, title, urgency } = state
  const turn = desk.conditions.take(cause, { at, isBad }, patience)
  if (turn === 'went-well') {
    if (desk.book.openOf(cause)?.progress.by === 'condition')
      desk.book.close(cause, {
        ...{ at, kind: 'closed', text: 'Well again' },
        evidence: evidence === '' ? `${patience.good} readings in a row` : evidence,
      })
    return
  }
  if (turn === null) return
  const since = desk.conditions.since(cause, at)
  const open = desk.book.openOf(cause)
  if (open === null)
    desk.book.start({
      ...{ at, cause, title, urgency, advice },
      elements: state.elements ?? [],
      verdict: null,
      firstSymptomAt: since,
      by: 'condition',
      timeline: [{ at: since, kind: 'first-symptom', text: title, evidence }],
    })
  else if (urgency === 'page' && open.incident.urgency === 'notice')
    desk.book.change(cause, { title, urgency }, { at, kind: 'alarm', text: title, evidence })
}

/** Whether the watch itself can see, after a full round. */
export function takeSight(desk: Desk, at: number): void {
  const { because, kind } = desk.verdict
  takeState(desk, {
    cause: 'blind',
    at,
    isBad: kind === 'blind',
    patience: { bad: 5, good: 5 },
    title: 'The watch cannot see, so nothing can be said of the estate',
    urgency: 'notice',
    advice: adviceOf(['prober']),
    evidence: because
      .map(({ failed, passed, probe }) => `${probe} failed ${failed} of ${failed + passed}`)
      .join(', '),
  })
}

/** Together as sure as a verdict is of one. */
const sureOfTwo = 0.99

/**
 * Something that services share fails for certain, and the probes cannot tell which of two it is: they are
 * missing, as `check` says. That nobody can say where is no reason to say nothing.
 */
export function takeUndecided(desk: Desk, at: number): void {
  if (desk.verdict.kind === 'blind') return
  const pair = pairOf(desk.verdict)
  const isBad = pair.length > 0 && !isExplainedByOthers(desk)
  takeState(desk, {
    cause: undecided,
    at,
    isBad,
    patience: { bad: 5, good: 5 },
    title: `It cannot be told which fails: ${pair.map((element) => titleOf([element])).join('; or ')}`,
    urgency: 'page',
    advice: [
      'Run gatehouse doctor, then look at both by hand',
      'Run gatehouse check: it names the part of "watch" that is missing to tell them apart',
    ],
    evidence: 'failing canaries that all go through both',
    elements: pair,
  })
}

const undecided = 'layer:undecided'

/** Two candidates that are sure together, all of it shared layers; empty for anything else. */
function pairOf({ kind, leader, runnerUp }: Verdict): readonly ElementId[] {
  if (kind !== 'suspect' || runnerUp === null) return []
  const [first, second] = [leader.elements, runnerUp.elements]
  const isSure = leader.probability + runnerUp.probability >= sureOfTwo
  if (first.length === 0 || second.length === 0 || !isSure) return []
  const pair = [...new Set([...first, ...second])]
  return pair.every((element) => !['upstream', 'prober'].includes(layerOf(element))) ? pair : []
}

function isExplainedByOthers(desk: Desk): boolean {
  return desk.book.open().some((record) => isLayer(record) && record.incident.cause !== undecided)
}

/** Name of the probe that walks through a whole sign-in. */
const signInProbe = 'sign_in'

/**
 * Sign-ins that end nowhere while every layer answers: a clock that is wrong, tokens that are not taken.
 * Only what stands in no layer's account; two in a row, since there is one in a quarter of an hour.
 */
export function takeSignIn(desk: Desk, observations: readonly Observation[]): void {
  const seen = observations.find(({ probe }) => probe === signInProbe)
  if (seen === undefined || desk.verdict.kind === 'blind' || (!seen.ok && isExplained(desk))) return
  const meaning = seen.ok ? null : meaningOf(seen.class)
  takeState(desk, {
    cause: 'layer:sign-in',
    at: seen.at,
    isBad: !seen.ok,
    patience: { bad: 2, good: 1 },
    title:
      meaning === null
        ? 'Signing in does not get through, though every layer answers'
        : `The identity provider answers, and ${meaning.words}`,
    urgency: meaning?.isOwnAccount === true ? 'notice' : 'page',
    advice: [
      ...(meaning === null ? [] : [meaning.advice]),
      'Sign in by hand in a private window, and read the log of the identity provider and of the gate',
      'Compare the clocks of the identity provider and of the gate',
    ],
    evidence: seen.detail,
  })
}

/** A witness that cannot be understood says nothing about what it watches. */
export function takeWitness(
  desk: Desk,
  witness: {
    readonly at: number
    readonly name: string
    readonly isBlind: boolean
    readonly detail: string
  },
): void {
  const { at, detail, isBlind, name } = witness
  if (desk.verdict.kind === 'blind') return
  takeState(desk, {
    cause: `witness:${name}`,
    at,
    isBad: isBlind,
    patience: { bad: 5, good: 2 },
    title: `The witness ${name} is blind`,
    urgency: 'notice',
    advice: [`Look at ${name} and at how it is asked; what it watches is not in question`],
    evidence: detail === '' ? `readings of ${name}` : detail,
  })
}

/** Another watch: where it is silent, nobody may be watching there. */
export function takePeer(
  desk: Desk,
  peer: {
    readonly at: number
    readonly name: string
    readonly alive: boolean
    readonly detail: string
  },
): void {
  const { alive, at, detail, name } = peer
  if (desk.verdict.kind === 'blind') return
  takeState(desk, {
    cause: `peer:${name}`,
    at,
    isBad: !alive,
    patience: { bad: 5, good: 2 },
    title: `The watch ${name} is silent`,
    urgency: 'page',
    advice: [`Look whether ${name} runs: until it does, nobody sees what it sees`],
    evidence: detail,
  })
}

/** Others' monitors: how many are down at once, against what chance allows. */
export function takeTestimony(
  desk: Desk,
  said: {
    readonly at: number
    readonly witness: string
    readonly testimonies: readonly Testimony[]
  },
): void {
  const { at, testimonies, witness } = said
  const before = desk.witnesses.get(witness) ?? noHistory
  const { alarm, history } = correlated(testimonies, before, desk.doors.tiers())
  desk.witnesses.set(witness, history)
  const evidence = `${witness}: ${alarm?.text ?? 'no more monitors fail than chance explains'}`
  if (alarm !== null && isExplained(desk)) {
    for (const { incident } of desk.book.open())
      if (incident.urgency === 'page' && incident.verdict !== null && incident.phase === 'failing')
        desk.book.noteOnce(incident.id, {
          at,
          kind: 'observation',
          text: `${witness} sees it as well`,
          evidence,
        })
    return
  }
  if (desk.verdict.kind === 'blind') return
  takeState(desk, {
    cause: unlocated,
    at,
    isBad: alarm !== null,
    patience: { bad: 2, good: 2 },
    title: togetherTitle(witness, alarm),
    urgency: 'page',
    advice: ['Run gatehouse doctor: too many fail for chance, and no canary of the watch does'],
    evidence,
  })
}

function togetherTitle(witness: string, alarm: CorrelatedFailure | null): string {
  const counts = alarm === null ? 'Many' : `${alarm.failing} of ${alarm.watched}`
  return `${counts} monitors of ${witness} fail together`
}

/** Reasons by which a gate says that its store of sessions does not work. */
const storeReasons: Readonly<Record<string, 'gate_new' | 'gate_check'>> = {
  'session-store': 'gate_check',
  session_store_error: 'gate_new',
}
/** Networks that must meet it: one is one person. */
const networksMin = 2

/** What the gate's own log says of people: proof, if more than one network met it. */
export function takeReasons(
  desk: Desk,
  said: { readonly at: number; readonly witness: string; readonly reasons: readonly ReasonCount[] },
): void {
  const { at, witness } = said
  for (const { count, hosts, networks, people, reason } of said.reasons) {
    const element = storeReasons[reason]
    if (element === undefined || count === 0) continue
    const evidence = `${witness}: ${reason} ${count} times for ${people} people, ${hosts} hosts, ${networks} networks`
    const open = desk.book
      .open()
      .find((record) => familiesOf(record).includes('gate') && record.progress.by === 'rounds')
    if (open !== undefined) {
      desk.book.progress(open.incident.cause, { reasonsAt: at, clean: 0 })
      desk.book.noteOnce(open.incident.id, {
        at,
        kind: 'observation',
        text: 'The gate refuses people for it',
        evidence,
      })
      continue
    }
    const canaryFails = desk.history
      .probes()
      .some(({ crosses, ok }) => !ok && crosses.includes(element))
    if (networks < networksMin && !(networks === 1 && canaryFails)) continue
    const record = begin(desk, {
      at,
      cause: `layer:${element}`,
      elements: [element],
      title: failureOf([element]),
      urgency: 'page',
      verdict: null,
      advice: adviceOf([element]),
      firstSymptomAt: at,
      by: 'rounds',
      timeline: [
        { at, kind: 'first-symptom', text: `The gate refuses people: ${reason}`, evidence },
      ],
    })
    if (record !== null) desk.book.progress(record.incident.cause, { reasonsAt: at })
  }
}

/** Certificates as the doors show them. One that several hosts share is one incident. */
export class Certificates {
  readonly #byHost = new Map<string, number>()
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  take(observations: readonly Observation[]): void {
    for (const { at, certificateNotAfter: ends, door } of observations) {
      if (ends === undefined || !isTime(ends) || door === null) continue
      const known = this.#byHost.get(door.host)
      if (known === undefined && this.#byHost.size >= certificatesMax) continue
      this.#byHost.set(door.host, ends)
      if (ends - at < renewalMs || this.#desk.book.openOf(`certificate:${door.host}`) !== null)
        this.#judge(door.host, ends, at)
    }
  }

  #judge(host: string, ends: number, at: number): void {
    const owner = [...this.#byHost].find(
      ([other, until]) => until === ends && this.#desk.book.openOf(`certificate:${other}`) !== null,
    )?.[0]
    if (owner !== undefined && owner !== host) return
    const left = Math.floor((ends - at) / dayMs)
    takeState(this.#desk, {
      cause: `certificate:${host}`,
      at,
      isBad: ends - at < renewalMs,
      patience: { bad: 1, good: 3 },
      title: `The certificate of ${host} ends ${left < 0 ? 'and has ended' : `in ${left} days`}`,
      urgency: ends - at < urgentMs ? 'page' : 'notice',
      advice: ['Renew it, and find out why it was not renewed by itself'],
      evidence: `not after ${new Date(ends).toISOString()}`,
    })
  }
}
