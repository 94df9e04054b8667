// What was found of one source, as text in the form that people know from Terraform.
import { differenceLines, differenceSum } from '../plan/difference-text.ts'
import { type DriftReport, type ReportedDrift, type ReportedUnmanaged } from './report.ts'
import { visible } from './visible.ts'

/** Where and when was compared, for whoever reads it later. */
export interface DriftHeading {
  /** Address of the source, or the files. */
  readonly source: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** What the declaration was: a commit, or a digest of it. */
  readonly revision: string
}

/** Places that an ignore rule shows at most. */
const placesMax = 3

/** The whole report. */
export function driftText(found: DriftReport, heading: DriftHeading): string {
  const { compared, declared, live } = found.counts
  const broken = found.invariants.filter(({ holds }) => !holds)
  const lines = [
    `${found.called} at ${heading.source}, compared with ${heading.revision} at ${heading.at}`,
    `${declared} objects declared, ${live} live, ${compared} compared, ${found.unmanaged.length} unmanaged, ${found.skipped.length} skipped, ${found.notUnderstood.length} not understood, ${ignoredCount(found)} differences ignored`,
    ...section(
      'Not compared',
      found.notCompared.map((sentence) => `  ${sentence}`),
    ),
    ...section(
      'Invariants',
      found.invariants.map(
        ({ holds, id, text }) => `  ${holds ? 'ok    ' : 'BROKEN'} ${id}: ${text}`,
      ),
    ),
    ...section(`Drift: ${found.called} → declared`, found.drift.flatMap(driftLines)),
    ...section(
      found.system === 'authentik'
        ? 'Unmanaged: live, declared nowhere ("gatehouse codify" writes them down)'
        : 'Unmanaged: live, declared nowhere',
      found.unmanaged.map(unmanagedLine),
    ),
    ...section(
      'Ignored',
      found.ignored.map(({ places, reason, rule }) => {
        const more = places.length > placesMax ? `, and ${places.length - placesMax} more` : ''
        return `  ${rule}: ${reason} (${places.length}: ${places.slice(0, placesMax).join(', ')}${more})`
      }),
    ),
    ...section(
      'Skipped',
      counted(found.skipped.map(({ why }) => why)).map(([why, count]) => `  ${count} × ${why}`),
    ),
    ...section(
      'Not understood: counts as not read',
      found.notUnderstood.map(({ object, why }) => `  ${object}: ${why}`),
    ),
    ...(found.unconfirmed > 0
      ? [
          '',
          `${found.unconfirmed} differences were there once and not again, and are not reported: somebody is at work`,
        ]
      : []),
    ...(found.attributionFault === null
      ? []
      : ['', `Nothing is attributed: ${found.attributionFault}`]),
    '',
    differenceSum(found.drift.map(({ difference }) => difference)),
    ...(broken.length === 0 ? [] : [`${broken.length} invariants are broken.`]),
    '',
  ]
  // Each line by itself: a name with a line end in it makes no line of its own.
  return lines.map((line) => visible(line.replaceAll('\n', '\\n'))).join('\n')
}

/** How many differences rules hide. */
export function ignoredCount({ ignored }: DriftReport): number {
  return ignored.reduce((sum, { places }) => sum + places.length, 0)
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

function driftLines({ change, difference }: ReportedDrift): readonly string[] {
  const who = change === null ? [] : [`      # ${change.text}`]
  const [first = '', ...rest] = differenceLines(difference)
  return [first, ...who, ...rest]
}

function unmanagedLine({ about, address, change }: ReportedUnmanaged): string {
  const said = [about, change?.text ?? null].filter((one) => one !== null)
  return `  ? ${address}${said.length === 0 ? '' : `  # ${said.join('; ')}`}`
}

function counted(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
}
