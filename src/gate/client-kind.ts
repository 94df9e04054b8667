// Who comes without a session: people, monitors or programs. On 2026-04-18 nearly all of it was monitors.
import type { ProbeMarks } from './probe-marks.ts'
import { type RawRequest, headerSlots } from './request.ts'

/** Kinds of clients, as metrics name them. */
export const clientKinds = ['people', 'probes', 'machines'] as const

/** One of {@link clientKinds}. */
export type ClientKind = (typeof clientKinds)[number]

/** Parts of the User-Agent of monitors and health checks, lower case. */
const probeAgents = [
  'uptime-kuma',
  'blackbox',
  'prometheus',
  'kube-probe',
  'gatus',
  'healthcheck',
  'health-check',
  'uptimerobot',
  'pingdom',
  'statuscake',
  'monitoring',
] as const

/** User agents are looked at this far. */
const agentLengthMax = 256

/**
 * What a request says of itself, for counting only: nothing is ever decided by it (CVE-2026-34457).
 * Browsers call themselves Mozilla, whatever they are. Probes of our own watch carry a signed mark; one
 * that is forged, old, repeated or there twice changes nothing.
 */
export function clientKind(
  raw: Pick<RawRequest, 'first' | 'count'>,
  marks: ProbeMarks,
): ClientKind {
  const mark = raw.first(headerSlots['x-gatehouse-probe'])
  if (mark !== null && raw.count(headerSlots['x-gatehouse-probe']) === 1 && marks.isFresh(mark))
    return 'probes'
  const agent = (raw.first(headerSlots['user-agent']) ?? '').slice(0, agentLengthMax).toLowerCase()
  if (probeAgents.some((part) => agent.includes(part))) return 'probes'
  return agent.startsWith('mozilla/') ? 'people' : 'machines'
}
