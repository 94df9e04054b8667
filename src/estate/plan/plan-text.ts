// A plan as text: what would change, and what that would do.
import { formatDuration } from '../../std/units.ts'
import { differenceText } from './difference-text.ts'
import { type DoorChange, type Plan, type StoreChange, isRisky } from './plan.ts'

/** Lines of one chapter at most; a plan is read on a screen. */
const linesMax = 40

/** The plan for people. */
export function planText(plan: Plan): string {
  const { differences, doors, findings, stores } = plan
  if (differences.length === 0) return 'No changes. Both declare the same.\n'
  const chapters = [
    differenceText(differences),
    chapter('Doors, as a stranger meets them:', doors.map(doorLine)),
    chapter('Monitors:', monitorLines(plan)),
    chapter('Stores:', stores.map(storeLine)),
    chapter(
      'Findings that appear:',
      findings.appear.map((finding) => `! ${finding}`),
    ),
    chapter(
      'Findings that vanish:',
      findings.vanish.map((finding) => `  ${finding}`),
    ),
    isRisky(plan) ? 'A door opens, or a store would fill: look twice.' : '',
  ]
  return `${chapters.filter((text) => text !== '').join('\n\n')}\n`
}

function chapter(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const more = lines.length > linesMax ? [`  and ${lines.length - linesMax} more`] : []
  return [title, ...lines.slice(0, linesMax).map((line) => `  ${line}`), ...more].join('\n')
}

function doorLine({ after, before, host, opens, path }: DoorChange): string {
  const what = `${before ?? 'no door'} -> ${after ?? 'no door'}`
  return `${opens ? '!' : ' '} ${host}${path}: ${what}${opens ? ', open to everyone' : ''}`
}

function monitorLines({ monitors, strangersPerMinute }: Plan): readonly string[] {
  const { after, before } = monitors
  const rate = strangersPerMinute
  if (after === before && rate.after === rate.before) return []
  const verb = after >= before ? 'adding' : 'removing'
  return [
    ...(after === before
      ? []
      : [`  you are ${verb} ${Math.abs(after - before)} monitors: ${before} -> ${after}`]),
    `  knocks without a session at protected hosts: ${rate.before.toFixed(2)}/min -> ${rate.after.toFixed(2)}/min`,
  ]
}

function storeLine({ after, before, store, timeToFullMs }: StoreChange): string {
  const full = timeToFullMs === null ? 'never full' : `full in ${formatDuration(timeToFullMs)}`
  return `${after > 1 ? '!' : ' '} ${store}: the ratio goes from ${before.toFixed(2)} to ${after.toFixed(2)}, ${full}`
}
