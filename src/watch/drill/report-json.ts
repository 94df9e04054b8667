// A drill as data: the form that programs read. Times in ms from the start.
import type { Replay } from './replay.ts'
import type { DrillResult } from './result.ts'

/** One drill. Same result, same bytes. */
export function drillJson(result: DrillResult): object {
  const { alarms, baselines, brokenAt, changes, foundAt, records } = result
  const located = records.find(({ incident }) => incident.verdict !== null)?.incident.verdict
  return {
    name: result.name,
    title: result.title,
    seed: result.seed,
    started_at: new Date(result.startAt).toISOString(),
    truth: result.truth,
    unseen: result.unseen,
    found: result.named,
    match: result.match,
    verdict:
      located === undefined || located === null
        ? null
        : {
            layer: located.leader.elements,
            confidence: located.leader.probability,
            because: located.because,
          },
    broken_at: brokenAt,
    found_at: foundAt,
    time_to_detect_ms: foundAt === null || brokenAt === null ? null : foundAt - brokenAt,
    first_call_right: result.firstCallRight,
    notifications: result.notifications,
    alarms: alarms.map(({ at, incident, kind, wakes }) => ({
      at,
      kind,
      urgency: incident.urgency,
      phase: incident.phase,
      wakes,
      cause: incident.cause,
      elements: incident.elements,
      title: incident.title,
    })),
    changes: changes.map(({ change, judgement, why }) => ({
      title: change.title,
      judgement,
      why,
    })),
    baselines,
    misses: result.misses,
  }
}

/** The replay, with its targets and what happened then. */
export function replayJson({ fullAt, lines, result, targets }: Replay): object {
  return { ...drillJson(result), full_at: fullAt, targets, lines }
}
