// One thing that was looked at, and what came of it: a line of `gatehouse doctor`.

/** `doubtful` is worth a look and fails nothing, `unknown` could not be tried. */
export type CheckStatus = 'well' | 'doubtful' | 'wrong' | 'unknown'

/** A finished check. */
export interface DoctorCheck {
  /** Stable: `control`, `gate`, `store`, `refusals`, `doors`, `identity-provider`, `clock`, `dns`, `certificates`, `replicas`. */
  readonly id: string
  readonly status: CheckStatus
  /** What was looked at. */
  readonly title: string
  /** What came, in a sentence or two. */
  readonly detail: string
  /** Single cases, bounded; empty where the sentence says it all. */
  readonly cases: readonly string[]
}

const casesMax = 10

/** A check; what is beyond ten cases is counted. */
export function checkOf(
  check: Omit<DoctorCheck, 'cases'>,
  cases: readonly string[] = [],
): DoctorCheck {
  const more = cases.length - casesMax
  const shown = more > 0 ? [...cases.slice(0, casesMax), `and ${more} more`] : cases
  return { ...check, cases: shown }
}
