// Why a drill did not come out as it should have: nothing, too much, too late, too often, a wrong judgement.
import type { ChangeJudgement } from '../incident/incident.ts'
import { type DrillResult, isPaging } from './result.ts'
import type { Scenario } from './scenario.ts'
import { canonical, namedBy } from './truth.ts'

/** Sentences; empty: the ground truth is met. */
export function missesOf(
  scenario: Scenario,
  result: Omit<DrillResult, 'misses'>,
): readonly string[] {
  return [
    ...truthMisses(scenario, result),
    ...earlyMisses(scenario, result),
    ...expectMisses(scenario, result),
    ...changeMisses(scenario, result.changes),
  ]
}

type Unjudged = Omit<DrillResult, 'misses'>

function truthMisses({ truth }: Scenario, { foundAt, match, named }: Unjudged): readonly string[] {
  if (match === 'wrong') return [`Found "${shown(named)}", the truth is "${shown(truth)}"`]
  return truth.length > 0 && foundAt === null ? ['The truth was never said whole'] : []
}

function shown(list: readonly string[]): string {
  return list.length === 0 ? 'nothing' : list.join(', ')
}

function earlyMisses(scenario: Scenario, { alarms, brokenAt }: Unjudged): readonly string[] {
  const beside = new Set(scenario.beside.map(canonical))
  const early = alarms.filter(
    (alarm) =>
      isPaging(alarm) &&
      brokenAt !== null &&
      alarm.at < brokenAt &&
      !namedBy(alarm.incident).every((named) => beside.has(named)),
  )
  return early.length === 0 ? [] : [`"${early.length}" alarms came before anything was broken`]
}

function expectMisses({ expect }: Scenario, result: Unjudged): readonly string[] {
  const { brokenAt, foundAt, notifications } = result
  const misses: string[] = []
  if (expect.notifications !== undefined && expect.notifications !== notifications)
    misses.push(`"${notifications}" notifications, wanted "${expect.notifications}"`)
  const took = (foundAt ?? Infinity) - (brokenAt ?? 0)
  if (expect.within !== undefined && took > expect.within) {
    const when = Number.isFinite(took) ? `after "${Math.round(took / 60_000)}" minutes` : 'never'
    misses.push(`Found ${when}, wanted within "${expect.within / 60_000}" minutes`)
  }
  return misses
}

function changeMisses(
  { changes }: Scenario,
  judgements: readonly ChangeJudgement[],
): readonly string[] {
  return changes.flatMap(({ expect, title }) => {
    if (expect === undefined) return []
    const found = judgements.find(({ change }) => change.title === title)?.judgement ?? 'not judged'
    return found === expect ? [] : [`"${title}" is "${found}", wanted "${expect}"`]
  })
}
