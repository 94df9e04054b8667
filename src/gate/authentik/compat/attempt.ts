// One attempt to sign in, without anything stored: the sealed `state`, and the cookie that binds it to
// the browser (login CSRF, RFC 6749 section 10.12).
import { toBase64Url } from '../../../std/bytes.ts'
import type { Random } from '../../../world/random.ts'
import { cookieValues } from '../../sign-in/cookies.ts'
import { sha256 } from '../../sign-in/digest.ts'
import type { OutpostProvider } from '../outpost.ts'
import type { Desk } from './desk.ts'

/** How long an attempt may take: people look for their phone. */
export const attemptLifeMs = 600_000
/** Life of the binding in the browser. */
const bindingMaxAgeSeconds = 86_400
const idBytes = 16

/** What travels through authentik and back. */
export interface Attempt {
  /** Where the person wants to be; absolute. */
  readonly target: string
  /** PKCE code verifier (RFC 7636). */
  readonly verifier: string
  /** `nonce` of the tokens; also names this attempt. */
  readonly nonce: string
  /** Digest of the browser's binding. */
  readonly binding: string
  /** Epoch ms. */
  readonly issuedAt: number
  /** How many times it was begun again by us. */
  readonly restarts: number
}

/** Seals an attempt into a `state` parameter of `desk`'s provider. */
export function sealAttempt({ sealer, provider }: Desk, attempt: Attempt): string {
  const { target, verifier, nonce, binding, issuedAt, restarts } = attempt
  const fields = [provider.clientId, target, verifier, nonce, binding, issuedAt, restarts]
  return sealer.seal('sign-in-state', JSON.stringify(fields))
}

/** Opens a `state` parameter; null for anything that was not sealed for this provider. */
export function openAttempt({ sealer, provider }: Desk, state: string): Attempt | null {
  const text = sealer.open('sign-in-state', state)
  const fields: unknown = text === null ? null : JSON.parse(text)
  if (!Array.isArray(fields) || fields.length !== 7) return null
  const [clientId, target, verifier, nonce, binding, issuedAt, restarts]: unknown[] = fields
  if (clientId !== provider.clientId || typeof target !== 'string') return null
  if (typeof verifier !== 'string' || typeof nonce !== 'string') return null
  if (typeof binding !== 'string' || typeof issuedAt !== 'number') return null
  if (typeof restarts !== 'number') return null
  return { target, verifier, nonce, binding, issuedAt, restarts }
}

/** What the binding cookie holds. */
export interface Binding {
  /** The same for as long as the browser keeps the cookie, whatever number of tabs. */
  readonly id: string
  /** Epoch seconds at which attempts were begun again by us, newest last; to notice a loop. */
  readonly restarts: readonly number[]
}

/** Attempts that may begin again within {@link loopWindowSeconds}; the next one is explained. */
export const restartsMax = 3
const loopWindowSeconds = 60

/** Name of the binding cookie of a provider. */
export function bindingName(provider: OutpostProvider): string {
  return `${provider.cookieName}_start`
}

/** The browser's binding; null when it brought none that verifies. */
export function readBinding({ sealer, provider }: Desk, cookie: string | null): Binding | null {
  for (const value of cookieValues(cookie, bindingName(provider))) {
    const text = sealer.open('binding', value)
    const fields: unknown = text === null ? null : JSON.parse(text)
    if (!Array.isArray(fields)) continue
    const [clientId, id, restarts]: unknown[] = fields
    if (clientId !== provider.clientId || typeof id !== 'string' || !Array.isArray(restarts))
      continue
    return { id, restarts: restarts.filter((at) => typeof at === 'number').slice(-restartsMax) }
  }
  return null
}

/** A binding for a browser that has none. */
export function freshBinding(random: Random): Binding {
  return { id: toBase64Url(random.bytes(idBytes)), restarts: [] }
}

/** `binding` with one more restart at `now` (epoch ms). */
export function withRestart(binding: Binding, now: number): Binding {
  return { ...binding, restarts: [...binding.restarts, Math.floor(now / 1000)].slice(-restartsMax) }
}

/** True when beginning again has not helped lately. */
export function goesInCircles(binding: Binding, now: number): boolean {
  const since = now / 1000 - loopWindowSeconds
  return binding.restarts.filter((at) => at > since).length >= restartsMax
}

/** `Set-Cookie` value of a binding. */
export function bindingCookie({ sealer, provider }: Desk, binding: Binding): string {
  const value = sealer.seal(
    'binding',
    JSON.stringify([provider.clientId, binding.id, binding.restarts]),
  )
  const domain = provider.cookieDomain === null ? '' : `; Domain=${provider.cookieDomain}`
  const secure = provider.external.scheme === 'https' ? '; Secure' : ''
  return (
    `${bindingName(provider)}=${value}; Max-Age=${bindingMaxAgeSeconds}${domain}; Path=/; ` +
    `HttpOnly; SameSite=Lax${secure}`
  )
}

/** What a state keeps of a binding: enough to compare, not to forge. */
export function bindingDigest(binding: Binding): string {
  return sha256(`authentik-binding ${binding.id}`)
}
