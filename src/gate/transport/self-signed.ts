// A certificate that vouches for nothing but itself (X.509, RFC 5280), for TLS where none is configured.
import { createSign, generateKeyPairSync } from 'node:crypto'
import type { Random } from '../../world/random.ts'
import type { KeyPair } from './tls.ts'

const dayMs = 86_400_000
const serialBytes = 16
/** Clocks of clients may be behind. */
const backdatedDays = 1
const validDays = 365

/** What stands in the certificate. */
export interface SelfSignedOptions {
  /** Common name and only DNS name. ASCII. */
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly random: Random
}

/** A fresh P-256 key and its certificate, valid for a year; made in memory in under a millisecond. */
export function selfSigned({ name, now, random }: SelfSignedOptions): KeyPair {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' })
  const serial = random.bytes(serialBytes)
  // A serial number is positive, at most 20 bytes (RFC 5280 section 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const distinguished = sequence(set(sequence(oid.commonName, utf8String(name))))
  const certificate = sequence(
    tagged(0, integer([2])),
    integer(serial),
    ecdsaWithSha256,
    distinguished,
    sequence(time(now - backdatedDays * dayMs), time(now + validDays * dayMs)),
    distinguished,
    publicKey,
    tagged(3, sequence(sequence(oid.subjectAltName, octets(sequence(dnsName(name)))))),
  )
  const signature = createSign('sha256').update(certificate).sign(keys.privateKey)
  const whole = sequence(certificate, ecdsaWithSha256, bits(signature))
  return {
    certificatePem: pem('CERTIFICATE', whole),
    privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** One DER element (X.690 section 8.1): tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const size: number[] = []
  for (let rest = body.length; rest > 0; rest >>= 8) size.unshift(rest & 0xff)
  const length = body.length < 0x80 ? [body.length] : [0x80 | size.length, ...size]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts)
const integer = (bytes: ArrayLike<number>): Buffer => der(0x02, Uint8Array.from(bytes))
const octets = (content: Uint8Array): Buffer => der(0x04, content)
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content)
const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text))
const dnsName = (text: string): Buffer => der(0x82, Buffer.from(text, 'latin1'))
const tagged = (number: number, content: Uint8Array): Buffer => der(0xa0 | number, content)

/** GeneralizedTime with four digits of the year, where RFC 5280 wants UTCTime before 2050. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return Number(digits.slice(0, 4)) < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits))
}

/** Object identifiers as they stand in DER (RFC 5280, RFC 5758). */
const oid = {
  commonName: der(0x06, Buffer.from([0x55, 0x04, 0x03])),
  subjectAltName: der(0x06, Buffer.from([0x55, 0x1d, 0x11])),
}
const ecdsaWithSha256 = sequence(
  der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])),
)

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
