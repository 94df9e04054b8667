// Recovery codes: for the day the phone is gone. Eighty random bits each, kept as hashes, used once.
import { Secret } from 'otpauth'
import type { Random } from '../../../world/random.ts'
import { sha256 } from '../digest.ts'
import type { CanonicalName } from './account.ts'

/** How many a person gets at a time. */
export const recoveryCodesCount = 10

const codeBytes = 10
const codeLength = 16

/** Fresh codes as shown once, `abcd-efgh-ijkl-mnop`: base32 letters and digits that are hard to confuse. */
export function newRecoveryCodes(random: Random): readonly string[] {
  return Array.from({ length: recoveryCodesCount }, () => {
    const text = new Secret({ buffer: random.bytes(codeBytes).buffer }).base32.toLowerCase()
    return (text.match(/.{4}/g) ?? []).join('-')
  })
}

/**
 * What is kept of a code; null for a text that cannot be one. A plain hash is enough: eighty random bits
 * cannot be searched. Spaces, hyphens and case do not matter.
 */
export function recoveryDigest(name: CanonicalName, typed: string): string | null {
  const code = typed.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '')
  if (code.length !== codeLength || !/^[a-z2-7]+$/.test(code)) return null
  return sha256(`gatehouse-recovery ${name} ${code}`)
}
