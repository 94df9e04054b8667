// One look at a configuration across its settings: the good part of it, and where findings go.
import type { Severity } from '../model/finding.ts'
import { type Path, formatPath } from '../std/schema/json-schema.ts'
import type { Salvaged } from '../std/schema/salvage.ts'
import type { Files } from '../world/files.ts'
import type { ConfigMistake, PositionOf } from './mistake.ts'
import type { ConfigFields } from './schema.ts'

/** What a check finds; `path` is one of the salvaged settings. */
export interface Found {
  readonly id: string
  readonly severity?: Severity
  readonly path: Path
  readonly message: string
  readonly fix: string
}

/** What every check across settings is given. */
export interface Inspection {
  /** Settings in the right form; those with mistakes of form are not there. */
  readonly settings: Salvaged<ConfigFields>['value']
  readonly files: Files
  /** Directory that relative paths start from. */
  readonly baseDirectory: string
  /** False: secrets are not read and stand empty, for commands that have no need of them. */
  readonly withSecrets: boolean
  /** Notes a finding, unless what it is about is damaged and has been reported already. */
  report(found: Found): void
  /** True when something at `path`, above or below could not be read. */
  isDamaged(path: Path): boolean
  /** `path` as a person finds it in the file: `services[3].auth`. */
  written(path: Path): string
}

/** An inspection of `salvaged`, and the list that its findings are put in. */
export function inspect(
  salvaged: Salvaged<ConfigFields>,
  positionOf: PositionOf,
  place: Pick<Inspection, 'files' | 'baseDirectory' | 'withSecrets'>,
): { readonly inspection: Inspection; readonly findings: ConfigMistake[] } {
  const findings: ConfigMistake[] = []
  const isDamaged = (path: Path): boolean => salvaged.isDamaged(salvaged.origin(path))
  const inspection: Inspection = {
    ...place,
    settings: salvaged.value,
    isDamaged,
    written: (path) => formatPath(salvaged.origin(path)),
    report: ({ id, severity = 'error', path, message, fix }) => {
      const written = salvaged.origin(path)
      if (salvaged.isDamaged(written)) return
      const position = positionOf(written, 'value')
      findings.push({ id, severity, path: formatPath(written), message, fix, position })
    },
  }
  return { inspection, findings }
}
