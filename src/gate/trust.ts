// Whose word counts: trusted proxies, and the client's address out of what they forward.
import type { Address, NetworkSet } from '../model/network.ts'
import { detached } from '../std/bytes.ts'
import type { Result } from '../std/result.ts'
import { clientAddress } from './canonical.ts'

/** Answers that are remembered; the table is emptied when it is full. */
const rememberedMax = 4096
/** Longer values are read anew each time: nobody sends them but to fill the table. */
const rememberedLengthMax = 64

/** Judges addresses against one configuration's trusted proxies. */
export interface Trust {
  isTrusted(address: Address): boolean
  clientAddress(
    forwardedFor: string | null,
  ): Result<Address | null, 'malformed-header' | 'too-long'>
}

/** Reading an address costs more than all else that is done with a request, so answers are remembered. */
export function createTrust(trustedProxies: NetworkSet): Trust {
  const remembered = new Map<string, Result<Address | null, 'malformed-header' | 'too-long'>>()
  const isTrusted = (address: Address): boolean => trustedProxies.contains(address)
  return {
    isTrusted,
    clientAddress: (forwardedFor) => {
      if (forwardedFor === null || forwardedFor.length > rememberedLengthMax) {
        return clientAddress(forwardedFor, isTrusted)
      }
      const known = remembered.get(forwardedFor)
      if (known !== undefined) return known
      const answer = clientAddress(forwardedFor, isTrusted)
      if (remembered.size >= rememberedMax) remembered.clear()
      remembered.set(detached(forwardedFor), answer)
      return answer
    },
  }
}
