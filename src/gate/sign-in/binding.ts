// The browser's binding: one small host cookie that ties a sign-in to the browser that began it
// (login CSRF, RFC 6749 section 10.12) and remembers just enough to notice a redirect loop.
import type { Sealer } from '../seal.ts'
import type { Random } from '../../world/random.ts'
import { toBase64Url } from '../../std/bytes.ts'
import { cookieValues } from './cookies.ts'
import { sha256 } from './digest.ts'

/** One passage through sign-in that ought to have ended at the target. */
export interface Passage {
  /** Epoch seconds. */
  readonly at: number
  /** `opened`: a session was opened; `passed`: one was already there, so nothing was asked. */
  readonly kind: 'opened' | 'passed'
  /** Short digest of the target. */
  readonly target: string
}

/** What the cookie holds. `id` stays the same for as long as the browser keeps the cookie. */
export interface Binding {
  readonly id: string
  readonly passages: readonly Passage[]
}

/** What a browser's way through sign-in looks like. */
export type LoopVerdict = 'none' | 'session-not-kept' | 'session-not-seen'

/** Passages within this time make a loop. */
export const loopWindowSeconds = 60
/** That many passages without arriving: the next one is answered with a diagnosis. */
export const loopPassagesMax = 4
/** Passages remembered; older ones are dropped. */
const passagesMax = 8
const idBytes = 16
/** A binding outlives a sign-in by far, and a browser that never returns by little. */
const cookieMaxAgeSeconds = 86_400

/** Name of the cookie. The `__Host-` prefix (RFC 6265bis) keeps other hosts from setting it. */
export function bindingCookieName(secure: boolean): string {
  return secure ? '__Host-gatehouse-binding' : 'gatehouse-binding'
}

/** The binding in a Cookie header, or null when there is none of ours. */
export function readBinding(
  cookieHeader: string | null,
  options: { readonly secure: boolean; readonly sealer: Sealer },
): Binding | null {
  for (const value of cookieValues(cookieHeader, bindingCookieName(options.secure))) {
    const text = options.sealer.open('binding', value)
    const binding = text === null ? null : parseBinding(text)
    if (binding !== null) return binding
  }
  return null
}

/** A binding for a browser that has none. */
export function freshBinding(random: Random): Binding {
  return { id: toBase64Url(random.bytes(idBytes)), passages: [] }
}

/** Set-Cookie value that keeps `binding` in the browser. */
export function bindingCookie(
  binding: Binding,
  options: { readonly secure: boolean; readonly sealer: Sealer },
): string {
  const passages = binding.passages.map((passage) => [
    passage.at,
    passage.kind === 'opened' ? 1 : 0,
    passage.target,
  ])
  const value = options.sealer.seal('binding', JSON.stringify([binding.id, passages]))
  return (
    `${bindingCookieName(options.secure)}=${value}; Path=/; Max-Age=${cookieMaxAgeSeconds}; ` +
    `HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}`
  )
}

/** What the sealed state keeps of the binding: enough to compare, not to forge. */
export function bindingDigest(binding: Binding): string {
  return sha256(`gatehouse-binding ${binding.id}`)
}

/** `binding` with one more passage at `now` (epoch ms). */
export function withPassage(
  binding: Binding,
  passage: { readonly kind: Passage['kind']; readonly target: string; readonly now: number },
): Binding {
  const entry: Passage = {
    at: Math.floor(passage.now / 1000),
    kind: passage.kind,
    target: targetDigest(passage.target),
  }
  return { id: binding.id, passages: [...binding.passages, entry].slice(-passagesMax) }
}

/** `binding` without its past: after a sign-out, or when a person asks to try again. */
export function withoutPassages(binding: Binding): Binding {
  return { id: binding.id, passages: [] }
}

/**
 * Judges a browser that stands at sign-in again. Without a session every recent sign-in counts,
 * since none of them was kept. With one, only passages to the same target count: many tabs may
 * pass at once, each to its own.
 */
export function judgeLoop(
  binding: Binding,
  at: { readonly now: number; readonly target: string; readonly signedIn: boolean },
): LoopVerdict {
  const since = at.now / 1000 - loopWindowSeconds
  const recent = binding.passages.filter((passage) => passage.at > since)
  const digest = targetDigest(at.target)
  const counted = at.signedIn
    ? recent.filter((passage) => passage.target === digest)
    : recent.filter((passage) => passage.kind === 'opened')
  if (counted.length < loopPassagesMax) return 'none'
  return at.signedIn ? 'session-not-seen' : 'session-not-kept'
}

function targetDigest(target: string): string {
  return sha256(target).slice(0, 8)
}

function parseBinding(text: string): Binding | null {
  const fields: unknown = JSON.parse(text)
  if (!Array.isArray(fields)) return null
  const [id, passages]: unknown[] = fields
  if (typeof id !== 'string' || !Array.isArray(passages)) return null
  return { id, passages: passages.flatMap(parsePassage).slice(-passagesMax) }
}

function parsePassage(entry: unknown): readonly Passage[] {
  if (!Array.isArray(entry)) return []
  const [at, kind, target]: unknown[] = entry
  if (typeof at !== 'number' || typeof target !== 'string') return []
  return [{ at, kind: kind === 1 ? 'opened' : 'passed', target }]
}
