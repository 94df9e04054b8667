// Who stands before the account pages: a person of these accounts, or why there is nobody.
import type { Session } from '../../../model/session.ts'
import type { PageRequest } from '../../page.ts'
import { type Account, canonicalName } from './account.ts'
import type { Desk } from './desk.ts'
import { accountsPaths } from './paths.ts'

/** A signed-in person of the built-in accounts. */
export interface Visitor {
  readonly account: Account
  readonly session: Session
  /** True when the sign-in is so recent that it may change how one signs in. */
  readonly recent: boolean
}

/** What the pages do with whoever is there. */
export type VisitorLookup =
  | { readonly kind: 'visitor'; readonly visitor: Visitor }
  /** Nobody: to the sign-in form and back. */
  | { readonly kind: 'nobody' }
  /** Someone who signed in elsewhere, or whose account is gone. */
  | { readonly kind: 'stranger'; readonly user: string }
  | { readonly kind: 'unavailable' }

/**
 * How recent a sign-in must be to change passkeys and codes: an unwatched browser that is signed in must
 * not be enough to stay in for good.
 */
export const recentSignInMs = 900_000

/** Finds out who is there. */
export async function findVisitor(desk: Desk, request: PageRequest): Promise<VisitorLookup> {
  const found = await desk.context.sessions.find(request.headers.get('cookie'))
  if (found.kind === 'unavailable') return found
  if (found.kind !== 'found') return { kind: 'nobody' }
  const { session } = found.cached
  const { user, provider } = session.identity
  const name = provider === 'accounts' ? canonicalName(user) : null
  const account = name === null ? null : desk.accounts.directory.find(name)
  if (account === 'unavailable') return { kind: 'unavailable' }
  if (account === null) return { kind: 'stranger', user }
  const age = desk.context.clock.now() - session.createdAt
  return { kind: 'visitor', visitor: { account, session, recent: age < recentSignInMs } }
}

/** Address of the sign-in form that leads back to the account page. */
export function signInAgainHref(desk: Desk): string {
  const back = `${desk.context.config().origin}${accountsPaths.account}`
  return `${accountsPaths.signIn}?rd=${encodeURIComponent(back)}`
}
