// What a channel is given, and what it answers.
import type { Layer } from '../../model/layer.ts'
import type { Result } from '../../std/result.ts'
import type { IncidentEvent, Urgency } from '../incident/incident.ts'

/** What a notice is about; `test` is sent by a person who wants to see whether it arrives. */
export type NoticeKind = IncidentEvent['kind'] | 'test'

/**
 * One message for people, worded once and the same on every channel. It holds no object of the watch but
 * what can be written down as JSON, so that it outlives a restart.
 */
export interface Notice {
  /** `<incident>#<sequence>`: the same notice sent twice has the same key. */
  readonly key: string
  /** Id of the incident; of ours, `channel-<name>-…` for a channel that fails. */
  readonly incident: string
  /** Counts up within an incident from 1. */
  readonly sequence: number
  readonly kind: NoticeKind
  /** `layer:gate_new`, `store:outpost-shm`, `channel:phone`. */
  readonly cause: string
  /** Layer that is down; null where none is (a store that fills, witnesses, channels). */
  readonly layer: Layer | null
  readonly urgency: Urgency
  /** True for the one message of an incident that wakes somebody; those after it are told to who is awake. */
  readonly wakes: boolean
  /** First symptom, epoch ms. */
  readonly sinceAt: number
  /** Epoch ms; null while it is open. */
  readonly closedAt: number | null
  /** One line without control characters, at most {@link subjectLengthMax} characters. */
  readonly subject: string
  /** A few short paragraphs of plain text, at most {@link textLengthMax} characters. */
  readonly text: string
  /** Labels for channels that have them: `alertname`, `layer`, `cause_id`, `severity`. */
  readonly labels: Readonly<Record<string, string>>
  readonly facts: NoticeFacts
}

/** The same as the text, in pieces, for receivers that are programs. Each sentence is for people. */
export interface NoticeFacts {
  /** Probability of the verdict, 0…1; null where no verdict stands behind it. */
  readonly confidence: number | null
  readonly because: readonly string[]
  readonly runnerUp: string | null
  /** Who notices it and who does not. */
  readonly masking: readonly string[]
  /** Elements that cannot be judged meanwhile: `upstream`, `ingress/10.0.20.5`. */
  readonly masked: readonly string[]
  readonly changes: readonly string[]
  readonly advice: readonly string[]
}

/** Most characters of a subject. */
export const subjectLengthMax = 200
/** Most characters of a text: ntfy takes 4096 bytes, the least of all channels. */
export const textLengthMax = 3500

/** Why a channel did not take it. */
export interface NotifyFault {
  /** False: it will never take it (4xx, wrong token). */
  readonly retry: boolean
  /** One line, without secrets. */
  readonly detail: string
  /** True: no answer came, so it may have taken the message all the same. */
  readonly mayHaveArrived?: boolean
  /** The channel asks to be left alone this long, ms. */
  readonly retryAfterMs?: number
}

/** One place to tell people. Sends once; retrying, order and exactly-once are the outbox's. */
export interface Notifier {
  /** Name in the configuration, the log and metrics. */
  readonly name: string
  /** False for channels that show only whether a layer is up: they cannot carry other news. */
  readonly carriesText: boolean
  /** True where a message that comes twice is shown once; elsewhere the second one says what it is. */
  readonly knowsRepeats: boolean
  send(notice: Notice): Promise<Result<void, NotifyFault>>
  /** Present where a channel forgets what it is not told again. */
  readonly refresh?: Refresh
}

/** Tells a channel again what is open; also when nothing is, as a sign of life. */
export interface Refresh {
  readonly everyMs: number
  run(open: readonly Notice[]): Promise<Result<void, NotifyFault>>
}
