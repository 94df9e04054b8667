// The last good configuration on disk, sealed: a restart while authentik is down still serves.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Result, err, ok } from '../../std/result.ts'
import type { Files } from '../../world/files.ts'
import type { Sealer } from '../seal.ts'
import { parseJson } from '../../world/authentik-api.ts'
import { FieldReader, fieldOf, isFields } from '../../std/fields.ts'
import type { CertificatePair } from './outpost.ts'
import type { OutpostSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

/** Keeps one snapshot. */
export interface LastGood {
  /** Null when there is none, or none of this authentik and token. */
  load(): Snapshot | null
  /** The error is a sentence for the log: the outpost goes on without. */
  save(snapshot: Snapshot): Result<void, string>
}

const fileName = 'authentik-outpost'
/** Changes with the form of what is kept; another form is as good as none. */
const form = 1

/**
 * Keeps it in `dataDir`, mode 0600, since it holds the secrets of all providers. It is tied to the address
 * and the token that it was read with: under another one it would be another outpost's.
 */
export function lastGoodOnDisk(options: {
  readonly files: Files
  readonly sealer: Sealer
  readonly dataDir: string
  readonly settings: OutpostSettings
}): LastGood {
  const { files, sealer, dataDir, settings } = options
  const file = join(dataDir, fileName)
  const origin = createHash('sha256')
    .update(JSON.stringify([settings.address, settings.token]))
    .digest('hex')
  return {
    load: () => {
      const text = files.readText(file)
      const opened = text.ok ? sealer.open('outpost', text.value.trim()) : null
      return opened === null ? null : read(opened, origin)
    },
    save: (snapshot) => {
      const text = writeJson({ form, origin, ...snapshot })
      if (text === null) return err('Keeping the configuration failed: it is nested too deeply')
      const sealed = sealer.seal('outpost', text)
      const made = files.ensureDirectory(dataDir, 0o700)
      const written = made.ok ? files.writeAtomic(file, `${sealed}\n`, 0o600) : made
      if (written.ok) return ok(undefined)
      const { path, code } = written.error
      return err(`Keeping the configuration in "${path}" failed: "${code}"`)
    },
  }
}

function read(text: string, origin: string): Snapshot | null {
  const data = parseJson(text)
  if (!isFields(data) || fieldOf(data, 'form') !== form) return null
  if (fieldOf(data, 'origin') !== origin) return null
  const outpost = fieldOf(data, 'outpost')
  const providers = fieldOf(data, 'providers')
  const certificates = fieldOf(data, 'certificates')
  const fetchedAt = fieldOf(data, 'fetchedAt')
  if (!isFields(outpost) || !Array.isArray(providers) || !Array.isArray(certificates)) return null
  if (typeof fetchedAt !== 'number') return null
  return { outpost, providers, certificates: certificates.flatMap(readPair), fetchedAt }
}

function readPair(value: unknown): CertificatePair[] {
  if (!isFields(value)) return []
  const reader = new FieldReader(value)
  const pair = {
    uuid: reader.text('uuid'),
    fingerprint: reader.text('fingerprint'),
    certificatePem: reader.text('certificatePem', { lengthMax: Infinity }),
    privateKeyPem: reader.text('privateKeyPem', { lengthMax: Infinity }),
  }
  return reader.faults.length === 0 ? [pair] : []
}

/** Null for what the runtime can read and not write: fields that we do not know may hold anything. */
function writeJson(value: unknown): string | null {
  try {
    return JSON.stringify(value)
  } catch {
    return null
  }
}
