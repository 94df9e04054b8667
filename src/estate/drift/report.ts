// What a comparison of one source comes to, in one shape for every source: text, data and exit code read it.
import type { Difference } from '../plan/difference.ts'
import type { Ignored } from './ignore.ts'

/** Who made a thing as it is, and when. */
export interface Change {
  /** For people: `changed by "akadmin" in the UI, 2026-04-18 12:53 UTC`. */
  readonly text: string
  /** The same as the source has it, for `--json`. */
  readonly data: object
}

/** A live or declared thing. */
export interface Subject {
  /** `authentik_group["staff"]` */
  readonly address: string
  /** `authentik_group` */
  readonly type: string
  /** `staff` */
  readonly name: string
}

/** Something that is other than declared, or not there. */
export interface ReportedDrift extends Subject {
  /** To bring the source to what is declared: `create` is missing there, `update` is other there. */
  readonly difference: Difference
  /** Null where nobody is known. */
  readonly change: Change | null
}

/** Something live that is declared nowhere. */
export interface ReportedUnmanaged extends Subject {
  /** The source's own key, where it has one. */
  readonly id: string | null
  /** What else is to be said of it; null for nothing. */
  readonly about: string | null
  readonly change: Change | null
}

/** What must hold whatever else differs. */
export interface Invariant {
  /** Stable: `outpost-managed`. */
  readonly id: string
  readonly holds: boolean
  /** What is the case, with the values found. */
  readonly text: string
}

/** An object and why it is not compared. Names stand in quotes as JSON. */
export interface LeftOut {
  readonly object: string
  readonly why: string
}

/** Everything that a source has to say. */
export interface DriftReport {
  /** `uptime-kuma`, as on the command line. */
  readonly system: string
  /** `Uptime Kuma`, for headings. */
  readonly called: string
  readonly drift: readonly ReportedDrift[]
  readonly unmanaged: readonly ReportedUnmanaged[]
  readonly ignored: readonly Ignored[]
  readonly invariants: readonly Invariant[]
  /** Understood, and not ours to compare. */
  readonly skipped: readonly LeftOut[]
  /** It may be anything, and counts as not read: exit code 1. */
  readonly notUnderstood: readonly LeftOut[]
  /** What this way of reading does not show, a sentence each: not compared, and not taken for equal. */
  readonly notCompared: readonly string[]
  /** Differences that were there once and not again: somebody is at work right now. */
  readonly unconfirmed: number
  readonly counts: { readonly declared: number; readonly live: number; readonly compared: number }
  /** Why changes are not attributed; null where they are, or could be. */
  readonly attributionFault: string | null
}

/** 0 nothing · 2 something · 1 something could not be read: that is never "nothing". */
export type DriftExitCode = 0 | 1 | 2

/** The exit code of one report. */
export function driftExitCode(found: DriftReport): DriftExitCode {
  if (found.notUnderstood.length > 0) return 1
  const isBroken = found.invariants.some(({ holds }) => !holds)
  return found.drift.length + found.unmanaged.length > 0 || isBroken ? 2 : 0
}
