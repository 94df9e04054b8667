// `/evidence` of the private listener: what was refused, for how many, and how full the session store is.
import type { GateConfig } from '../config.ts'
import type { Observer } from '../observer.ts'
import type { SessionStats } from '../session/sessions.ts'

/** Where it is answered. */
export const evidencePath = '/evidence'

/** How full the session store is. */
export interface StoreUse {
  readonly stored: number
  /** Sessions that it may hold. */
  readonly most: number
  /** Sessions opened since the start, by who caused them. */
  readonly opened: Readonly<Record<'people' | 'probes' | 'machines', number>>
  /** Operations of the store that failed since the start. */
  readonly faults: number
}

/** The use of the store, as the watch takes it for a sample. Only people sign in: strangers leave nothing. */
export function storeUse(stats: SessionStats, { sessions }: GateConfig): StoreUse {
  return {
    stored: stats.storeSessions,
    most: sessions.sessionsMax,
    opened: { people: stats.opened, probes: 0, machines: 0 },
    faults: stats.storeFaults,
  }
}

/** Numbers only, of nobody in particular. `since` is the number of a minute, whole ones after it are told. */
export function evidenceAnswer(
  since: string | null,
  sources: { readonly observer: Observer; store(): StoreUse },
): Response {
  const minute = /^\d{1,12}$/.test(since ?? '') ? Number(since) : null
  return Response.json({ ...sources.observer.evidence.since(minute), sessions: sources.store() })
}
