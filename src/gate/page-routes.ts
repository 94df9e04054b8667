// Every page of the gate, as the listener is given them.
import type { PublicVerdict } from '../model/public-verdict.ts'
import { assetRoutes } from './assets/assets.ts'
import type { PageRoute } from './page.ts'
import type { Accounts } from './sign-in/accounts/accounts.ts'
import { accountsRoutes } from './sign-in/accounts/routes.ts'
import { signInRoutes } from './sign-in/routes.ts'
import type { SignInContext } from './sign-in/sign-in.ts'
import { statusRoute } from './status.ts'

/** What the pages are made from. */
export interface PageSources {
  readonly context: SignInContext
  /** Null: the gate has no accounts of its own. */
  readonly accounts: Accounts | null
  publicVerdict(): PublicVerdict | null
}

/** Files, signing in and out, accounts, and the page that says whether it is only you. */
export function pageRoutes({
  accounts,
  context,
  publicVerdict,
}: PageSources): readonly PageRoute[] {
  const own = accounts === null ? [] : accountsRoutes(context, accounts)
  const status = statusRoute({
    policy: () => context.policy(),
    support: () => context.config().support,
    verdict: publicVerdict,
  })
  return [...assetRoutes(), ...signInRoutes(context), ...own, status]
}
