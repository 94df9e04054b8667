// What a channel is given, and what it answers.
import type { Result } from '../../std/result.ts'
import type { IncidentEvent } from '../incident/incident.ts'

/** One message for people, ready to be worded by a channel. */
export interface Notice {
  /** `<incident id>#<sequence>`: the same notice sent twice has the same key. */
  readonly key: string
  readonly event: IncidentEvent
  /** One line. */
  readonly subject: string
  /** A few short paragraphs of plain text. */
  readonly text: string
  /** Labels for channels that have them: `alertname`, `layer`, `cause_id`, `severity`. */
  readonly labels: Readonly<Record<string, string>>
}

/** Why a channel did not take it. `retry` false: it will never take it (4xx, wrong token). */
export interface NotifyFault {
  readonly retry: boolean
  readonly detail: string
}

/** One place to tell people. Sends once; retrying, order and exactly-once are the outbox's. */
export interface Notifier {
  /** Name in the configuration, the log and metrics. */
  readonly name: string
  send(notice: Notice): Promise<Result<void, NotifyFault>>
}
