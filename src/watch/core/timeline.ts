// The timeline of an incident: in order of time, without repetitions, and bounded.
import type { TimelineEntry } from '../incident/incident.ts'

/** Lines of a timeline: the first and the last are kept. */
export const timelineMax = 200
const firstKept = 60
const textLengthMax = 400
const omission = 'further lines are left out here'

/** Adds a line where its time puts it. The same line twice is one. */
export function withEntry(
  timeline: readonly TimelineEntry[],
  entry: TimelineEntry,
): readonly TimelineEntry[] {
  const line = {
    ...entry,
    text: entry.text.slice(0, textLengthMax),
    evidence: entry.evidence.slice(0, textLengthMax),
  }
  const known = timeline.some(
    ({ at, kind, text }) => at === line.at && kind === line.kind && text === line.text,
  )
  if (known) return timeline
  const index = timeline.findLastIndex(({ at }) => at <= line.at) + 1
  return bounded(timeline.toSpliced(index, 0, line))
}

/** The middle goes first; a line says how many there were. */
function bounded(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  if (timeline.length <= timelineMax) return timeline
  const index = timeline.findIndex(({ text }) => text.endsWith(omission))
  const before = index === -1 ? 0 : Number.parseInt(timeline[index]?.text ?? '0', 10)
  const rest = index === -1 ? timeline : timeline.toSpliced(index, 1)
  const gone = rest[firstKept]
  if (gone === undefined) return timeline
  const cut = rest.length - (timelineMax - 1)
  const note: TimelineEntry = {
    at: gone.at,
    kind: 'observation',
    text: `${before + cut} ${omission}`,
    evidence: 'bound of the timeline',
  }
  return [...rest.slice(0, firstKept), note, ...rest.slice(firstKept + cut)]
}
