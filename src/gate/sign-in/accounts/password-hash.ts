// Hashes of passwords as text (argon2id in PHC string form, RFC 9106): read, bounded, imitated.
import type { Brand } from '../../../std/brand.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { Random } from '../../../world/random.ts'

/** An argon2id hash whose cost is inside our bounds: verifying it can neither hang nor exhaust us. */
export type PasswordHash = Brand<string, 'PasswordHash'>

/** Longest password that is looked at, in UTF-8 bytes. */
export const passwordBytesMax = 1024

/** Shortest password that `users add` takes, in characters. */
export const passwordLengthMin = 10

/**
 * Cost of the hashes that we make: 64 MiB, two passes, one lane. Measured at 107 ms on one core of the
 * machine this was written on (19 MiB and two passes, the least that OWASP names, took 30 ms).
 */
export const hashCost = { memoryKiB: 65_536, passes: 2 } as const

const memoryKiBMin = 7168
const memoryKiBMax = 262_144
const passesMax = 16
const lanesMax = 8
/** Bound on memory times passes, that is on time: four times the cost of our own hashes. */
const workKiBMax = 524_288
const saltBytesMin = 8
const saltBytesMax = 64
const digestBytesMin = 16
const digestBytesMax = 64

interface Cost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

const phc =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,128})\$([A-Za-z0-9+/]{1,128})$/

/** Checks form and cost of a hash; the error says in one sentence what is wrong, never the hash. */
export function parsePasswordHash(text: string): Result<PasswordHash, string> {
  const match = phc.exec(text)
  if (match === null) {
    return err(
      'Password hash is not argon2id in PHC form, wanted what "gatehouse hash-password" prints',
    )
  }
  const [, memory, passes, lanes, salt = '', digest = ''] = match
  const cost = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  const mistake = costMistake(cost) ?? lengthMistake(salt, digest)
  return mistake === null ? ok(text as PasswordHash) : err(mistake)
}

function costMistake(cost: Cost): string | null {
  if (cost.memoryKiB < memoryKiBMin || cost.memoryKiB > memoryKiBMax)
    return `Password hash uses m="${cost.memoryKiB}", wanted "${memoryKiBMin}" to "${memoryKiBMax}" KiB`
  if (cost.passes < 1 || cost.passes > passesMax)
    return `Password hash uses t="${cost.passes}", wanted "1" to "${passesMax}"`
  if (cost.lanes < 1 || cost.lanes > lanesMax)
    return `Password hash uses p="${cost.lanes}", wanted "1" to "${lanesMax}"`
  if (cost.memoryKiB * cost.passes > workKiBMax)
    return `Password hash costs m*t="${cost.memoryKiB * cost.passes}", wanted at most "${workKiBMax}" KiB`
  return null
}

function lengthMistake(salt: string, digest: string): string | null {
  const saltBytes = Math.floor((salt.length * 3) / 4)
  const digestBytes = Math.floor((digest.length * 3) / 4)
  if (saltBytes < saltBytesMin || saltBytes > saltBytesMax)
    return `Password hash has a salt of "${saltBytes}" bytes, wanted "${saltBytesMin}" to "${saltBytesMax}"`
  if (digestBytes < digestBytesMin || digestBytes > digestBytesMax)
    return `Password hash has a digest of "${digestBytes}" bytes, wanted "${digestBytesMin}" to "${digestBytesMax}"`
  return null
}

/**
 * A hash that no password has, as costly to verify as `model`: what an unknown name is checked against,
 * so that its answer takes as long as any other.
 */
export function decoyHash(model: PasswordHash | null, random: Random): PasswordHash {
  const cost =
    model === null
      ? `m=${hashCost.memoryKiB},t=${hashCost.passes},p=1`
      : (model.split('$')[3] ?? '')
  const part = (bytes: number): string =>
    random.bytes(bytes).toBase64({ omitPadding: true, alphabet: 'base64' })
  return `$argon2id$v=19$${cost}$${part(32)}$${part(32)}` as PasswordHash
}
