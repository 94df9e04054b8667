// The notice that a channel does not take messages, for another channel to carry. Pure.
import { formatDuration } from '../../std/units.ts'
import type { Outage } from './journal.ts'
import { type Notice, subjectLengthMax } from './notice.ts'
import { oneLine } from './plain-text.ts'

/** Says that `channel` fails, or that it takes messages again. One pair of notices for an outage. */
export function channelNotice(
  channel: string,
  { detail, since }: Outage,
  closedAt: number | null,
): Notice {
  const incident = `channel-${channel}-${since}`
  const sequence = closedAt === null ? 1 : 2
  const subject =
    closedAt === null
      ? `Notifications do not get through channel "${channel}"`
      : `Channel "${channel}" takes notifications again after ${formatDuration(closedAt - since)}`
  const text =
    closedAt === null
      ? `Notifications of the watch do not get through the channel "${channel}".\n\nIt said: ${detail}\n\nWhat is to be said is said on the other channels, and there once it takes messages again.`
      : `The channel "${channel}" takes notifications again. It is told what it missed.`
  return {
    key: `${incident}#${sequence}`,
    incident,
    sequence,
    kind: closedAt === null ? 'opened' : 'closed',
    cause: `channel:${channel}`,
    layer: null,
    urgency: 'notice',
    wakes: false,
    sinceAt: since,
    closedAt,
    subject: oneLine(subject, subjectLengthMax),
    text,
    labels: {
      alertname: 'GatehouseNotificationsFail',
      channel,
      cause_id: `channel:${channel}`,
      severity: 'warning',
    },
    facts: {
      confidence: null,
      because: [detail],
      runnerUp: null,
      masking: [],
      masked: [],
      changes: [],
      advice: ['Run "gatehouse notify test"'],
    },
  }
}
