// What `drift authentik` found, as text in the form that people know from Terraform, and as data.
import { type Difference } from '../plan/difference.ts'
import { differenceLines, differenceSum } from '../plan/difference-text.ts'
import type { Attributed, AuthentikDrift } from './drift.ts'
import { type ChangeEvent, changeText } from './events.ts'
import { type ManagedObject, addressOf, kinds } from './objects.ts'

/** Where and when was compared, for whoever reads it later. */
export interface DriftHeading {
  /** Address of authentik, or the files. */
  readonly source: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** What the declaration was: a commit, or a digest of it. */
  readonly revision: string
}

/** Places that an ignore rule shows at most. */
const placesMax = 3

/** 0 nothing · 2 something · 1 something could not be read: that is never "nothing". */
export function driftExitCode(found: AuthentikDrift): 0 | 1 | 2 {
  if (found.notUnderstood.length > 0) return 1
  const isBroken = found.invariants.some(({ holds }) => !holds)
  return found.drift.length + found.unmanaged.length > 0 || isBroken ? 2 : 0
}

/** The whole report. */
export function driftText(found: AuthentikDrift, heading: DriftHeading): string {
  const { compared, declared, live } = found.counts
  const broken = found.invariants.filter(({ holds }) => !holds)
  return [
    `authentik at ${heading.source}, compared with ${heading.revision} at ${heading.at}`,
    `${declared} objects declared, ${live} live, ${compared} compared, ${found.unmanaged.length} unmanaged, ${found.skipped.length} skipped, ${found.notUnderstood.length} not understood, ${ignoredCount(found)} differences ignored`,
    ...section(
      'Invariants',
      found.invariants.map(
        ({ holds, id, text }) => `  ${holds ? 'ok    ' : 'BROKEN'} ${id}: ${text}`,
      ),
    ),
    ...section('Drift: authentik → declared', [
      ...found.drift.map(({ change, what }) => driftBlock(what.difference, change)),
    ]),
    ...section(
      'Unmanaged: live, declared nowhere ("gatehouse codify" writes them down)',
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
    ...(found.eventsFault === null ? [] : ['', `Nothing is attributed: ${found.eventsFault}`]),
    '',
    differenceSum(found.drift.map(({ what }) => what.difference)),
    ...(broken.length === 0 ? [] : [`${broken.length} invariants are broken.`]),
    '',
  ].join('\n')
}

function ignoredCount({ ignored }: AuthentikDrift): number {
  return ignored.reduce((sum, { places }) => sum + places.length, 0)
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

function driftBlock(difference: Difference, change: ChangeEvent | null): string {
  const who = change === null ? [] : [`      # ${changeText(change)}`]
  const [first = '', ...rest] = differenceLines(difference)
  return [first, ...who, ...rest].join('\n')
}

function unmanagedLine({ change, what }: Attributed<ManagedObject>): string {
  const who = change === null ? '' : `  # ${changeText(change)}`
  return `  ? ${addressOf(what)}${who}`
}

function counted(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
}

/** The same as data: `resource_drift` as in `terraform show -json`, before is live and after declared. */
export function driftJson(found: AuthentikDrift, heading: DriftHeading): object {
  return {
    ...heading,
    exit_code: driftExitCode(found),
    counts: {
      ...found.counts,
      unmanaged: found.unmanaged.length,
      skipped: found.skipped.length,
      not_understood: found.notUnderstood.length,
      ignored: ignoredCount(found),
      unconfirmed: found.unconfirmed,
    },
    invariants: found.invariants,
    resource_drift: found.drift.map(({ change, what: { difference, object } }) => ({
      address: difference.address,
      type: kinds[object.kind].resource,
      name: object.key,
      change: {
        actions: [difference.action],
        before: side(difference, 'before'),
        after: side(difference, 'after'),
      },
      changed: change,
    })),
    unmanaged: found.unmanaged.map(({ change, what }) => ({
      address: addressOf(what),
      type: kinds[what.kind].resource,
      name: what.key,
      id: what.pk,
      changed: change,
    })),
    ignored: found.ignored,
    skipped: found.skipped,
    not_understood: found.notUnderstood.map(({ object, why }) => ({ object, why })),
    events_fault: found.eventsFault,
  }
}

function side({ attributes }: Difference, name: 'before' | 'after'): object {
  return Object.fromEntries(
    attributes.flatMap((change) =>
      change[name] === undefined ? [] : [[change.path, change[name]] as const],
    ),
  )
}
