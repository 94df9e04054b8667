// What every source of `gatehouse drift` is: whether it is declared, and how it is read and compared.
import type { LoadedConfig } from '../../config.ts'
import type { Estate } from '../../estate.ts'
import type { DriftReport } from '../../estate-drift.ts'
import type { Result } from '../../std/result.ts'
import type { AuthentikOptions } from '../authentik-source.ts'
import type { CliContext } from '../context.ts'
import type { ConfigOptions } from '../load.ts'

/** Options of the command; those of one source alone say so in the help text. */
export interface DriftOptions extends ConfigOptions, AuthentikOptions {
  readonly json?: boolean
  readonly from?: readonly string[]
  readonly caFile?: string
  /** Uptime Kuma: slug of a public page that is read in place of `/metrics`. */
  readonly statusPage?: string
  /** Prometheus: as for `gatehouse generate prometheus`. */
  readonly job: string
  readonly scrape?: readonly string[]
  readonly rules?: readonly string[]
  /** Kubernetes: as for `gatehouse generate kubernetes`. */
  readonly image: string
  readonly namespace: string
}

/** What is declared, and the key of hashes that stand for secrets: a fresh one for each run. */
export interface Declared {
  readonly loaded: LoadedConfig
  readonly estate: Estate
  readonly secretKey: Uint8Array
}

/** What a source is given. */
export interface DriftInput {
  readonly context: CliContext
  readonly options: DriftOptions
  readonly declared: Declared
}

/** A comparison, and what to call the live side: an address or files, without secrets. */
export interface Compared {
  readonly report: DriftReport
  readonly source: string
}

/** One source. */
export interface DriftSource {
  /** False: `gatehouse drift` without a name leaves it out. */
  isDeclared(declared: Declared): boolean
  /** The error is a line for each thing that could not be read; nothing was compared then. */
  compare(input: DriftInput): Promise<Result<Compared, readonly string[]>>
}

/** Lines of a source that could not be read. */
export function unread(called: string, source: string, faults: readonly string[]): string[] {
  return [`Cannot read ${called} at ${JSON.stringify(source)}: nothing was compared`, ...faults]
}
