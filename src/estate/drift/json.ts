// What was found of one source, as data: `resource_drift` as in `terraform show -json`.
import type { Difference } from '../plan/difference.ts'
import { type DriftReport, driftExitCode } from './report.ts'
import { type DriftHeading, ignoredCount } from './text.ts'

/** The whole report; `before` is live and `after` declared. */
export function driftJson(found: DriftReport, heading: DriftHeading): object {
  return {
    system: found.system,
    ...heading,
    exit_code: driftExitCode(found),
    counts: {
      ...found.counts,
      unmanaged: found.unmanaged.length,
      skipped: found.skipped.length,
      not_understood: found.notUnderstood.length,
      ignored: ignoredCount(found),
      unconfirmed: found.unconfirmed,
    },
    not_compared: found.notCompared,
    invariants: found.invariants,
    resource_drift: found.drift.map(({ address, change, difference, name, type }) => ({
      ...{ address, type, name },
      change: {
        actions: [difference.action],
        before: side(difference, 'before'),
        after: side(difference, 'after'),
      },
      changed: change?.data ?? null,
    })),
    unmanaged: found.unmanaged.map(({ about, address, change, id, name, type }) => ({
      ...{ address, type, name, id, about },
      changed: change?.data ?? null,
    })),
    ignored: found.ignored,
    skipped: found.skipped,
    not_understood: found.notUnderstood,
    events_fault: found.attributionFault,
  }
}

function side({ attributes }: Difference, name: 'before' | 'after'): object {
  return Object.fromEntries(
    attributes.flatMap((change) =>
      change[name] === undefined ? [] : [[change.path, change[name]] as const],
    ),
  )
}
