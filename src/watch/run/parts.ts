// What the running watch is put together from, beside its configuration.
import type { IncidentEvent } from '../incident/incident.ts'
import type { notificationOutcomes } from '../metrics.ts'

/** Where what is to be said goes; it retries, keeps the order and says everything once. */
export interface Outbox {
  /** Takes an event for every channel. Returns at once. */
  offer(event: IncidentEvent): void
  /** Counts since the start. */
  counts(): Iterable<{
    readonly channel: string
    readonly outcome: (typeof notificationOutcomes)[number]
    readonly count: number
  }>
  /** Waits for what is being sent, keeps the rest for the next start. */
  close(): Promise<void>
}
