// The token or key of a source: from a file that is named, from the environment, or from where it is declared to be.
import { resolve, dirname } from 'node:path'
import { readSecretFile } from '../../config.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { DriftInput } from './source.ts'

/** Where to look for it. */
export interface CredentialPlaces {
  /** Variable of the environment. */
  readonly variable: string
  /** Name among `estate.secrets.secrets`; undefined: none is declared. */
  readonly secret: string | undefined
}

/**
 * The credential, or null where none is said: some sources ask for none. It never stands in an argument,
 * since those show in every list of processes.
 */
export function credentialOf(
  { context, declared: { estate, loaded }, options }: DriftInput,
  { secret, variable }: CredentialPlaces,
): Result<string | null, string> {
  const { files } = context.world
  const { env } = context.world.process
  if (options.tokenFile !== undefined) {
    const read = readSecretFile(files, options.tokenFile)
    return read.ok ? checked(read.value) : err(read.error.message)
  }
  const given = env[variable] ?? ''
  if (given !== '') return checked(given)
  const place = estate.areas.secrets.secrets.find(({ name }) => name === secret)
  if (place?.place === 'environment') {
    const value = env[place.ref] ?? ''
    return value === '' ? err(`Missing the variable "${place.ref}"`) : checked(value)
  }
  if (place === undefined) return ok(null)
  if (place.place !== 'file')
    return err(
      `Found the credential "${place.name}" in "${place.place}" at "${place.ref}", wanted it in "--token-file" or ${variable}`,
    )
  const read = readSecretFile(files, resolve(dirname(loaded.file), place.ref))
  return read.ok ? checked(read.value) : err(read.error.message)
}

/** It travels in a header. */
function checked(text: string): Result<string, string> {
  return /^[\x21-\x7e]+$/.test(text.trim())
    ? ok(text.trim())
    : err('Found a token that is hidden, wanted one without white space')
}
