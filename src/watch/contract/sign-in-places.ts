// Where a redirect leads, and whether that is the sign-in of this estate. Compared as addresses, never as text.
import type { ProbeAnswer } from '../probe/prober.ts'
import type { AnswerContext } from './classify.ts'

/** A redirect: where to, and whether the estate's sign-in is there. */
export interface Redirect {
  /** Origin and path, for people; the query may hold what is nobody's business. */
  readonly to: string
  readonly leadsToSignIn: boolean
}

/** The redirect that an answer is; null when it is none (RFC 9110 section 15.4). */
export function redirectOf(answer: ProbeAnswer, context: AnswerContext): Redirect | null {
  const location = answer.headers.get('location')
  if (answer.status < 300 || answer.status > 399 || location === undefined) return null
  const own = ownOrigin(context)
  if (!URL.canParse(location, own)) return { to: 'an address that is none', leadsToSignIn: false }
  const to = new URL(location, own)
  const leadsToSignIn = context.signInOrigins.some((place) => isAt(to, place, own))
  return { to: `${to.origin === 'null' ? to.protocol : to.origin}${to.pathname}`, leadsToSignIn }
}

function ownOrigin({ door, scheme }: AnswerContext): string {
  return `${scheme}://${door.host}`
}

/**
 * True when `to` is at `place`: `https://id.example.com` stands for the whole origin,
 * `https://auth.example.com/_gatehouse/sign-in` for that path alone, and a path for itself on the door's
 * own host, where authentik's outposts start a sign-in.
 */
function isAt(to: URL, place: string, own: string): boolean {
  if (!URL.canParse(place, own) || to.username !== '' || to.password !== '') return false
  const wanted = new URL(place, own)
  if (to.origin !== wanted.origin || to.origin === 'null') return false
  return wanted.pathname === '/' ? !place.startsWith('/') : to.pathname === wanted.pathname
}
