// Challenges of passkeys: sealed into the page instead of stored, good for two minutes, one browser and
// one use.
import { toBase64Url } from '../../../std/bytes.ts'
import { type Binding, bindingDigest } from '../binding.ts'
import type { Desk } from './desk.ts'
import { isFresh } from './form-guard.ts'

/** What a challenge is for: to add a passkey to one's account, or to sign in with one. */
export type ChallengeUse = 'add' | 'sign-in'

/** A fresh challenge and its sealed form, which comes back with the answer. */
export interface FreshChallenge {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sealed: string
}

/** What a challenge was made for. For sign-in nobody is known yet, so both names are empty. */
export interface ChallengeFor {
  readonly use: ChallengeUse
  /** Whose account the passkey is added to. */
  readonly name: string
  /** User handle that the new passkey is made with. */
  readonly userHandle: string
}

/** A challenge that came back in time and to the right browser; not known yet whether it was used. */
export interface ReturnedChallenge extends ChallengeFor {
  /** Base64url, as it stands in the client data. */
  readonly challenge: string
}

/** Time between asking the browser and its answer. */
export const challengeLifeMs = 120_000

const challengeBytes = 32

/** A challenge for `use` in the browser of `binding`. */
export function freshChallenge(desk: Desk, binding: Binding, of: ChallengeFor): FreshChallenge {
  const { random, sealer, clock } = desk.context
  const bytes = random.bytes(challengeBytes)
  const digest = bindingDigest(binding)
  const fields = [of.use, toBase64Url(bytes), digest, of.name, of.userHandle, clock.now()]
  return { bytes, sealed: sealer.seal('passkey', JSON.stringify(fields)) }
}

/** Opens a challenge; null when it is not ours, not for this use or browser, or over. */
export function openChallenge(
  desk: Desk,
  binding: Binding,
  from: { readonly use: ChallengeUse; readonly sealed: string },
): ReturnedChallenge | null {
  const text = desk.context.sealer.open('passkey', from.sealed)
  const fields: unknown = text === null ? null : JSON.parse(text)
  if (!Array.isArray(fields)) return null
  const [use, challenge, digest, name, userHandle, at]: unknown[] = fields
  if (use !== from.use || digest !== bindingDigest(binding)) return null
  if (typeof challenge !== 'string' || typeof name !== 'string' || typeof userHandle !== 'string')
    return null
  if (!isFresh(at, desk.context.clock.now(), challengeLifeMs)) return null
  return { use: from.use, challenge, name, userHandle }
}

/**
 * Uses up a challenge whose answer has been verified; false when it was used before. Only verified
 * answers are remembered, so nobody without a passkey can fill the table.
 */
export function useChallenge(desk: Desk, challenge: string): boolean {
  const { usedChallenges } = desk.accounts
  if (usedChallenges.peek(challenge) !== undefined) return false
  usedChallenges.set(challenge, true)
  return true
}
