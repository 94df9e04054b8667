// A drill as text for people: what happened, when each alarm came, what was found, simpler monitors beside.
import { textTable } from '../../std/text-table.ts'
import type { Replay } from './replay.ts'
import type { DrillResult } from './result.ts'
import type { Fault, Scenario } from './scenario.ts'

/** One drill. Same result, same text. */
export function drillText(scenario: Scenario, result: DrillResult): string {
  return [
    headOf(scenario, result),
    textTable([['time', 'what', ''], ...linesOf(scenario, result)]),
    foundText(result),
    changesText(result),
    `Simpler monitors, fed with the same answers:\n${textTable(baselineRows(result))}`,
    endText(result),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** The replay of an outage: what happened then beside what would have, and the targets. */
export function replayText({ lines, result, targets }: Replay): string {
  const rows = lines.map(({ at, text, who }) => [
    wallTime(result.startAt + at),
    sinceText(at),
    who === 'then' ? text : '',
    who === 'watch' ? text : '',
  ])
  const aims = targets.map(({ found, reached, wanted, what }) => [
    reached ? 'reached' : 'MISSED',
    what,
    wanted,
    found,
  ])
  return [
    `${result.name}: ${result.title}\nSeed ${result.seed}. Times are UTC.\n`,
    textTable([['time', 'from start', 'what happened then', 'what the watch says'], ...rows]),
    changesText(result),
    `Simpler monitors, fed with the same answers:\n${textTable(baselineRows(result))}`,
    textTable([['', 'target', 'wanted', 'found'], ...aims]),
    endText(result),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function headOf({ about, estate, source }: Scenario, { name, seed, startAt, title }: DrillResult) {
  const more = about === undefined ? '' : `${about}\n`
  const replicas = `${estate.ingress} of the reverse proxy, ${estate.gates} of the gate`
  return `${name}: ${title}\nFrom ${source}. ${more}Seed ${seed}, ${estate.services} services, replicas: ${replicas}, from ${wallTime(startAt)} UTC.\n`
}

interface Line {
  readonly at: number
  readonly cells: readonly [string, string]
}

function linesOf(scenario: Scenario, result: DrillResult): readonly (readonly string[])[] {
  const lines: readonly Line[] = [
    ...scenario.faults.flatMap((fault) => faultLines(fault, result)),
    ...scenario.changes.map(({ ago, at, title }): Line => ({
      at: at ?? -(ago ?? 0),
      cells: ['changed', title],
    })),
    ...scenario.peers.map(({ dead, name }): Line => ({ at: dead, cells: ['dies', name] })),
    ...result.alarms.map(({ at, incident, kind }): Line => ({
      at,
      cells: [`${kind}, ${incident.urgency}`, `${incident.title} [${incident.cause}]`],
    })),
  ]
  return lines
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, cells }) => [sinceText(at), ...cells])
}

function faultLines(fault: Fault, { brokenAt }: DrillResult): readonly Line[] {
  const { answer, clients, doors, element, from, mode, share, to } = fault
  const whom = clients === 'all' ? '' : `, for ${clients}`
  const where = doors === undefined ? '' : `, at ${doors.join(', ')}`
  const what = answer === undefined ? '' : `, answers "${answer}"`
  const how = mode === 'partial' ? `${share} % of requests` : mode
  const begins = mode === 'slow-fill' ? (brokenAt ?? from) : from
  return [
    { at: begins, cells: ['breaks', `${element}: ${how}${whom}${where}${what}`] },
    ...(to === undefined ? [] : [{ at: to, cells: ['mended', element] } as const]),
  ]
}

function foundText(result: DrillResult): string {
  const { brokenAt, firstCallRight, foundAt, match, named, notifications, truth, unseen } = result
  const list = (all: readonly string[]): string => (all.length === 0 ? 'nothing' : all.join(', '))
  const when =
    foundAt === null || brokenAt === null ? '' : `, ${sinceText(foundAt - brokenAt)} after it broke`
  const how = { exact: 'as it is', accepted: 'as far as anybody could tell', wrong: 'wrong' }[match]
  const rows = [
    ['truth', list(truth)],
    ...(unseen.length === 0 ? [] : [['not to be seen', list(unseen)]]),
    ['found', `${list(named)} (${how}${when})`],
    ...verdictRows(result),
    ['first call', firstCallRight === null ? 'none' : firstCallRight ? 'right layer' : 'WRONG'],
    ['notifications', String(notifications)],
  ]
  return textTable(rows)
}

function verdictRows({ records }: DrillResult): readonly (readonly string[])[] {
  const verdict = records.find(({ incident }) => incident.verdict !== null)?.incident.verdict
  if (verdict === undefined || verdict === null) return []
  const { because, leader } = verdict
  const probes = because.map(({ failed, passed, probe }) => `${probe} ${failed}/${failed + passed}`)
  const sure = `${(Math.floor(leader.probability * 1000) / 10).toFixed(1)} % sure`
  return [['verdict', `${leader.elements.join(' + ')}, ${sure}; failed: ${probes.join(', ')}`]]
}

function changesText({ changes }: DrillResult): string {
  if (changes.length === 0) return ''
  const rows = changes.map(({ change, judgement, why }) => [change.title, judgement, why])
  return `Changes in the 72 h before:\n${textTable(rows)}`
}

function baselineRows({ baselines, brokenAt }: DrillResult): readonly (readonly string[])[] {
  return [
    ['', 'alarm', 'notifications', 'false'],
    ...baselines.map(({ detectedAt, falseAlarms, name, notifications }) => [
      name,
      detectedAt === null ? 'never' : `after ${sinceText(detectedAt - (brokenAt ?? 0))}`,
      String(notifications),
      String(falseAlarms),
    ]),
  ]
}

function endText({ misses }: DrillResult): string {
  return misses.length === 0
    ? 'The ground truth is met.\n'
    : `The ground truth is NOT met:\n${misses.map((miss) => `- ${miss}\n`).join('')}`
}

/** Hours and minutes: `31:42`. */
function sinceText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  return `${ms < 0 ? '-' : ''}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

function wallTime(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}
