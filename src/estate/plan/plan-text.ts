// A plan as text: what would change, and what that would do.
import { formatDuration } from '../../std/units.ts'
import { ratioText } from '../stores.ts'
import { differenceText } from './difference-text.ts'
import { type AlertChange, type DoorChange, type Plan, type StoreChange, isRisky } from './plan.ts'

/** Lines of one chapter at most; a plan is read on a screen. */
const linesMax = 40

/** The plan for people. */
export function planText(plan: Plan): string {
  const { alerts, differences, doors, findings, stores } = plan
  if (differences.length === 0) return 'No changes. Both declare the same.\n'
  const chapters = [
    differenceText(differences),
    chapter('Doors, as a stranger meets them:', doors.map(doorLine)),
    chapter('Monitors:', monitorLines(plan)),
    chapter('Stores:', stores.map(storeLine)),
    chapter('Alerts, of those that can fire:', alerts.map(alertLine)),
    chapter(
      'Findings that appear:',
      findings.appear.map((finding) => `! ${finding}`),
    ),
    chapter(
      'Findings that vanish:',
      findings.vanish.map((finding) => `  ${finding}`),
    ),
    riskOf(plan),
  ]
  return `${chapters.filter((text) => text !== '').join('\n\n')}\n`
}

/** What is worth a second look, in one sentence. */
function riskOf(plan: Plan): string {
  if (!isRisky(plan)) return ''
  const isUnwatched = plan.alerts.some(({ after }) => after.length === 0)
  return isUnwatched
    ? 'A door opens, a store would fill, or a layer is left without an alert: look twice.'
    : 'A door opens, or a store would fill: look twice.'
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

function monitorLines({ guards, monitors, strangersPerMinute }: Plan): readonly string[] {
  const { after, before } = monitors
  const rate = strangersPerMinute
  const verb = after >= before ? 'adding' : 'removing'
  const count = Math.abs(after - before)
  return [
    ...(after === before
      ? []
      : [
          `  you are ${verb} ${count} ${count === 1 ? 'monitor' : 'monitors'}: ${before} -> ${after}`,
        ]),
    ...(after === before && rate.after === rate.before
      ? []
      : [
          `  knocks without a session at protected hosts: ${rate.before.toFixed(2)}/min -> ${rate.after.toFixed(2)}/min`,
        ]),
    ...guards.map(
      ({ action, host, path }) =>
        `  ${host}${path}: ${action === 'added' ? 'is held open by a guard' : 'no guard holds it open any more'}`,
    ),
  ]
}

function alertLine({ after, before, layer }: AlertChange): string {
  const names = (all: readonly string[]): string => (all.length === 0 ? 'none' : all.join(', '))
  return `${after.length === 0 ? '!' : ' '} ${layer}: ${names(before)} -> ${names(after)}`
}

function storeLine({ after, before, store, timeToFullMs }: StoreChange): string {
  const full = timeToFullMs === null ? 'never full' : `full in ${formatDuration(timeToFullMs)}`
  return `${after > 1 ? '!' : ' '} ${store}: the ratio goes from ${ratioText(before)} to ${ratioText(after)}, ${full}`
}
