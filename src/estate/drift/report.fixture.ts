// A report with nothing in it, for tests that fill in what they are about.
import type { DriftReport, ReportedDrift, ReportedUnmanaged } from './report.ts'

/** Nothing was found; `more` says what was. */
export function report(more: Partial<DriftReport> = {}): DriftReport {
  return {
    ...{ system: 'things', called: 'The things', drift: [], unmanaged: [], ignored: [] },
    ...{ invariants: [], skipped: [], notUnderstood: [], notCompared: [], unconfirmed: 0 },
    counts: { declared: 2, live: 3, compared: 1 },
    attributionFault: null,
    ...more,
  }
}

/** A thing that is other. */
export function changed(
  name: string,
  before: unknown,
  more: Partial<ReportedDrift> = {},
): ReportedDrift {
  const address = `thing[${JSON.stringify(name)}]`
  return {
    ...{ address, type: 'thing', name, change: null },
    difference: {
      action: 'update',
      address,
      attributes: [{ path: 'size', before, after: 1 }],
    },
    ...more,
  }
}

/** A thing that nobody declared. */
export function unmanaged(name: string, more: Partial<ReportedUnmanaged> = {}): ReportedUnmanaged {
  const address = `thing[${JSON.stringify(name)}]`
  return { ...{ address, type: 'thing', name, id: null, about: null, change: null }, ...more }
}
