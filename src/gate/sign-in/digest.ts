// SHA-256 (FIPS 180-4) as the sign-in parts write it.
import { createHash } from 'node:crypto'

/** Base64url SHA-256 of `text` in UTF-8. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url')
}
