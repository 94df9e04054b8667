// Where a redirect leads, and whether that is the sign-in of this estate. Compared as addresses, never as text.
import type { ProbeAnswer } from '../probe/prober.ts'
import type { AnswerContext } from './classify.ts'

/** A redirect: where to, and whether the estate's sign-in is there. */
export interface Redirect {
  /** Origin and path, for people; a query may hold what is nobody's business. */
  readonly to: string
  readonly leadsToSignIn: boolean
  /** It stays on the door's own host, whatever scheme and port. */
  readonly isOwnHost: boolean
}

/** Statuses that a browser follows to `Location` (RFC 9110 section 15.4). */
const redirecting: readonly number[] = [301, 302, 303, 307, 308]

/** The redirect that an answer is; null when it is none. */
export function redirectOf(answer: ProbeAnswer, context: AnswerContext): Redirect | null {
  const location = answer.headers.get('location')
  if (location === undefined || !redirecting.includes(answer.status)) return null
  return placeOf(location, context)
}

/** What an address, absolute or as seen from the door, comes to. */
export function placeOf(address: string, context: AnswerContext): Redirect {
  const own = new URL(ownAddress(context))
  if (!URL.canParse(address, own))
    return { to: 'an address that is none', leadsToSignIn: false, isOwnHost: false }
  const to = new URL(address, own)
  return {
    to: to.origin === 'null' ? `an address of scheme "${to.protocol}"` : to.origin + to.pathname,
    leadsToSignIn: context.signInOrigins.some((place) => isAt(to, place, own)),
    isOwnHost: to.hostname === own.hostname,
  }
}

function ownAddress({ door, port, scheme }: AnswerContext): string {
  const address = `${scheme}://${door.host}:${port}${door.path}`
  return URL.canParse(address) ? address : 'https://door.invalid/'
}

/**
 * True when `to` is at `place`: `https://id.example.com` stands for the whole origin,
 * `https://auth.example.com/_gatehouse/sign-in` for that path alone, and a path for itself on the door's
 * own host, where authentik's outposts start a sign-in.
 */
function isAt(to: URL, place: string, own: URL): boolean {
  if (!URL.canParse(place, own) || to.username !== '' || to.password !== '') return false
  const wanted = new URL(place, own)
  if (to.origin !== wanted.origin || to.origin === 'null') return false
  const isWholeOrigin = wanted.pathname === '/' && !place.startsWith('/')
  return isWholeOrigin || to.pathname === wanted.pathname
}
