// The library as a whole: how much is found, how soon, how often the layer is right, how many messages.
import { textTable } from '../../std/text-table.ts'
import { formatDuration } from '../../std/units.ts'
import { type DrillResult, isPaging } from './result.ts'

/** One drill in a line. Times in ms. */
export interface SummaryLine {
  readonly name: string
  readonly met: boolean
  readonly truth: readonly string[]
  readonly unseen: readonly string[]
  readonly found: readonly string[]
  /** From the first failure; null: not found, or nothing to be found. */
  readonly tookMs: number | null
  readonly notifications: number
  readonly misses: readonly string[]
}

/** A simple monitor over all drills in which a layer or a service broke. */
export interface BaselineSummary {
  readonly name: string
  readonly detected: number
  readonly of: number
  readonly medianMs: number | null
  /** Per drill that was detected. */
  readonly notifications: number
  /** In drills in which nothing was to be found, and before anything broke. */
  readonly falseAlarms: number
}

/** All of it. */
export interface Summary {
  readonly seed: number
  readonly drills: readonly SummaryLine[]
  readonly met: number
  /** Drills in which something broke, whether or not a probe could see it. */
  readonly broken: number
  readonly detected: number
  readonly medianMs: number | null
  readonly p95Ms: number | null
  /** First calls of a location, and those that were right. */
  readonly calls: number
  readonly rightCalls: number
  /** Incidents that page, messages that woke somebody for them, and all messages that page. */
  readonly incidents: number
  readonly woken: number
  readonly messages: number
  /** Alarms that woke somebody where nothing was to be found, or before anything broke. */
  readonly falseAlarms: number
  /** Innocent changes that were to be exonerated, and those that were. */
  readonly decoys: number
  readonly exonerated: number
  readonly baselines: readonly BaselineSummary[]
}

/** Decoys by drill: titles that the scenario expects to be exonerated. */
export type Decoys = (name: string) => readonly string[]

/** Sums up the results of one seed. */
export function summaryOf(
  seed: number,
  results: readonly DrillResult[],
  decoysOf: Decoys,
): Summary {
  const broken = results.filter(({ truth, unseen }) => truth.length + unseen.length > 0)
  const found = broken.flatMap(({ brokenAt, foundAt, match, truth }) =>
    foundAt === null || match === 'wrong' || truth.length === 0
      ? []
      : [Math.max(0, foundAt - (brokenAt ?? 0))],
  )
  const calls = results.filter(({ firstCallRight }) => firstCallRight !== null)
  const decoys = results.flatMap((result) =>
    decoysOf(result.name).map(
      (title) => result.changes.find(({ change }) => change.title === title)?.judgement,
    ),
  )
  return {
    seed,
    drills: results.map(lineOf),
    met: results.filter(({ misses }) => misses.length === 0).length,
    broken: broken.length,
    detected: found.length,
    medianMs: quantile(found, 0.5),
    p95Ms: quantile(found, 0.95),
    calls: calls.length,
    rightCalls: calls.filter(({ firstCallRight }) => firstCallRight === true).length,
    incidents: sum(results, waking),
    woken: sum(results, ({ notifications }) => notifications),
    messages: sum(results, ({ alarms }) => alarms.filter(isPaging).length),
    falseAlarms: sum(results, falseAlarmsOf),
    decoys: decoys.length,
    exonerated: decoys.filter((judgement) => judgement === 'exonerated').length,
    baselines: baselinesOf(results),
  }
}

function lineOf(result: DrillResult): SummaryLine {
  const { brokenAt, foundAt, misses, name, named, notifications, truth, unseen } = result
  const tookMs = foundAt === null || truth.length === 0 ? null : foundAt - (brokenAt ?? 0)
  return {
    ...{ name, truth, unseen, notifications, misses },
    met: misses.length === 0,
    found: named,
    tookMs,
  }
}

function waking({ alarms }: DrillResult): number {
  const ids = alarms.flatMap((alarm) => (isPaging(alarm) ? [alarm.incident.id] : []))
  return new Set(ids).size
}

function falseAlarmsOf({ alarms, brokenAt, truth }: DrillResult): number {
  return alarms.filter(
    (alarm) =>
      isPaging(alarm) &&
      (!alarm.incident.cause.startsWith('store:') || alarm.incident.phase === 'failing') &&
      (truth.length === 0 || alarm.at < (brokenAt ?? 0)),
  ).length
}

function baselinesOf(results: readonly DrillResult[]): readonly BaselineSummary[] {
  const width = results[0]?.baselines.length ?? 0
  return Array.from({ length: width }, (_, i) => {
    const all = results.flatMap(({ baselines, brokenAt, truth }) => {
      const one = baselines[i]
      return one === undefined ? [] : [{ one, brokenAt, isQuiet: truth.length === 0 }]
    })
    const due = all.filter(({ isQuiet }) => !isQuiet)
    const hit = due.filter(({ one }) => one.detectedAt !== null)
    const times = hit.map(({ brokenAt, one }) => (one.detectedAt ?? 0) - (brokenAt ?? 0))
    const sent = sum(hit, ({ one }) => one.notifications)
    return {
      // "k of n" has another k in each estate.
      name: (results[0]?.baselines[i]?.name ?? '').replace(/^\d+ of \d+/, 'N of M'),
      detected: hit.length,
      of: due.length,
      medianMs: quantile(times, 0.5),
      notifications: hit.length === 0 ? 0 : sent / hit.length,
      falseAlarms: sum(all, ({ isQuiet, one }) =>
        isQuiet ? one.notifications + one.falseAlarms : one.falseAlarms,
      ),
    }
  })
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0)
}

/** Value below which a share of them lies; null for none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
}

/** For people. Same summary, same text. */
export function summaryText(summary: Summary): string {
  const { drills } = summary
  const rows = drills.map(({ found, met, name, notifications, tookMs, truth, unseen }) => [
    met ? 'met' : 'MISSED',
    name,
    unseen.length > 0 ? `(${unseen.join(', ')})` : truth.join(', ') || 'nothing',
    found.join(', ') || 'nothing',
    tookMs === null ? '' : timeText(tookMs),
    String(notifications),
  ])
  const misses = drills.flatMap(({ misses: all, name }) =>
    all.map((miss) => `- ${name}: ${miss}\n`),
  )
  return [
    textTable([['', 'drill', 'truth (unseen)', 'found', 'after', 'messages'], ...rows]),
    textTable(figures(summary)),
    `Simpler monitors, fed with the same answers; none of them names a layer:\n${textTable(baselineRows(summary))}`,
    ...(misses.length === 0 ? [] : [`Missed:\n${misses.join('')}`]),
  ].join('\n')
}

function figures(summary: Summary): readonly (readonly string[])[] {
  const { broken, calls, decoys, detected, drills, exonerated, rightCalls } = summary
  const { incidents, messages, woken } = summary
  return [
    ['seed', String(summary.seed)],
    ['ground truth met', `${summary.met} of ${drills.length}`],
    ['detected', `${detected} of ${broken} (those that no probe can see counted as missed)`],
    [
      'time to the whole truth',
      `${timeOr(summary.medianMs)} in the middle, ${timeOr(summary.p95Ms)} p95`,
    ],
    ['first call of the right layer', `${rightCalls} of ${calls}`],
    [
      'incidents that wake somebody',
      `${incidents}, ${woken} times; with ${messages} messages, changes of verdict among them`,
    ],
    ['false alarms', String(summary.falseAlarms)],
    ['decoys exonerated', `${exonerated} of ${decoys}`],
  ]
}

function baselineRows({ baselines }: Summary): readonly (readonly string[])[] {
  return [
    ['', 'detected', 'in the middle after', 'messages each', 'false alarms'],
    ...baselines.map(({ detected, falseAlarms, medianMs, name, notifications, of }) => [
      name,
      `${detected} of ${of}`,
      timeOr(medianMs),
      notifications.toFixed(1),
      String(falseAlarms),
    ]),
  ]
}

function timeOr(ms: number | null): string {
  return ms === null ? 'never' : timeText(ms)
}

function timeText(ms: number): string {
  return ms <= 0 ? '0m' : formatDuration(ms)
}
