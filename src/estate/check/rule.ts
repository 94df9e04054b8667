// What a rule of `gatehouse check` is: one fact about an estate that is worth a person's time.
import type { Severity } from '../../model/finding.ts'
import type { Path } from '../../std/schema/json-schema.ts'
import type { Estate } from '../estate.ts'

/** One place where a rule is broken. */
export interface RuleFinding {
  /** Setting that it is about: `['estate', 'storage', 'volumes', 0]`. */
  readonly path: Path
  /** What is the case, with the values found in quotes. */
  readonly message: string
  /** What to do here, when more can be said than the rule's own advice. */
  readonly fix?: string
}

/** A rule; one file each, listed in `registry.ts`. */
export interface EstateRule {
  /** Stable id, the name of its file: `networks-overlap`. */
  readonly id: string
  readonly severity: Severity
  /** What it finds, in a sentence. */
  readonly title: string
  /** Why that matters: what goes wrong. */
  readonly reason: string
  /** What to do about it, as an instruction. */
  readonly fix: string
  /** Everything in the estate that breaks the rule, in the order of the configuration. Pure. */
  find(estate: Estate): readonly RuleFinding[]
  /**
   * A configuration with exactly one finding of this rule, and the nearest one with none. Whole settings
   * `services` and `estate` as they are written; a test holds both, the reference page shows both.
   */
  readonly examples: { readonly failing: RuleExample; readonly passing: RuleExample }
}

/** The settings of an example, as a person would write them. */
export interface RuleExample {
  readonly services?: readonly Readonly<Record<string, unknown>>[]
  readonly estate?: Readonly<Record<string, unknown>>
}
