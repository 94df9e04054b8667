// Incidents, their timeline, and the changes that may or may not have caused them.
import type { ElementId } from '../../model/layer.ts'
import type { Verdict } from '../locate/verdict.ts'

/**
 * Identity of a cause: one incident each. `layer:gate_new`, `layer:ingress/10.0.20.5`,
 * `service:grafana.example.com`, `store:outpost-shm`, `witness:uptime-kuma`, `blind`.
 */
export type CauseId =
  | `${'layer' | 'service' | 'store' | 'witness' | 'certificate' | 'peer'}:${string}`
  | 'blind'

/** `page` wakes somebody, `notice` waits for the morning. */
export type Urgency = 'page' | 'notice'

/** Something that somebody or something changed: deploys, reloads, monitors, authentik events. */
export interface Change {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  /** Where it was learnt: `config`, `authentik`, `kubernetes`, `uptime-kuma`, `declared`. */
  readonly source: string
  readonly title: string
  /** Elements that it touches; empty: not known. */
  readonly touches: readonly ElementId[]
  /** By role, never by name. */
  readonly actor: string
}

/**
 * How it stands. `warning`: nothing fails yet (a store that fills) · `failing` · `recovered`: what failed
 * works again, and what made it fail is still there.
 */
export type Phase = (typeof phases)[number]

/** All of {@link Phase}. */
export const phases = ['warning', 'failing', 'recovered'] as const

/** What the evidence says about a change. */
export interface ChangeJudgement {
  readonly change: Change
  readonly judgement: 'exonerated' | 'consistent' | 'unknown'
  /** The evidence, in a sentence. */
  readonly why: string
}

/** One line of a timeline. */
export interface TimelineEntry {
  /** Epoch ms. */
  readonly at: number
  readonly kind:
    | 'first-symptom'
    | 'report'
    | 'verdict'
    | 'observation'
    | 'alarm'
    | 'change'
    | 'notification'
    | 'mitigation'
    | 'recovered'
    | 'closed'
  readonly text: string
  /** What shows it: probe ids, log line, metric. Empty only for what a person entered. */
  readonly evidence: string
}

/**
 * One incident: one cause from first symptom to verified recovery. A store that is too small and the layer
 * that fails for it are one: it warns, fails and recovers under one id and one cause.
 */
export interface Incident {
  /** `2026-04-18-gate-new`, made unique by a suffix. */
  readonly id: string
  readonly cause: CauseId
  readonly phase: Phase
  readonly elements: readonly ElementId[]
  readonly title: string
  readonly urgency: Urgency
  /** Epoch ms. */
  readonly openedAt: number
  /**
   * Epoch ms, estimated from the observations: it may precede `openedAt`, or follow it by far where a
   * warning came first. Of several failures in one incident it is that of the last.
   */
  readonly firstSymptomAt: number
  readonly closedAt: number | null
  /** The verdict in force, null for incidents that no location stands behind (stores, certificates). */
  readonly verdict: Verdict | null
  /** Who notices it and who does not, in sentences. */
  readonly masking: readonly string[]
  readonly timeline: readonly TimelineEntry[]
  readonly changes: readonly ChangeJudgement[]
  /** What to do next, in sentences, most useful first. */
  readonly advice: readonly string[]
}

/** True while a shared layer or a part of one fails by it. */
export function isOfLayer({ cause, phase }: Pick<Incident, 'cause' | 'phase'>): boolean {
  return phase === 'failing' && (cause.startsWith('layer:') || cause.startsWith('store:'))
}

/** Epoch ms since when it is so: of a failure its first symptom, of a warning whichever came first. */
export function sinceOf({
  firstSymptomAt,
  openedAt,
  phase,
}: Pick<Incident, 'firstSymptomAt' | 'openedAt' | 'phase'>): number {
  return phase === 'failing' ? firstSymptomAt : Math.min(firstSymptomAt, openedAt)
}

/** What the incident book says: exactly one for each incident opened, closed, or changed in its verdict. */
export interface IncidentEvent {
  readonly kind: 'opened' | 'changed' | 'closed'
  readonly incident: Incident
  /** True for the first that pages since it opened or came back: whoever is awake is told, not woken. */
  readonly wakes: boolean
  /** Counts up over all events of an incident: 1 for `opened`. Receivers drop what they have seen. */
  readonly sequence: number
}
