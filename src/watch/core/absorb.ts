// What a layer's incident takes in when it opens: services that fail behind it, the store that backs it.
import { layerOf } from '../../model/layer.ts'
import type { IncidentRecord } from '../core.ts'
import { correctionRounds } from './book.ts'
import { type Desk, familiesOf, isLayer } from './desk.ts'

/** A service that failed this long before its layer's first symptom has a reason of its own. */
const earlierMs = 10 * 60_000

/** The cause of failures that belong together and that no verdict has located. */
export const unlocated = 'layer:unlocated'

/** Ends the incidents that are part of `record`, and links those that belong to it. */
export function absorb(desk: Desk, record: IncidentRecord, at: number): void {
  if (!isLayer(record)) return
  for (const other of desk.book.open()) {
    if (other.incident.id === record.incident.id) continue
    if (isPart(desk, other, record)) {
      desk.link(record, other, at)
      desk.book.close(other.incident.cause, {
        at,
        kind: 'closed',
        text: `Part of "${record.incident.title}"`,
        evidence: `incident ${record.incident.id}`,
      })
    } else if (isStoreBehind(other, record)) {
      desk.link(record, other, at)
      desk.book.amend(record.incident.id, (now) => ({
        ...now,
        evidence: { ...now.evidence, stores: desk.storeRows.get(storeOf(other)) ?? [] },
      }))
    }
  }
}

/** True where a layer that is open already explains why a store's incident matters now, or will. */
export function isStoreBehind(store: IncidentRecord, layer: IncidentRecord): boolean {
  if (!store.incident.cause.startsWith('store:')) return false
  const families = familiesOf(layer)
  return familiesOf(store).some((family) => families.includes(family))
}

/** Name of the store that an incident is about. */
export function storeOf({ incident }: IncidentRecord): string {
  return incident.cause.slice('store:'.length)
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
