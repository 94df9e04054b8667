// Sealed sessions: the whole record, encrypted, in the cookie itself, for when no store can take it.
import type { Session } from '../../model/session.ts'
import type { Sealer } from '../seal.ts'
import {
  type CookieScope,
  sealedCookieValue,
  sealedPart,
  sessionKey,
  setCookieBytesMax,
  setSessionCookie,
} from './cookie.ts'
import type { SealTimes } from './store.ts'

/** A session that lives in its cookie. */
export interface SealedSession {
  readonly session: Session
  readonly seal: SealTimes
}

/** The cookie that carries a session, and the session as it can be read back from it. */
export interface SealedCookie extends SealedSession {
  readonly value: string
  /** How many groups had to stay out, so that the cookie keeps within the limit of browsers. */
  readonly groupsLeftOut: number
}

/** Format of the sealed record. A record of another format is nobody's. */
const formatVersion = 1

/** Room for name and attributes beside the value. */
function valueLengthMax(scope: CookieScope): number {
  return setCookieBytesMax - setSessionCookie(scope, '', Number.MAX_SAFE_INTEGER).length
}

/**
 * Seals `draft` (its key is not used: the key is made of the cookie). The ID token stays out, and as
 * many groups, from the end, as do not fit: fewer groups open fewer doors, never more.
 */
export function sealSession(
  sealer: Sealer,
  draft: Session,
  { seal, scope }: { readonly seal: SealTimes; readonly scope: CookieScope },
): SealedCookie {
  const lengthMax = valueLengthMax(scope)
  const all = draft.identity.groups
  let kept = all.length
  for (;;) {
    const session: Session = {
      ...draft,
      identity: { ...draft.identity, groups: all.slice(0, kept) },
      idTokenHint: '',
    }
    const value = sealedCookieValue(sealer.seal('session', encode(session, seal)))
    if (value.length <= lengthMax || kept === 0) {
      const key = sessionKey(value)
      return { value, seal, session: { ...session, key }, groupsLeftOut: all.length - kept }
    }
    kept = Math.min(kept - 1, Math.floor((kept * lengthMax) / value.length))
  }
}

/** Opens a cookie value. Null for anything that we did not seal; the caller judges time. */
export function openSealedSession(sealer: Sealer, value: string): SealedSession | null {
  const sealed = sealedPart(value)
  const text = sealed === null ? null : sealer.open('session', sealed)
  return text === null ? null : decode(text, value)
}

/** What is sealed. Key and ID token are not: the one is made of the cookie, the other has no room. */
type SealedRecord = readonly [
  version: number,
  session: Omit<Session, 'key' | 'idTokenHint'>,
  seal: SealTimes,
]

function encode(session: Session, seal: SealTimes): string {
  const { key: _key, idTokenHint: _idTokenHint, ...rest } = session
  return JSON.stringify([formatVersion, rest, seal] satisfies SealedRecord)
}

function decode(text: string, value: string): SealedSession | null {
  try {
    // Authenticated: nobody but `encode` made it, and the version says with which fields.
    const [version, session, seal]: SealedRecord = JSON.parse(text)
    if (version !== formatVersion) return null
    return { session: { ...session, key: sessionKey(value), idTokenHint: '' }, seal }
  } catch {
    return null
  }
}
