// The mark by which probes announce themselves to the gate: written by the watch, read by the gate, for counting.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { toBase64Url } from '../std/bytes.ts'

/** Header that carries the mark. */
export const probeMarkHeader = 'X-Gatehouse-Probe'

/** Age beyond which a mark counts no more, and the same ahead of the clock, in seconds. */
export const markAgeMaxSeconds = 300

/** Random bytes of a mark: no two probes of five minutes share them. */
export const markNonceBytes = 16

const label = 'gatehouse-probe-mark-1'
const keyBytes = 32
const form = /^(\d{10})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/
/** A mark has one length only: everything else is told from one without a look into it. */
const markLength = 10 + 1 + 22 + 1 + 43

/** A mark whose form is right; nothing is known of its truth. */
export interface ProbeMark {
  /** Epoch seconds. */
  readonly at: number
  readonly nonce: string
  readonly mac: string
}

/** The key of the gate whose secret that is, for a watch that is told no other (HKDF, RFC 5869). */
export function probeKeyOf(secret: Uint8Array): string {
  return toBase64Url(new Uint8Array(hkdfSync('sha256', secret, label, 'key', keyBytes)))
}

/** A fresh mark. `now` is epoch ms, `nonce` {@link markNonceBytes} random bytes. */
export function writeProbeMark(key: string, now: number, nonce: Uint8Array): string {
  const signed = `${Math.floor(now / 1000)}.${toBase64Url(nonce)}`
  return `${signed}.${toBase64Url(macOf(key, signed))}`
}

/** Reads the form alone, at no cost for what has another length; null for anything else. */
export function readProbeMark(text: string): ProbeMark | null {
  if (text.length !== markLength) return null
  const match = form.exec(text)
  if (match === null) return null
  return { at: Number(match[1]), nonce: match[2] ?? '', mac: match[3] ?? '' }
}

/** True when whoever wrote the mark knows the key: one HMAC (RFC 2104), compared in constant time. */
export function isProbeMarkTrue(key: string, { at, nonce, mac }: ProbeMark): boolean {
  const wanted = Buffer.from(toBase64Url(macOf(key, `${at}.${nonce}`)))
  return timingSafeEqual(wanted, Buffer.from(mac))
}

function macOf(key: string, signed: string): Uint8Array {
  return createHmac('sha256', key).update(`${label}\n${signed}`).digest()
}
