// One fact worth a person's time: what is wrong or doubtful, where, and what to do about it.

/** `error` keeps a configuration from being used, `warning` does not. */
export type Severity = 'error' | 'warning'

/** A finding, as `gatehouse check --json` prints it. */
export interface Finding {
  /** Stable id of the kind of finding: `duplicate-rule`. Scripts rely on it. */
  readonly id: string
  readonly severity: Severity
  /** Where in the configuration: `services[2].paths[0]`. */
  readonly path: string
  /** What is the case, with the values found in quotes. */
  readonly message: string
  /** What to do, as an instruction. */
  readonly fix: string
}
