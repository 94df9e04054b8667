// Sealing: authenticated encryption of small texts that travel through a browser (AES-256-GCM,
// NIST SP 800-38D), with a key of its own for every purpose (HKDF-SHA256, RFC 5869).
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from '../std/bytes.ts'
import type { Random } from '../world/random.ts'

/** What a sealed text is for. A text sealed for one purpose cannot be opened for another. */
export type SealPurpose =
  | 'sign-in-state'
  | 'binding'
  | 'session'
  | 'form'
  | 'half-session'
  | 'enrolment'
  | 'id-token'
  | 'passkey'
  | 'probe'
  | 'outpost'

/** Seals and opens. Opening never throws: anything not sealed by us for this purpose is null. */
export interface Sealer {
  seal(purpose: SealPurpose, text: string): string
  open(purpose: SealPurpose, sealed: string): string | null
}

const ivBytes = 12
const tagBytes = 16
/** Longest sealed text that is looked at, in characters: the longest token that a session keeps. */
const sealedLengthMax = 32_768
/** The same for what comes from our own disk. */
const sealedFileLengthMax = 64 * 1024 * 1024

/** A sealer over `secret` (at least 32 bytes). Nonces are random: fine below 2^32 seals per secret. */
export function createSealer(secret: Uint8Array, random: Random): Sealer {
  const keys = new Map<SealPurpose, Uint8Array>()
  const keyOf = (purpose: SealPurpose): Uint8Array => {
    let key = keys.get(purpose)
    if (key === undefined) {
      key = new Uint8Array(hkdfSync('sha256', secret, 'gatehouse-seal-1', purpose, 32))
      keys.set(purpose, key)
    }
    return key
  }
  return {
    seal: (purpose, text) => {
      const iv = random.bytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', keyOf(purpose), iv)
      cipher.setAAD(toUtf8(purpose))
      return toBase64Url(
        Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]),
      )
    },
    open: (purpose, sealed) => {
      if (sealed.length > (purpose === 'outpost' ? sealedFileLengthMax : sealedLengthMax))
        return null
      const bytes = fromBase64Url(sealed)
      if (bytes === null || bytes.length < ivBytes + tagBytes) return null
      const decipher = createDecipheriv('aes-256-gcm', keyOf(purpose), bytes.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      })
      decipher.setAAD(toUtf8(purpose))
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
      try {
        return fromUtf8(
          Buffer.concat([
            decipher.update(bytes.subarray(ivBytes, bytes.length - tagBytes)),
            decipher.final(),
          ]),
        )
      } catch {
        return null
      }
    },
  }
}
