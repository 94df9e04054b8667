// Values of `AUTHENTIK_*` variables: as they stand, or `file://` and `env://` with a fallback after `?`.
import { type Result, err, ok } from '../std/result.ts'
import { show } from '../std/schema/check.ts'
import type { Files } from '../world/files.ts'

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Longest value, in characters. */
const valueLengthMax = 65_536

/**
 * The value that `text` stands for. `file:///run/secrets/token?fallback` is the content of the file
 * without white space around it, `env://NAME?fallback` another variable, taken as it is; the fallback
 * counts where there is none. The error is a sentence; it never holds a value.
 */
export function resolveValue(text: string, env: Environment, files: Files): Result<string, string> {
  const value = resolveOnce(text, env, files)
  if (value.ok && value.value.length > valueLengthMax)
    return err(`Found "${value.value.length}" characters, wanted at most "${valueLengthMax}"`)
  return value
}

function resolveOnce(text: string, env: Environment, files: Files): Result<string, string> {
  const match = /^(file|env):\/\/([^?]*)(?:\?(.*))?$/s.exec(text)
  if (match === null) return ok(text)
  const [, scheme, name = '', fallback] = match
  if (scheme === 'env') {
    const value = env[name]
    if (value !== undefined && value !== '') return ok(value)
    return fallback === undefined
      ? err(`It names the variable ${show(name)}, which is not set`)
      : ok(fallback)
  }
  const read = files.readText(name)
  if (read.ok) return ok(read.value.trim())
  return fallback === undefined
    ? err(`It names the file ${show(name)}, which answers "${read.error.code}"`)
    : ok(fallback)
}
