// The cookie by which authentik knows a browser: of a session, or of a flow that has not signed in yet.
import type { Call } from './http.ts'
import type { AuthentikSession } from './state.ts'

/** Its name. */
export const sessionCookie = 'authentik_session'

/** Key that a request carries; empty for none. */
export function sessionKeyOf({ request }: Call): string {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/)
  const found = cookies.find((cookie) => cookie.startsWith(`${sessionCookie}=`))
  return found?.slice(sessionCookie.length + 1) ?? ''
}

/** The session that a request belongs to. */
export function sessionOf(call: Call): AuthentikSession | null {
  return call.state.sessions.peek(sessionKeyOf(call)) ?? null
}
