// A secret that may stand in the file itself or in a file of its own, but not in both.
import { resolve } from 'node:path'
import type { Path } from '../std/schema/json-schema.ts'
import type { Inspection } from './inspection.ts'
import { readSecretFile } from './secret.ts'

/** Id of the finding that a secret has no file. It keeps a gate from starting, not a file from being right. */
export const noSecretFile = 'no-secret-file'

/** Where a secret is written. */
export interface SecretSetting {
  /** Section that it stands in, and its key there; that of the file is `<key>_file`. */
  readonly at: Path
  readonly key: string
  readonly inline: string | undefined
  readonly file: string | undefined
}

/**
 * The secret; null when neither form is written. Empty when it cannot be had, which has then been
 * reported, or is not wanted (`inspection.withSecrets`).
 */
export function secretSetting(inspection: Inspection, setting: SecretSetting): string | null {
  const { at, file, inline, key } = setting
  if (inline !== undefined && file !== undefined) {
    inspection.report({
      id: 'both-set',
      path: [...at, key],
      message: `Found both "${key}" and "${key}_file", wanted one of the two`,
      fix: `Keep "${key}_file"`,
    })
    return ''
  }
  if (inline !== undefined) return inline
  if (file === undefined) return null
  if (!inspection.withSecrets) return ''
  const secret = readSecretFile(inspection.files, resolve(inspection.baseDirectory, file))
  if (secret.ok) return secret.value
  const { absent, message, fix } = secret.error
  const id = absent === true ? noSecretFile : 'secret-file'
  inspection.report({ id, path: [...at, `${key}_file`], message, fix })
  return ''
}

/** As {@link secretSetting} where one of the two must be written; `what` completes "a file that holds". */
export function neededSecret(inspection: Inspection, setting: SecretSetting, what: string): string {
  const found = secretSetting(inspection, setting)
  if (found !== null) return found
  const { at, key } = setting
  inspection.report({
    id: 'missing',
    path: at,
    message: `Missing "${key}_file", wanted a file that holds ${what}`,
    fix: `Add "${key}_file", or "${key}"`,
  })
  return ''
}
