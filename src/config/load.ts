// The one way from a file to a configuration: every mistake at once, or a checked and frozen value.
import { dirname } from 'node:path'
import type { Estate, EstateRule, KubernetesSource } from '../estate.ts'
import type { GateConfig } from '../gate.ts'
import { type Result, err, ok } from '../std/result.ts'
import { salvage } from '../std/schema/salvage.ts'
import type { WatchConfig } from '../watch.ts'
import type { Files } from '../world/files.ts'
import { buildGateConfig } from './gate-config.ts'
import { type Inspection, inspect } from './inspection.ts'
import { type ConfigMistake, describeMistake } from './mistake.ts'
import { type Parts, loadParts, rootSchema } from './parts.ts'
import { type ConfigSource, readSource } from './source.ts'
import { buildServicesFrom } from './services-from.ts'

/** A configuration fit for use. */
export interface LoadedConfig {
  /** Absolute path of the file, or "environment" where there is none. */
  readonly file: string
  readonly gate: GateConfig
  /** Null where there is no file, for then nothing but the gate is declared, and where nobody asked for it. */
  readonly estate: Estate | null
  /** Where further services come from while the gate runs; null: nowhere. Paths are absolute. */
  readonly servicesFrom: KubernetesSource | null
  /** Null where no watch is declared. */
  readonly watch: WatchConfig | null
  /** Findings that do not keep it from being used. */
  readonly warnings: readonly ConfigMistake[]
}

/** How to load. */
export interface LoadOptions {
  readonly files: Files
  /** Path of the file, relative to the working directory. */
  readonly file: string
  /** False: client secrets are not read and stand empty. For commands that decide nothing. */
  readonly withSecrets: boolean
  /** Rules about the estate that are run as well, where one is declared; for `gatehouse check`. */
  readonly rules?: readonly EstateRule[]
  /** False: the estate is not put together, only checked where it is declared; for what runs long. */
  readonly withEstate?: boolean
  /** True: a watch that cannot tell its layers apart is an error; for `gatehouse check`. */
  readonly refusesWeakWatch?: boolean
  /** True: where no watch is declared, one with nothing but defaults is; for commands that probe once. */
  readonly withWatch?: boolean
}

/** Names looked for in the working directory, then in the system's place, when none is given. */
export const defaultFiles = [
  'gatehouse.yaml',
  'gatehouse.ts',
  '/etc/gatehouse/gatehouse.yaml',
] as const

/** The file that a person means: named, in GATEHOUSE_CONFIG, or the first of {@link defaultFiles}. */
export function configFile(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  files: Files,
): string {
  const fromEnvironment = env['GATEHOUSE_CONFIG']
  if (named !== undefined) return named
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment
  return defaultFiles.find((file) => files.exists(file)) ?? defaultFiles[0]
}

/** True when nobody named a file and there is none where files are looked for. */
export function isWithoutFile(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  files: Files,
): boolean {
  const file = configFile(named, env, files)
  return named === undefined && (env['GATEHOUSE_CONFIG'] ?? '') === '' && !files.exists(file)
}

/** Reads and checks a configuration file. The error holds every mistake and every warning. */
export async function loadConfig(
  options: LoadOptions,
): Promise<Result<LoadedConfig, readonly ConfigMistake[]>> {
  const source = await readSource(options.files, options.file)
  return source.ok ? loadSource(source.value, options) : source
}

/** Checks what stands in a file that was read already. */
export async function loadSource(
  source: ConfigSource,
  options: Omit<LoadOptions, 'file'>,
): Promise<Result<LoadedConfig, readonly ConfigMistake[]>> {
  const { withEstate = true, withWatch = false } = options
  const parts = await loadParts(source.data, { watch: withWatch, estate: withEstate })
  return checkSource(source, { ...options, parts })
}

/** The same with what reads each section at hand. Pure but for the secret files that it reads through `files`. */
export function checkSource(
  source: ConfigSource,
  options: Omit<LoadOptions, 'file'> & { readonly parts: Parts },
): Result<LoadedConfig, readonly ConfigMistake[]> {
  const { file, positionOf } = source
  const { parts } = options
  if (source.data === null || source.data === undefined) return err([emptyFile])
  const data = options.withWatch === true ? watched(source.data) : source.data
  const salvaged = salvage(rootSchema(parts), data, ([first]) => first === 'identity')
  const { inspection, findings } = inspect(salvaged, positionOf, {
    files: options.files,
    baseDirectory: dirname(file),
    withSecrets: options.withSecrets,
  })
  const { config } = buildGateConfig(inspection)
  const estate = options.withEstate === false ? null : buildEstate(inspection, options)
  const watch = parts.watch?.build(inspection, config, options) ?? null
  const all = [
    ...salvaged.mistakes.map((mistake) => describeMistake(mistake, positionOf)),
    ...findings,
  ].toSorted(byPosition)
  if (config === null || all.some(({ severity }) => severity === 'error')) return err(all)
  const gate = withProbeKey(config, watch)
  const servicesFrom = buildServicesFrom(inspection)
  return ok({ file, gate, estate, watch, servicesFrom, warnings: all })
}

/** The estate; what `rules` find in it goes to `inspection`. */
function buildEstate(
  inspection: Inspection,
  { parts, rules = [] }: Pick<LoadOptions, 'rules'> & { readonly parts: Parts },
): Estate | null {
  if (parts.estate === null) return null
  const estate = parts.estate.build(inspection)
  // Whoever declares no estate asks for no opinion about it.
  for (const rule of inspection.settings.estate === undefined ? [] : rules)
    for (const { path, message, fix } of rule.find(estate))
      inspection.report({
        id: rule.id,
        severity: rule.severity,
        path,
        message,
        fix: fix ?? rule.fix,
      })
  return estate
}

/** A key that is declared is shared: the gate tells the probes of all watches by it. */
function withProbeKey(gate: GateConfig, watch: WatchConfig | null): GateConfig {
  const probeKey = watch?.probeKey ?? ''
  return probeKey === '' ? gate : Object.freeze({ ...gate, probeKey })
}

function watched(data: unknown): unknown {
  return typeof data !== 'object' || data === null || 'watch' in data
    ? data
    : { ...data, watch: {} }
}

const emptyFile: ConfigMistake = {
  id: 'empty',
  severity: 'error',
  path: '',
  message: 'The configuration is empty',
  fix: 'Begin with "url", "domains", "trusted_proxies", "identity" and "services"',
  position: null,
}

/** In the order of the file; what has no place keeps its turn at the front. */
function byPosition(a: ConfigMistake, b: ConfigMistake): number {
  const line = (a.position?.line ?? 0) - (b.position?.line ?? 0)
  return line === 0 ? (a.position?.column ?? 0) - (b.position?.column ?? 0) : line
}
