// What the parts of the core share: the book, what was seen, and the sentences that follow from both.
import { type ElementId, layerOf } from '../../model/layer.ts'
import type { CoreSettings, IncidentRecord } from '../core.ts'
import type { Moment, StoreRow } from '../incident/evidence.ts'
import {
  type Change,
  type ChangeJudgement,
  type TimelineEntry,
  isOfLayer,
} from '../incident/incident.ts'
import type { Verdict } from '../locate/verdict.ts'
import type { WitnessHistory } from '../witness/correlated.ts'
import type { StoreState } from './stores-behind.ts'
import { isTime } from './times.ts'
import { Book } from './book.ts'
import { Conditions } from './conditions.ts'
import { Doors } from './doors.ts'
import { familyOf } from './families.ts'
import { History } from './history.ts'
import { type Facts, judgeChange, lookBackMs } from './judge-change.ts'

/** Changes that are kept, and those that one incident holds. */
const changesMax = 1000
const judgedMax = 100
/** Changes that stand in a timeline. */
const changesToldMax = 20
/** Alarms of a store that stand in the timeline of its layer. */
const alarmsToldMax = 20
/** Time between two pictures of an estate that is well, and their number. */
const pictureEveryMs = 5 * 60_000
const picturesMax = 12

/** The verdict before the first round. */
export const nothingBroken: Verdict = {
  kind: 'healthy',
  leader: { elements: [], probability: 1 },
  runnerUp: null,
  because: [],
  discriminating: null,
  masked: [],
}

/** Shared by all parts; nothing of it grows without a bound. */
export class Desk {
  readonly book: Book
  readonly history: History
  readonly doors = new Doors()
  readonly conditions: Conditions
  verdict: Verdict = nothingBroken
  /** Newest rows of each store, oldest first; kept by the part that follows stores. */
  readonly storeRows = new Map<string, readonly StoreRow[]>()
  /** Each configured store as it was read last; kept by the same part. */
  readonly stores = new Map<string, StoreState>()
  /** How nervous each witness has shown itself to be; as many as are configured. */
  readonly witnesses = new Map<string, WitnessHistory>()
  #changes: readonly Change[]
  #pictures: readonly Moment[] = []

  constructor({ matrix, restored }: CoreSettings) {
    this.book = new Book(restored?.records ?? [])
    this.history = new History(matrix)
    this.conditions = new Conditions(restored?.conditions ?? [])
    this.#changes = restored?.changes ?? []
  }

  get changes(): readonly Change[] {
    return this.#changes
  }

  /** What is broken or suspected of it: failures behind it are its own. */
  broken(): readonly ElementId[] {
    const { kind, leader } = this.verdict
    const open = this.book
      .open()
      .filter(({ incident }) => isOfLayer(incident))
      .flatMap(({ incident }) => incident.elements)
    return kind === 'healthy' ? open : [...open, ...leader.elements]
  }

  noteChange(change: Change): void {
    if (!isTime(change.at) || this.#changes.some(({ id }) => id === change.id)) return
    this.#changes = [...this.#changes, change].toSorted((a, b) => a.at - b.at).slice(-changesMax)
    for (const { incident } of this.book.open()) this.judge(incident.id)
  }

  /** Everything as it is now. */
  picture(name: Moment['name'], at: number): Moment {
    return { name, at, probes: this.history.probes(), doors: this.doors.summary() }
  }

  /** Remembers how it looked while all was well. */
  remember(at: number): void {
    const last = this.#pictures.at(-1)
    if (last !== undefined && at - last.at < pictureEveryMs) return
    this.#pictures = [...this.#pictures, this.picture('before', at)].slice(-picturesMax)
  }

  /** How it looked before a time; empty where that is not known. */
  picturesBefore(at: number): readonly Moment[] {
    return this.#pictures.filter((picture) => picture.at < at).slice(-1)
  }

  /** Judges all changes again that an incident may have to do with, and tells new ones in its timeline. */
  judge(id: string): void {
    this.book.amend(id, (record) => {
      const changes = this.#judged(record)
      const incident = { ...record.incident, changes }
      return { ...record, incident }
    })
    const record = this.book.find(id)
    // Facts that came since may have turned a judgement: an old one would contradict it.
    this.book.amend(id, (now) => ({
      ...now,
      incident: {
        ...now.incident,
        timeline: now.incident.timeline.filter(({ kind }) => kind !== 'change'),
      },
    }))
    for (const { change, judgement, why } of record?.incident.changes.slice(0, changesToldMax) ??
      [])
      this.book.note(id, {
        at: change.at,
        kind: 'change',
        text: `${change.title} (${change.actor})`,
        evidence: `${change.source} ${change.id}; ${judgement}: ${why}`,
      })
  }

  #judged(record: IncidentRecord): readonly ChangeJudgement[] {
    const { incident } = record
    const kind = incident.cause.split(':', 1)[0]
    if (kind !== 'layer' && kind !== 'store' && kind !== 'service') return []
    const facts = factsOf(record, this.#storeLayers(record))
    const until = incident.closedAt ?? Number.POSITIVE_INFINITY
    const known = new Map(incident.changes.map(({ change }) => [change.id, change]))
    for (const change of this.#changes)
      if (change.at >= incident.firstSymptomAt - lookBackMs && change.at <= until)
        known.set(change.id, change)
    return [...known.values()]
      .map((change) => judgeChange(change, facts))
      .toSorted((a, b) => weights[a.judgement] - weights[b.judgement] || b.change.at - a.change.at)
      .slice(0, judgedMax)
  }

  /** A store that backs a blamed layer is blamed with it. */
  #storeLayers({ evidence, progress }: IncidentRecord): readonly ElementId[] {
    const own = progress.stores.flatMap(({ store }) => this.stores.get(store)?.layer ?? [])
    const linked = evidence.linked.flatMap((id) => {
      const incident = this.book.find(id)?.incident
      return incident?.cause.startsWith('store:') === true ? incident.elements : []
    })
    return [...own, ...linked]
  }

  /** What shows how a store stands: its newest reading. */
  evidenceOf(store: string): string {
    const now = this.stores.get(store)?.now
    if (now === undefined || now === null) return `readings of store ${store}`
    const { attribution, source, total, used } = now
    const who = attribution === '' ? '' : `; ${attribution}`
    return `${source}: ${used.blocks} of ${total.blocks} blocks used${who}`
  }

  /** Says in both incidents that they belong together. */
  link(one: IncidentRecord, other: IncidentRecord, at: number): void {
    const join = (record: IncidentRecord, id: string): void => {
      this.book.amend(record.incident.id, (now) => ({
        ...now,
        evidence: {
          ...now.evidence,
          linked: [...new Set([...now.evidence.linked, id])].slice(0, 50),
        },
      }))
    }
    join(one, other.incident.id)
    join(other, one.incident.id)
    for (const line of linkLines(other, at)) this.book.note(one.incident.id, line)
    for (const line of linkLines(one, at)) this.book.note(other.incident.id, line)
  }
}

const weights = { consistent: 0, exonerated: 1, unknown: 2 } as const

/** What one incident tells of another: a store its alarms, which came first; all else that it belongs. */
function linkLines({ incident }: IncidentRecord, at: number): readonly TimelineEntry[] {
  if (incident.cause.startsWith('store:'))
    return incident.timeline.filter(({ kind }) => kind === 'alarm').slice(0, alarmsToldMax)
  const text = `It belongs to "${incident.title}"`
  return [{ at, kind: 'observation', text, evidence: `incident ${incident.id}` }]
}

function factsOf({ evidence, incident }: IncidentRecord, stores: readonly ElementId[]): Facts {
  const moment = evidence.moments.find(({ name }) => name === 'verdict')
  return {
    blamed: [...incident.elements, ...stores],
    firstSymptomAt: incident.firstSymptomAt,
    symptomTo: Math.max(incident.firstSymptomAt, evidence.symptom?.to ?? 0),
    probes: moment?.probes ?? [],
    isLocated: incident.verdict !== null,
  }
}

/** Families that an incident is about. */
export function familiesOf({ incident }: IncidentRecord): readonly string[] {
  return [...new Set(incident.elements.map(familyOf))]
}

/** True for incidents over a shared layer. */
export function isLayer({ incident }: IncidentRecord): boolean {
  return isOfLayer(incident) && incident.elements.some((element) => layerOf(element) !== 'upstream')
}
