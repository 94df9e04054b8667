// Certificates in memory that vouch for themselves, valid around any time that a test likes.
import { selfSigned } from '../../src/gate/transport/self-signed.ts'
import type { KeyPair } from '../../src/gate/transport/tls.ts'
import { realRandom } from '../../src/world/random.ts'

/** A certificate for `name`, valid from the day before `now` (epoch ms) for a year. */
export function testCertificate(name: string, now: number): KeyPair {
  return selfSigned({ name, now, random: realRandom() })
}
