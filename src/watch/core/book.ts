// The incident book: at most one open incident for each cause, each event said once and numbered.
import { layerOf } from '../../model/layer.ts'
import type { Effect, IncidentRecord, Progress } from '../core.ts'
import { type Evidence, noEvidence } from '../incident/evidence.ts'
import type {
  CauseId,
  Incident,
  IncidentEvent,
  Phase,
  TimelineEntry,
} from '../incident/incident.ts'
import { withEntry } from './timeline.ts'

/** Closed incidents that are kept. */
export const closedMax = 200
/** An incident that comes back within this time is the same one. */
export const graceMs = 30 * 60_000
/** Clean rounds before an incident is closed for the first time, and at most. */
export const cleanRounds = 5
const cleanRoundsMax = 60
/** Rounds after the opening in which another verdict is a correction, and no second fault. */
export const correctionRounds = 5
/** Incidents that may be open at once; more than any estate has services would be a defect. */
const openMax = 5000
const slugLengthMax = 60

/** What an incident is opened with. */
export interface Draft extends Pick<
  Incident,
  'cause' | 'elements' | 'title' | 'urgency' | 'verdict' | 'advice'
> {
  readonly at: number
  readonly firstSymptomAt: number
  readonly by: Progress['by']
  /** Stores that it is about; absent: none. */
  readonly stores?: Progress['stores']
  readonly masking?: readonly string[]
  readonly timeline: readonly TimelineEntry[]
  readonly evidence?: Partial<Evidence>
}

/** What may change in an incident without being news. */
export type Patch = Partial<
  Pick<
    Incident,
    | 'title'
    | 'urgency'
    | 'verdict'
    | 'elements'
    | 'masking'
    | 'advice'
    | 'changes'
    | 'firstSymptomAt'
    | 'phase'
  >
>

/** All incidents. `drain` gives what is to be said since it was last asked. */
export class Book {
  readonly #open = new Map<CauseId, IncidentRecord>()
  #closed: readonly IncidentRecord[] = []
  #said: Effect[] = []
  #observedFrom = 0

  constructor(restored: readonly IncidentRecord[]) {
    for (const record of restored.toReversed())
      if (record.incident.closedAt === null) this.#open.set(record.incident.cause, record)
    this.#closed = restored.filter(({ incident }) => incident.closedAt !== null)
  }

  /** Effects since the last call, in order. */
  drain(): readonly Effect[] {
    const said = this.#said
    this.#said = []
    return said
  }

  observedFrom(at: number): void {
    this.#observedFrom = at
  }

  open(): readonly IncidentRecord[] {
    return [...this.#open.values()]
  }

  openOf(cause: CauseId): IncidentRecord | null {
    return this.#open.get(cause) ?? null
  }

  find(id: string): IncidentRecord | null {
    return this.records().find(({ incident }) => incident.id === id) ?? null
  }

  /** Open ones first, then closed ones, newest first. */
  records(): readonly IncidentRecord[] {
    return [...this.open().toReversed(), ...this.#closed]
  }

  /** The newest incident that was closed within the grace and fits. */
  recentlyClosed(at: number, fits: (record: IncidentRecord) => boolean): IncidentRecord | null {
    const isRecent = ({ incident }: IncidentRecord): boolean =>
      at - (incident.closedAt ?? 0) <= graceMs
    return this.#closed.find((record) => isRecent(record) && fits(record)) ?? null
  }

  /** Opens an incident, or opens again the one of this cause that was closed a short time ago. */
  start(draft: Draft): IncidentRecord | null {
    const { cause } = draft
    const known = this.#open.get(cause)
    if (known !== undefined) return known
    if (this.#open.size >= openMax) return null
    const before = this.recentlyClosed(draft.at, ({ incident }) => incident.cause === cause)
    if (before !== null) return this.#startAgain(before, draft)
    const incident: Incident = {
      id: this.#freeId(draft),
      cause,
      phase: phaseOf(draft),
      elements: draft.elements,
      title: draft.title,
      urgency: draft.urgency,
      openedAt: draft.at,
      firstSymptomAt: Math.min(draft.firstSymptomAt, draft.at),
      closedAt: null,
      verdict: draft.verdict,
      masking: draft.masking ?? [],
      timeline: draft.timeline.reduce<Incident['timeline']>(withEntry, []),
      changes: [],
      advice: draft.advice,
    }
    return this.#say('opened', draft.urgency === 'page', {
      incident,
      sequence: 0,
      progress: freshProgress(draft, cleanRounds),
      evidence: { ...noEvidence(this.#observedFrom), ...draft.evidence },
    })
  }

  #startAgain(before: IncidentRecord, draft: Draft): IncidentRecord {
    this.#closed = this.#closed.filter((record) => record !== before)
    const { cleanNeeded, stores } = before.progress
    // A store that alarms again after its layer has failed for it: what is known of the failure stays.
    const isAfter = phaseOf(draft) === 'warning' && before.incident.phase !== 'warning'
    const incident = withLines({ ...before.incident, closedAt: null }, [
      ...draft.timeline,
      { at: draft.at, kind: 'verdict', text: 'It came back', evidence: draft.title },
    ])
    const { advice, masking, title, urgency } = draft
    return this.#say('changed', urgency === 'page', {
      ...before,
      incident: {
        ...incident,
        ...{ advice, title, urgency },
        phase: isAfter ? 'recovered' : phaseOf(draft),
        elements: isAfter ? before.incident.elements : draft.elements,
        verdict: isAfter ? before.incident.verdict : draft.verdict,
        masking: masking ?? incident.masking,
      },
      progress: {
        ...freshProgress(draft, Math.min(cleanRoundsMax, cleanNeeded * 2)),
        stores: withStores(stores, draft.stores ?? []),
      },
    })
  }

  /**
   * An open warning becomes the failure that it warned of, or one that recovered fails again: told as a
   * change, under the same cause.
   */
  fail(cause: CauseId, draft: Draft): IncidentRecord | null {
    const record = this.#open.get(cause)
    if (record === undefined) return null
    const { advice, at, elements, masking, title, urgency, verdict } = draft
    const { incident, progress } = record
    const recovered = incident.timeline.findLast(({ kind }) => kind === 'recovered')
    const isAgain = recovered !== undefined && at - recovered.at <= graceMs
    const cleanNeeded = isAgain ? Math.min(cleanRoundsMax, progress.cleanNeeded * 2) : cleanRounds
    return this.#say('changed', isRise(incident, draft), {
      ...record,
      incident: withLines(
        {
          ...incident,
          ...{ advice, elements, title, urgency, verdict },
          phase: 'failing',
          firstSymptomAt: Math.min(draft.firstSymptomAt, at),
          masking: masking ?? [],
        },
        draft.timeline,
      ),
      progress: {
        ...freshProgress(draft, cleanNeeded),
        stores: withStores(progress.stores, draft.stores ?? []),
      },
      evidence: { ...record.evidence, ...draft.evidence },
    })
  }

  /** Changes an incident in a way that people are told of. */
  change(cause: CauseId, patch: Patch, entry: TimelineEntry): void {
    const record = this.#open.get(cause)
    if (record === undefined) return
    const incident = withLines({ ...record.incident, ...patch }, [entry])
    this.#say('changed', isRise(record.incident, incident), { ...record, incident })
  }

  close(cause: CauseId, entry: TimelineEntry, evidence: Partial<Evidence> = {}): void {
    const record = this.#open.get(cause)
    if (record === undefined) return
    const incident = withLines({ ...record.incident, closedAt: entry.at }, [entry])
    this.#say('closed', false, {
      ...record,
      incident,
      evidence: { ...record.evidence, ...evidence },
    })
    this.#open.delete(cause)
  }

  /** Changes an incident without saying so; also a closed one. */
  amend(id: string, change: (record: IncidentRecord) => IncidentRecord): void {
    const open = this.open().find(({ incident }) => incident.id === id)
    if (open !== undefined) this.#open.set(open.incident.cause, change(open))
    else
      this.#closed = this.#closed.map((record) =>
        record.incident.id === id ? change(record) : record,
      )
  }

  progress(cause: CauseId, progress: Partial<Progress>): void {
    const record = this.#open.get(cause)
    if (record === undefined) return
    const next = { ...record.progress, ...progress }
    const isSame = Object.entries(progress).every(([key, value]) =>
      Object.is(Reflect.get(record.progress, key), value),
    )
    if (!isSame) this.#open.set(cause, { ...record, progress: next })
  }

  note(id: string, entry: TimelineEntry): void {
    this.amend(id, (record) => ({ ...record, incident: withLines(record.incident, [entry]) }))
  }

  /** A line whose like is told once, however often it is seen. */
  noteOnce(id: string, entry: TimelineEntry): void {
    const isKnown = this.find(id)?.incident.timeline.some(
      ({ kind, text }) => kind === entry.kind && text === entry.text,
    )
    if (isKnown !== true) this.note(id, entry)
  }

  #say(kind: IncidentEvent['kind'], wakes: boolean, record: IncidentRecord): IncidentRecord {
    const next = { ...record, sequence: record.sequence + 1 }
    const { incident, sequence } = next
    this.#said.push({ kind: 'say', event: { kind, incident, wakes, sequence } })
    if (kind === 'closed') this.#closed = [next, ...this.#closed].slice(0, closedMax)
    else this.#open.set(next.incident.cause, next)
    return next
  }

  #freeId({ at, cause, elements }: Draft): string {
    const date = new Date(at).toISOString().slice(0, 10)
    const [first] = elements
    const isLayer =
      cause.startsWith('layer:') &&
      cause !== 'layer:undecided' &&
      first !== undefined &&
      first === layerOf(first)
    const name = isLayer ? first : cause.replace(/^layer:/, '')
    const slug = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, slugLengthMax)
    const taken = new Set(this.records().map(({ incident }) => incident.id))
    const id = `${date}-${slug}`
    for (let n = 1; ; n++) {
      const next = n === 1 ? id : `${id}-${n}`
      if (!taken.has(next)) return next
    }
  }
}

function phaseOf({ by }: Draft): Phase {
  return by === 'store' ? 'warning' : 'failing'
}

function isRise(before: Pick<Incident, 'urgency'>, now: Pick<Incident, 'urgency'>): boolean {
  return before.urgency === 'notice' && now.urgency === 'page'
}

function freshProgress({ by, stores }: Draft, cleanNeeded: number): Progress {
  return {
    ...{ by, cleanNeeded },
    ...{ clean: 0, rounds: 0, pending: '', pendingRounds: 0, reasonsAt: null },
    stores: stores ?? [],
  }
}

/** Both, each store once; what was told last counts. */
export function withStores(
  before: Progress['stores'],
  now: Progress['stores'],
): Progress['stores'] {
  return [...new Map([...before, ...now].map((each) => [each.store, each])).values()]
}

function withLines(incident: Incident, lines: readonly TimelineEntry[]): Incident {
  return { ...incident, timeline: lines.reduce(withEntry, incident.timeline) }
}
