// The whole of `drift authentik`: read, compare, read again, and keep only what is so both times.
import { type Result, err, ok } from '../../std/result.ts'
import type { AuthentikApi } from '../../world/authentik-api.ts'
import type { Clock } from '../../world/clock.ts'
import type { Estate } from '../estate.ts'
import { type Comparison, type Drifted, compare } from './compare.ts'
import { declaredObjects } from './declared.ts'
import { type ChangeEvent, type ChangeLog, changeOf, readChanges } from './events.ts'
import type { Ignored } from './ignore.ts'
import { type Invariant, invariantsOf } from './invariants.ts'
import type { KindName, ManagedObject } from './objects.ts'
import { type ExportedFile, type RawLists, readExported, readOverApi } from './read-live.ts'
import { type LeftOut, type LiveAuthentik, understand } from './understand.ts'

/** Where the live side is. */
export type AuthentikSource =
  | { readonly kind: 'api'; readonly api: AuthentikApi; readonly clock: Clock }
  | { readonly kind: 'files'; readonly files: readonly ExportedFile[] }

/** A thing and who made it so. */
export interface Attributed<T> {
  readonly what: T
  readonly change: ChangeEvent | null
}

/** Everything that `drift authentik` has to say. */
export interface AuthentikDrift {
  readonly drift: readonly Attributed<Drifted>[]
  readonly unmanaged: readonly Attributed<ManagedObject>[]
  readonly ignored: readonly Ignored[]
  readonly invariants: readonly Invariant[]
  readonly skipped: readonly LeftOut[]
  readonly notUnderstood: readonly LeftOut[]
  /** Differences that were there once and not again: somebody is at work right now. */
  readonly unconfirmed: number
  readonly counts: { readonly declared: number; readonly live: number; readonly compared: number }
  /** Why changes are not attributed; null where they are, or could be. */
  readonly eventsFault: string | null
}

/** Reads the live side once. The error is a sentence for each list that could not be read. */
export async function readLive(
  source: AuthentikSource,
  secretKey: Uint8Array,
): Promise<Result<LiveAuthentik, readonly string[]>> {
  const lists: Result<RawLists, readonly string[]> =
    source.kind === 'api' ? await readOverApi(source.api, source.clock) : readExported(source.files)
  return lists.ok ? ok(understand(lists.value, secretKey)) : err(lists.error)
}

/** Reads, compares, confirms and attributes. */
export async function authentikDrift(
  estate: Estate,
  source: AuthentikSource,
  secretKey: Uint8Array,
): Promise<Result<AuthentikDrift, readonly string[]>> {
  const declared = declaredObjects(estate, secretKey)
  const first = await look(estate, { source, secretKey, declared })
  if (!first.ok) return first
  // A file says the same however often it is read.
  const isQuiet = first.value.drift.length + first.value.unmanaged.length === 0 && first.value.kept
  const second =
    source.kind === 'files' || isQuiet ? first : await look(estate, { source, secretKey, declared })
  if (!second.ok) return second
  const confirmed = confirm(first.value, second.value)
  const log = await changesOf(source, confirmed)
  const { ignored, compared, live } = second.value
  return ok({
    drift: confirmed.drift.map((what) => ({
      what,
      change: changeOf(
        log,
        what.object,
        what.difference.action === 'create' ? 'missing' : 'update',
      ),
    })),
    unmanaged: confirmed.unmanaged.map((what) => ({
      what,
      change: changeOf(log, what, 'unmanaged'),
    })),
    ...{ ignored, invariants: confirmed.invariants },
    ...{ skipped: live.skipped, notUnderstood: live.notUnderstood },
    unconfirmed: confirmed.unconfirmed,
    counts: { declared: declared.length, live: live.objects.length, compared },
    eventsFault: log.fault,
  })
}

interface Look extends Comparison {
  readonly live: LiveAuthentik
  readonly invariants: readonly Invariant[]
  /** Every invariant holds. */
  readonly kept: boolean
}

async function look(
  estate: Estate,
  given: {
    readonly source: AuthentikSource
    readonly secretKey: Uint8Array
    readonly declared: readonly ManagedObject[]
  },
): Promise<Result<Look, readonly string[]>> {
  const live = await readLive(given.source, given.secretKey)
  if (!live.ok) return live
  const invariants = invariantsOf(estate, live.value)
  const kept = invariants.every(({ holds }) => holds)
  return ok({
    ...compare(estate, given.declared, live.value),
    ...{ live: live.value, invariants, kept },
  })
}

/** What two looks agree on. */
function confirm(
  first: Look,
  second: Look,
): Pick<Look, 'drift' | 'unmanaged' | 'invariants'> & { readonly unconfirmed: number } {
  const driftKey = ({ difference }: Drifted): string => JSON.stringify(difference)
  const unmanagedKey = ({ kind, key }: ManagedObject): string => `${kind} ${key}`
  const drift = shared(first.drift, second.drift, driftKey)
  const unmanaged = shared(first.unmanaged, second.unmanaged, unmanagedKey)
  const broken = shared(
    first.invariants.filter(({ holds }) => !holds),
    second.invariants.filter(({ holds }) => !holds),
    ({ text }) => text,
  )
  const once = (a: number, b: number, both: number): number => a + b - 2 * both
  return {
    drift,
    unmanaged,
    invariants: [...second.invariants.filter(({ holds }) => holds), ...broken],
    unconfirmed:
      once(first.drift.length, second.drift.length, drift.length) +
      once(first.unmanaged.length, second.unmanaged.length, unmanaged.length),
  }
}

function shared<T>(first: readonly T[], second: readonly T[], keyOf: (one: T) => string): T[] {
  const known = new Set(first.map(keyOf))
  return second.filter((one) => known.has(keyOf(one)))
}

async function changesOf(
  source: AuthentikSource,
  { drift, unmanaged }: Pick<Look, 'drift' | 'unmanaged'>,
): Promise<ChangeLog> {
  const wanted = new Set<KindName>([
    ...drift.map(({ object }) => object.kind),
    ...unmanaged.map(({ kind }) => kind),
  ])
  if (wanted.size === 0) return { events: [], fault: null }
  return source.kind === 'api'
    ? readChanges(source.api, wanted)
    : { events: [], fault: 'Exported files hold no events' }
}
