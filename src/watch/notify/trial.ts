// The notice that a person sends to see whether a channel works. Pure.
import type { Notice } from './notice.ts'
import { oneLine } from './plain-text.ts'

/** A notice that cannot be taken for an incident. `from` is the machine, `id` makes it one of its kind. */
export function trialNotice(now: number, from: string, id: string): Notice {
  const place = oneLine(from, 100)
  const incident = `test-${id}`
  return {
    key: `${incident}#1`,
    incident,
    sequence: 1,
    kind: 'test',
    cause: 'test',
    layer: null,
    urgency: 'notice',
    wakes: false,
    sinceAt: now,
    closedAt: null,
    subject: `TEST from ${place}: nothing is wrong`,
    text: `This is a test of notifications, sent by "gatehouse notify test" on ${place}.\n\nNothing is wrong, and nothing is to be done.`,
    labels: { alertname: 'GatehouseTest', cause_id: 'test', severity: 'info' },
    facts: {
      confidence: null,
      because: [],
      runnerUp: null,
      masking: [],
      masked: [],
      changes: [],
      advice: [],
    },
  }
}
