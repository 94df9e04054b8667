// Hosts that fail by themselves: a notice each, or one incident where too many fail together for chance.
import type { Observation } from '../door.ts'
import type { CauseId, TimelineEntry } from '../incident/incident.ts'
import { leastFailing } from '../locate/false-alarms.ts'
import { unlocated } from './absorb.ts'
import type { Desk } from './desk.ts'
import { isLayer } from './desk.ts'
import type { HostState } from './doors.ts'
import { adviceFor } from './families.ts'

/** Noise of the study, and at most one false alarm in a year of rounds of a minute. */
const chance = { failureRate: 0.005, windowsPerYear: 525_600, falseAlarmsPerYear: 1 }
/** Services that must fail together at least: two are two. */
const togetherMin = 3
/** Services that began to fail within this time of one another may have one reason. */
const togetherMs = 15 * 60_000
/** A watch that has just started does not know yet which are down. */
const togetherPatience = { bad: 1, good: 10 }
const namedMax = 10
const anomalousAdvice: readonly string[] = [
  'Run gatehouse doctor: no layer is to blame by the canaries, yet too many services fail for chance',
  'Look at what the failing ones share and the canaries do not: a node, a network, a database',
]

/** Takes checks of doors into the book. */
export function takeDoors(desk: Desk, at: number, observations: readonly Observation[]): void {
  if (desk.verdict.kind === 'blind') return
  const states = desk.doors.take(observations, desk.broken())
  for (const { host, isWell } of states) if (isWell) wellAgain(desk, host, at)
  const down = states.filter(
    ({ host, isDown }) => isDown && desk.book.openOf(`service:${host}`) === null,
  )
  if (down.length > 0) openAll(desk, down, at)
  closeTogether(desk, at)
}

/** Forgets doors that are gone. What is open of a host that has none left ends, without a word that it is well. */
export function takeGone(desk: Desk, at: number, probes: readonly string[]): void {
  const emptied = desk.doors.forget(probes)
  const causes = emptied.flatMap((host): readonly CauseId[] => [
    `service:${host}`,
    `certificate:${host}`,
  ])
  // Nothing would ever say again that no host is down any more.
  if (desk.doors.hosts === 0) causes.push(unlocated)
  for (const cause of causes) {
    const by = desk.book.openOf(cause)?.progress.by
    if (by === 'doors' || by === 'condition')
      desk.book.close(cause, {
        at,
        kind: 'closed',
        text: 'Not watched any more: the host is no longer declared',
        evidence: 'services of the cluster',
      })
  }
}

function wellAgain(desk: Desk, host: string, at: number): void {
  const record = desk.book.openOf(`service:${host}`)
  if (record === null || record.progress.by !== 'doors') return
  desk.book.close(record.incident.cause, {
    at,
    kind: 'closed',
    text: 'Verified: every door passed several times in a row',
    evidence: `probes door:${host}/…`,
  })
}

function openAll(desk: Desk, down: readonly HostState[], at: number): void {
  const recent = desk.book
    .open()
    .filter(
      ({ incident, progress }) =>
        progress.by === 'doors' &&
        incident.cause.startsWith('service:') &&
        at - incident.openedAt <= togetherMs,
    )
  const services = desk.doors.hosts
  const least = Math.max(togetherMin, leastFailing({ services, ...chance }))
  const isTogether = desk.book.openOf(unlocated) !== null
  if (!isTogether && recent.length + down.length < least) {
    for (const { host } of down) openOne(desk, host, at)
    return
  }
  const hosts = [...recent.map(({ incident }) => incident.cause.slice('service:'.length))]
  hosts.push(...down.map(({ host }) => host))
  openTogether(desk, hosts, at)
  for (const { incident } of recent)
    desk.book.close(incident.cause, {
      at,
      kind: 'closed',
      text: 'Part of an incident of several services',
      evidence: `at least ${least} of ${services} fail together`,
    })
}

function openOne(desk: Desk, host: string, at: number): void {
  const trouble = desk.doors.trouble(host)
  if (trouble === null) return
  const { answer, detail, since, vantages } = trouble
  const record = desk.book.start({
    at,
    cause: `service:${host}`,
    elements: [`upstream/${host}`],
    title: `${host} fails over ${vantages.join(', ')}: ${answer}`,
    urgency: 'notice',
    verdict: null,
    advice: [`Run gatehouse why ${host}`, ...adviceFor.upstream.slice(1)],
    firstSymptomAt: since,
    by: 'doors',
    timeline: [
      { at: since, kind: 'first-symptom', text: detail, evidence: `door of ${host}, ${answer}` },
    ],
  })
  if (record !== null) desk.judge(record.incident.id)
}

function openTogether(desk: Desk, hosts: readonly string[], at: number): void {
  const known = desk.book.openOf(unlocated)
  const { hosts: all } = desk.doors
  const listed = hosts.slice(0, namedMax).join(', ')
  const more = hosts.length > namedMax ? ` and ${hosts.length - namedMax} more` : ''
  const entry: TimelineEntry = {
    at,
    kind: 'observation',
    text: `Failing: ${listed}${more}`,
    evidence: `doors of ${hosts.length} of ${all} hosts`,
  }
  if (known !== null) {
    desk.book.note(known.incident.id, entry)
    return
  }
  const since = hosts.map((host) => desk.doors.trouble(host)?.since ?? at)
  desk.book.start({
    at,
    cause: unlocated,
    elements: [],
    title: `${hosts.length} of ${all} services fail together`,
    urgency: 'page',
    verdict: null,
    advice: anomalousAdvice,
    firstSymptomAt: Math.min(at, ...since),
    by: 'doors',
    timeline: [
      {
        ...entry,
        at: Math.min(at, ...since),
        kind: 'first-symptom',
        text: 'First failure of them',
      },
      entry,
    ],
  })
}

function closeTogether(desk: Desk, at: number): void {
  const record = desk.book.openOf(unlocated)
  if (record === null || record.progress.by !== 'doors') return
  const isBad = desk.doors.down() > 0
  if (desk.conditions.take('doors-together', { at, isBad }, togetherPatience) !== 'went-well')
    return
  desk.book.close(unlocated, {
    at,
    kind: 'closed',
    text: 'Verified: no host is down any more',
    evidence: 'all doors',
  })
}

/** True while a layer is to blame for what others see. */
export function isExplained(desk: Desk): boolean {
  return desk.book.open().some(isLayer)
}
