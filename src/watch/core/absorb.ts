// What a layer's incident takes in when it opens: services that fail behind it, the store that backs it.
import { layerOf } from '../../model/layer.ts'
import type { IncidentRecord } from '../core.ts'
import { correctionRounds, withStores } from './book.ts'
import { type Desk, familiesOf, isLayer } from './desk.ts'
import { hasFullStore, isWarningBehind } from './stores-behind.ts'

/** A service that failed this long before its layer's first symptom has a reason of its own. */
const earlierMs = 10 * 60_000

/** The cause of failures that belong together and that no verdict has located. */
export const unlocated = 'layer:unlocated'

/** Ends the incidents that are part of `record`, and links those that belong to it. */
export function absorb(desk: Desk, record: IncidentRecord, at: number): void {
  if (!isLayer(record)) return
  for (const other of desk.book.open()) {
    if (other.incident.id === record.incident.id) continue
    const isBehind = isWarningBehind(other, familiesOf(record))
    if (isPart(desk, other, record) || (isBehind && hasFullStore(desk, other))) {
      desk.link(record, other, at)
      takeStores(desk, record, other)
      desk.book.close(other.incident.cause, {
        at,
        kind: 'closed',
        text: `Part of "${record.incident.title}"`,
        evidence: `incident ${record.incident.id}`,
      })
    } else if (isBehind) {
      desk.link(record, other, at)
      keepRows(desk, record, other)
    }
  }
}

/** The stores of a warning become those of the failure. */
function takeStores(desk: Desk, record: IncidentRecord, other: IncidentRecord): void {
  if (other.progress.stores.length === 0) return
  const now = desk.book.openOf(record.incident.cause) ?? record
  desk.book.progress(record.incident.cause, {
    stores: withStores(now.progress.stores, other.progress.stores),
  })
  keepRows(desk, record, other)
}

function keepRows(desk: Desk, record: IncidentRecord, other: IncidentRecord): void {
  const rows = other.progress.stores.flatMap(({ store }) => desk.storeRows.get(store) ?? [])
  desk.book.amend(record.incident.id, (now) => {
    const rest = now.evidence.stores.filter(
      (row) => !other.progress.stores.some(({ store }) => store === row.store),
    )
    return { ...now, evidence: { ...now.evidence, stores: [...rest, ...rows] } }
  })
}

function isPart(desk: Desk, other: IncidentRecord, layer: IncidentRecord): boolean {
  const { cause, elements, firstSymptomAt } = other.incident
  if (cause === unlocated) return true
  if (!cause.startsWith('service:')) return false
  if (other.progress.by === 'rounds') return other.progress.rounds <= correctionRounds
  if (firstSymptomAt < layer.incident.firstSymptomAt - earlierMs) return false
  const host = cause.slice('service:'.length)
  return (
    elements.every((element) => layerOf(element) === 'upstream') &&
    desk.doors.isBehind(host, layer.incident.elements)
  )
}
