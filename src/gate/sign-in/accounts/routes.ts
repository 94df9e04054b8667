// The pages of the built-in accounts, as the server is given them.
import type { PageRoute } from '../../page.ts'
import type { SignInContext } from '../sign-in.ts'
import type { Accounts } from './accounts.ts'
import { codeRoutes } from './code-routes.ts'
import { redirect } from './account-desk.ts'
import { accountRoutes } from './account-routes.ts'
import { enrolmentRoutes } from './enrolment-routes.ts'
import { passkeyAddRoutes } from './passkey-add-routes.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { passwordRoutes } from './password-routes.ts'
import { accountsPaths } from './paths.ts'

/** What the chooser shows of the accounts; `rd` goes into the query of `href`. */
export const accountsChoice = { title: 'Name and password', href: accountsPaths.signIn } as const

/**
 * Every page of the accounts. People whose facts change, or who are removed, lose their sessions within
 * a second, so that a group taken away is away (the sessions of other providers stay).
 */
export function accountsRoutes(context: SignInContext, accounts: Accounts): readonly PageRoute[] {
  const desk = { context, accounts }
  accounts.directory.onChange((changed) => {
    for (const account of changed) void endSessions(context, account.user)
  })
  const routes = [
    ...passwordRoutes(desk),
    ...codeRoutes(desk),
    ...passkeyRoutes(desk),
    ...accountRoutes(desk),
    ...enrolmentRoutes(desk),
    ...passkeyAddRoutes(desk),
  ]
  return routes.map((route) => ({
    ...route,
    // A reload may have turned the accounts off: from then on nobody signs in here.
    handle: (request) =>
      context.config().identity.accounts === null
        ? Promise.resolve(redirect(accountsPaths.chooser))
        : route.handle(request),
  }))
}

async function endSessions(context: SignInContext, user: string): Promise<void> {
  const ended = await context.sessions.revoke({ user, provider: 'accounts' })
  context.log.write(ended.ok ? 'info' : 'error', 'accounts-changed', {
    user,
    sessions_ended: ended.ok ? ended.value : null,
    detail: ended.ok ? '' : ended.error.detail,
  })
}
