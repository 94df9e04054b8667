// The four things that can be said of a rule, and how they go together.

/**
 * `alive` the series it needs are there · `unproven` nothing speaks against it, and nothing shows that it
 * can fire · `blind` it can never see what it is for · `dead` what it needs is not there at all.
 */
export const statuses = ['alive', 'unproven', 'blind', 'dead'] as const

/** One of {@link statuses}. */
export type Status = (typeof statuses)[number]

/** A status and why; the reason is a sentence without a full stop. */
export interface Finding {
  readonly status: Status
  readonly reason: string
}

const rank: Readonly<Record<Status, number>> = { alive: 0, unproven: 1, blind: 2, dead: 3 }

/** Findings of what is all needed: those with the worst status. */
export function worst(findings: readonly Finding[]): readonly Finding[] {
  const status = findings.reduce<Status>(
    (most, finding) => (rank[finding.status] > rank[most] ? finding.status : most),
    'alive',
  )
  return findings.filter((finding) => finding.status === status)
}

/** Findings of alternatives, of which one is enough: the ones of the best. */
export function best(alternatives: readonly (readonly Finding[])[]): readonly Finding[] {
  const statusOf = (findings: readonly Finding[]): number =>
    Math.max(...findings.map(({ status }) => rank[status]))
  return alternatives.reduce((least, findings) =>
    statusOf(findings) < statusOf(least) ? findings : least,
  )
}
