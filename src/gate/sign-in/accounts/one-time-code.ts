// Time-based one-time codes (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator app has.
import { Secret, TOTP } from 'otpauth'
import type { Random } from '../../../world/random.ts'

const secretBytes = 20
const secretBytesMin = 16
const secretBytesMax = 64
const periodSeconds = 30
const digits = 6
/** Steps before and after the present one that count: for slow fingers and clocks that differ. */
const stepsOfGrace = 1

/** True for base32 (RFC 4648 section 6, padding optional) of a secret that is long enough. */
export function isTotpSecret(text: string): boolean {
  return /^[A-Z2-7]{26,103}={0,6}$/.test(text) && isFitLength(Secret.fromBase32(text).bytes.length)
}

function isFitLength(bytes: number): boolean {
  return bytes >= secretBytesMin && bytes <= secretBytesMax
}

/** A fresh secret of 160 bits (RFC 4226 section 4, R6), in base32. */
export function newTotpSecret(random: Random): string {
  return new Secret({ buffer: random.bytes(secretBytes).buffer }).base32
}

/** The `otpauth:` URI that authenticator apps read; `issuer` is the sign-in host. */
export function enrolmentUri(secret: string, issuer: string, label: string): string {
  return totpOf(secret, issuer, label).toString()
}

/** Digits of a typed code without the spaces that people put between; null when it is not six digits. */
export function typedCode(text: string): string | null {
  const code = text.normalize('NFKC').replaceAll(/[\s-]/g, '')
  return /^\d{6}$/.test(code) ? code : null
}

/**
 * The time step (RFC 6238 section 4.2) that `code` belongs to at `nowMs`, or null when it is wrong. The
 * caller refuses a step that is not later than the last one used (section 5.2).
 */
export function stepOfCode(secret: string, code: string, nowMs: number): number | null {
  const timestamp = Math.max(0, nowMs)
  const delta = totpOf(secret, '', '').validate({ token: code, timestamp, window: stepsOfGrace })
  return delta === null ? null : Math.floor(timestamp / 1000 / periodSeconds) + delta
}

function totpOf(secret: string, issuer: string, label: string): TOTP {
  return new TOTP({
    issuer,
    label,
    algorithm: 'SHA1',
    digits,
    period: periodSeconds,
    secret: Secret.fromBase32(secret),
  })
}
