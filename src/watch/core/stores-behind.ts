// The stores behind a layer: which incident is about which, and whether one is full enough to be why it fails.
import { criticalFill } from '../../model/forecast.ts'
import type { ElementId } from '../../model/layer.ts'
import type { IncidentRecord } from '../core.ts'
import { type StoreAlarm, type StoreForecast, storeAlarmKinds } from '../forecast/store-forecast.ts'
import type { Urgency } from '../incident/incident.ts'
import { type Desk, familiesOf } from './desk.ts'
import { adviceOf, failureOf, familyOf } from './families.ts'

/** A configured store as it was read last. */
export interface StoreState {
  readonly layer: ElementId
  /** Null before the first reading since the start. */
  readonly now: StoreForecast | null
}

/** Advice beside the levers, whose values hold for the figures of now. */
const capacityAdvice = 'Run gatehouse capacity with other sizes, rates and retentions'
/** Levers that stand behind what is to be done about the layer itself. */
const leversMax = 3

/** The alarm by which a store can be why its layer fails: no room is left. Null: there is room. */
export function fullAlarm(state: StoreState | undefined): StoreAlarm | null {
  if (state === undefined || state.now === null) return null
  const { alarms, fill } = state.now
  const isFull = ({ kind }: StoreAlarm): boolean =>
    kind === 'empty-files' || (kind === 'critical' && fill >= criticalFill)
  return alarms.find(isFull) ?? null
}

/** The worst alarm of a store; null: it has none, or is not known yet. */
export function worstAlarm(state: StoreState | undefined): StoreAlarm | null {
  return state?.now?.alarms[0] ?? null
}

/** Place in the order of urgency; 0 is the most urgent. */
export function rankOf({ kind }: Pick<StoreAlarm, 'kind'>): number {
  return storeAlarmKinds.indexOf(kind)
}

/** The open incident that a store belongs to. */
export function ownerOf(desk: Desk, store: string): IncidentRecord | null {
  const isOwn = ({ progress }: IncidentRecord): boolean =>
    progress.stores.some((each) => each.store === store)
  return desk.book.open().find(isOwn) ?? null
}

/** Stores of an incident that are too small all the same, worst first is not promised. */
export function standingStores(desk: Desk, { progress }: IncidentRecord): readonly string[] {
  return progress.stores.flatMap(({ store }) => {
    const state = desk.stores.get(store)
    if (state === undefined) return []
    const isBad = state.now === null ? desk.conditions.isBad(`store:${store}`) : worstAlarm(state)
    return isBad === null || isBad === false ? [] : [store]
  })
}

/** True for a warning about a store behind a layer of these families. */
export function isWarningBehind(record: IncidentRecord, families: readonly string[]): boolean {
  if (record.progress.by !== 'store') return false
  return familiesOf(record).some((family) => families.includes(family))
}

/** True when one of its stores has no room left. */
export function hasFullStore(desk: Desk, { progress }: IncidentRecord): boolean {
  return progress.stores.some(({ store }) => fullAlarm(desk.stores.get(store)) !== null)
}

/** What is said of elements that fail, with the store behind them that is full. */
export function wordsOf(
  desk: Desk,
  elements: readonly ElementId[],
  stores: IncidentRecord['progress']['stores'],
): { readonly title: string; readonly advice: readonly string[] } {
  const [title, advice] = [failureOf(elements), adviceOf(elements)]
  const families = elements.map(familyOf)
  for (const { store } of stores) {
    const state = desk.stores.get(store)
    const alarm = fullAlarm(state)
    if (state?.now === undefined || state.now === null || alarm === null) continue
    if (!families.includes(familyOf(state.layer))) continue
    return {
      title: `${title}; store ${store}: ${alarm.text}`,
      advice: [...advice, ...state.now.levers.slice(0, leversMax)],
    }
  }
  return { title, advice }
}

/** What is said of a store while nothing fails for it. */
export function warningOf(
  now: StoreForecast,
  worst: StoreAlarm,
): { readonly title: string; readonly urgency: Urgency; readonly advice: readonly string[] } {
  return {
    title: `Store ${now.store}: ${worst.text}`,
    urgency: worst.kind === 'critical' || worst.kind === 'empty-files' ? 'page' : 'notice',
    advice: [...now.levers, capacityAdvice],
  }
}
