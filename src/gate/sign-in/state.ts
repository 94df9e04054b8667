// The `state` parameter of an authorization request (RFC 6749 section 4.1.1): everything that the
// callback needs, sealed, so that nothing has to be stored for someone who has not signed in.
import { parseReturnTo, type ReturnTo, type ReturnToRules } from './return-to.ts'
import type { Sealer } from '../seal.ts'

/** How long an authorization request may take: people look for their phone. */
export const stateLifeMs = 600_000

/** What one attempt to sign in carries through the provider and back. */
export interface SignInState {
  readonly target: ReturnTo
  /** PKCE code verifier (RFC 7636). */
  readonly verifier: string
  /** `nonce` of the ID token; also names this attempt. */
  readonly nonce: string
  /** Id of the configured provider that was asked. */
  readonly provider: string
  /** Base64url SHA-256 of the browser's binding. */
  readonly binding: string
  /** Epoch ms. */
  readonly issuedAt: number
  /** How many times this attempt was begun again by us. */
  readonly restarts: number
  /** True when a session that is already there is to be replaced (switch account). */
  readonly replaces: boolean
}

/** What a `state` parameter turns out to be. */
export type StateReading =
  | { readonly kind: 'good'; readonly state: SignInState }
  | { readonly kind: 'expired'; readonly state: SignInState }
  | { readonly kind: 'bad' }

/** Seals a state for the way through the provider. */
export function sealState(sealer: Sealer, state: SignInState): string {
  return sealer.seal(
    'sign-in-state',
    JSON.stringify([
      state.target,
      state.verifier,
      state.nonce,
      state.provider,
      state.binding,
      state.issuedAt,
      state.restarts,
      state.replaces,
    ]),
  )
}

/** Opens a `state` parameter at `now`. The target is judged again: the policy may have changed. */
export function openState(
  sealer: Sealer,
  sealed: string | null,
  at: { readonly now: number; readonly rules: ReturnToRules },
): StateReading {
  const text = sealed === null ? null : sealer.open('sign-in-state', sealed)
  const state = text === null ? null : readState(text, at.rules)
  if (state === null) return { kind: 'bad' }
  return { kind: at.now < state.issuedAt + stateLifeMs ? 'good' : 'expired', state }
}

/** Reads what {@link sealState} wrote; null for a text sealed by another version of ours. */
function readState(text: string, rules: ReturnToRules): SignInState | null {
  const fields: unknown = JSON.parse(text)
  if (!Array.isArray(fields) || fields.length !== 8) return null
  const [target, verifier, nonce, provider, binding, issuedAt, restarts, replaces]: unknown[] =
    fields
  if (
    typeof target !== 'string' ||
    typeof verifier !== 'string' ||
    typeof nonce !== 'string' ||
    typeof provider !== 'string' ||
    typeof binding !== 'string' ||
    typeof issuedAt !== 'number' ||
    typeof restarts !== 'number' ||
    typeof replaces !== 'boolean'
  )
    return null
  const returnTo = parseReturnTo([target], rules)
  if (returnTo === null) return null
  return { target: returnTo, verifier, nonce, provider, binding, issuedAt, restarts, replaces }
}
