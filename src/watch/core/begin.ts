// How a failure becomes an incident: a new one, one that came back, or the store's that warned of it.
import type { IncidentRecord } from '../core.ts'
import { absorb } from './absorb.ts'
import { type Draft, graceMs, withStores } from './book.ts'
import { type Desk, familiesOf, isLayer } from './desk.ts'
import { familyOf } from './families.ts'
import { hasFullStore, isWarningBehind, wordsOf, worstAlarm } from './stores-behind.ts'

/** Opens an incident over a layer, or finds the one that it belongs to. Null: no more can be open. */
export function begin(desk: Desk, draft: Draft): IncidentRecord | null {
  const warned = warnedOf(desk, draft)
  const record =
    warned === null
      ? desk.book.start({ ...draft, cause: formerCause(desk, draft) })
      : desk.book.fail(warned.incident.cause, {
          ...draft,
          ...wordsOf(desk, draft.elements, warned.progress.stores),
        })
  if (record === null) return null
  if (warned !== null) keepRows(desk, record)
  absorb(desk, record, draft.at)
  desk.judge(record.incident.id)
  return record
}

/**
 * The open warning that this is the failure of: of a store behind the layer that is full, or whose layer
 * worked again only a short time ago.
 */
function warnedOf(desk: Desk, { at, cause, elements }: Draft): IncidentRecord | null {
  const families = elements.map(familyOf)
  const isIt = (record: IncidentRecord): boolean => {
    if (!isWarningBehind(record, families)) return false
    const recovered = record.incident.timeline.findLast(({ kind }) => kind === 'recovered')
    const isRecent = recovered !== undefined && at - recovered.at <= graceMs
    return isRecent || record.incident.cause === cause || hasFullStore(desk, record)
  }
  return desk.book.open().find(isIt) ?? null
}

/** What comes back within the grace keeps its name, also when another part of it fails now. */
function formerCause(desk: Desk, { at, cause, elements }: Draft): Draft['cause'] {
  const family = familyOf(elements[0] ?? 'prober')
  const former = desk.book.recentlyClosed(
    at,
    (record) =>
      record.incident.phase === 'failing' &&
      (isLayer(record) || record.incident.cause === cause) &&
      familiesOf(record).includes(family),
  )
  return former?.incident.cause ?? cause
}

function keepRows(desk: Desk, { incident, progress }: IncidentRecord): void {
  const stores = progress.stores.flatMap(({ store }) => desk.storeRows.get(store) ?? [])
  desk.book.amend(incident.id, (now) => ({ ...now, evidence: { ...now.evidence, stores } }))
}

/** Makes a store that is full part of a layer's incident that is open, and says so. */
export function joinStore(desk: Desk, layer: IncidentRecord, store: string): void {
  const { cause, elements, id } = layer.incident
  const state = desk.stores.get(store)
  const told = worstAlarm(state)
  if (state === undefined || state.now === null || told === null) return
  const { at } = state.now
  const stores = withStores(layer.progress.stores, [{ store, told: told.kind }])
  desk.book.progress(cause, { stores })
  desk.book.change(cause, wordsOf(desk, elements, stores), {
    at,
    kind: 'alarm',
    text: `${store}: ${told.text}`,
    evidence: desk.evidenceOf(store),
  })
  const joined = desk.book.find(id)
  if (joined === null) return
  keepRows(desk, joined)
  absorb(desk, joined, at)
  desk.judge(id)
}
