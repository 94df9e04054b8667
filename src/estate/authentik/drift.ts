// The whole of `drift authentik`: read, compare, read again, and keep only what is so both times.
import { type Result, err, ok } from '../../std/result.ts'
import type { AuthentikApi } from '../../world/authentik-api.ts'
import type { Clock } from '../../world/clock.ts'
import { type Look, lookTwice } from '../drift/look-twice.ts'
import type { DriftReport, Subject } from '../drift/report.ts'
import type { Estate } from '../estate.ts'
import { compare } from './compare.ts'
import { declaredObjects } from './declared.ts'
import { type ChangeLog, changeOf, readChanges } from './events.ts'
import { invariantsOf } from './invariants.ts'
import { type KindName, type ManagedObject, addressOf, kinds } from './objects.ts'
import { type ExportedFile, type RawLists, readExported, readOverApi } from './read-live.ts'
import { type LiveAuthentik, understand } from './understand.ts'

/** Where the live side is. */
export type AuthentikSource =
  | { readonly kind: 'api'; readonly api: AuthentikApi; readonly clock: Clock }
  | { readonly kind: 'files'; readonly files: readonly ExportedFile[] }

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
): Promise<Result<DriftReport, readonly string[]>> {
  const declared = declaredObjects(estate, secretKey)
  const look = async (): Promise<Result<Look<ManagedObject, LiveAuthentik>, readonly string[]>> => {
    const live = await readLive(source, secretKey)
    if (!live.ok) return live
    const invariants = invariantsOf(estate, live.value)
    return ok({ ...compare(estate, declared, live.value), live: live.value, invariants })
  }
  const looked = await lookTwice(look, source.kind === 'files')
  if (!looked.ok) return looked
  const { compared, ignored, invariants, live, unconfirmed } = looked.value
  const log = await changesOf(source, looked.value)
  return ok({
    ...{ system: 'authentik', called: 'authentik', ignored, invariants, unconfirmed },
    drift: looked.value.drift.map(({ difference, object }) => ({
      ...subjectOf(object),
      difference,
      change: changeOf(log, object, difference.action === 'create' ? 'missing' : 'update'),
    })),
    unmanaged: looked.value.unmanaged.map(({ object }) => ({
      ...{ ...subjectOf(object), id: object.pk, about: null },
      change: changeOf(log, object, 'unmanaged'),
    })),
    skipped: live.skipped,
    notUnderstood: live.notUnderstood.map(({ object, why }) => ({ object, why })),
    notCompared: [],
    counts: { declared: declared.length, live: live.objects.length, compared },
    attributionFault: log.fault,
  })
}

function subjectOf(object: ManagedObject): Subject {
  return { address: addressOf(object), type: kinds[object.kind].resource, name: object.key }
}

async function changesOf(
  source: AuthentikSource,
  { drift, unmanaged }: Pick<Look<ManagedObject, LiveAuthentik>, 'drift' | 'unmanaged'>,
): Promise<ChangeLog> {
  const wanted = new Set<KindName>([
    ...drift.map(({ object }) => object.kind),
    ...unmanaged.map(({ object }) => object.kind),
  ])
  if (wanted.size === 0) return { events: [], fault: null }
  return source.kind === 'api'
    ? readChanges(source.api, wanted)
    : { events: [], fault: 'Exported files hold no events' }
}
