// What all pages of one's own account share: who may come in, who may change something, what follows.
import type { Result } from '../../../std/result.ts'
import type { PageRequest } from '../../page.ts'
import { accountPage, strangerPage, unavailablePage } from './account-page.tsx'
import type { DatabaseFault } from './accounts-database.ts'
import { type Desk, noteDatabaseFault } from './desk.ts'
import { type FormPost, openForm, readForm } from './form-guard.ts'
import { accountsPaths } from './paths.ts'
import { accountsUnavailable, formProblem, signInTooOld } from './problems.ts'
import { secondFactorOf } from './second-factor.ts'
import type { FormProblem } from './sign-in-form.tsx'
import { type Visitor, findVisitor, signInAgainHref } from './visitor.ts'

/** Someone who may change their account, and the form that says what. */
export interface AccountChange extends FormPost {
  readonly visitor: Visitor
}

/** Runs `then` for a person of the accounts; answers everyone else. */
export async function withVisitor(
  desk: Desk,
  request: PageRequest,
  then: (visitor: Visitor) => Response | Promise<Response>,
): Promise<Response> {
  const lookup = await findVisitor(desk, request)
  switch (lookup.kind) {
    case 'visitor':
      return then(lookup.visitor)
    case 'nobody':
      return redirect(signInAgainHref(desk))
    case 'stranger':
      return strangerPage(lookup.user, request.requestId)
    case 'unavailable':
      return unavailablePage(request.requestId)
  }
}

/** {@link withVisitor} for a posted form: ours, of this browser, soon after the sign-in. */
export async function withChange(
  desk: Desk,
  request: PageRequest,
  then: (change: AccountChange) => Response | Promise<Response>,
): Promise<Response> {
  return withVisitor(desk, request, (visitor) => {
    const form = readForm(desk.context, request, 'account')
    if (!form.ok) return showAccount(desk, request, { visitor, problem: formProblem(form.error) })
    if (!visitor.recent) return showAccount(desk, request, { visitor, problem: signInTooOld })
    return then({ ...form.value, visitor })
  })
}

/** The page of the account, perhaps with a problem. */
export function showAccount(
  desk: Desk,
  request: PageRequest,
  show: { readonly visitor: Visitor; readonly problem: FormProblem | null },
): Response {
  const { account, recent } = show.visitor
  const passkeys = desk.accounts.database.listPasskeys(account.canonical)
  const factor = secondFactorOf(desk, account)
  if (!passkeys.ok || factor === 'unavailable') return unavailablePage(request.requestId)
  const form = openForm(desk.context, request, 'account')
  return accountPage({
    account,
    factor,
    passkeys: passkeys.value,
    problem: show.problem,
    token: form.token,
    headers: form.headers,
    requestId: request.requestId,
    signInAgain: recent ? null : signInAgainHref(desk),
  })
}

/** Sends the browser on after a change, so that a reload changes nothing again. */
export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
}

/** Ends a change: notes it and shows the account, or says that it could not be kept. */
export function changed(
  desk: Desk,
  request: PageRequest,
  done: {
    readonly visitor: Visitor
    readonly act: string
    readonly result: Result<void, DatabaseFault>
  },
): Response {
  const { visitor, act, result } = done
  if (!result.ok) {
    noteDatabaseFault(desk, result.error)
    return showAccount(desk, request, { visitor, problem: accountsUnavailable })
  }
  noteChange(desk, request, { visitor, act })
  return redirect(accountsPaths.account)
}

/** Logs what a person changed about how they sign in. */
export function noteChange(
  desk: Desk,
  request: PageRequest,
  change: { readonly visitor: Visitor; readonly act: string },
): void {
  desk.context.log.write('info', 'account-changed', {
    act: change.act,
    user: change.visitor.account.user,
    request_id: request.requestId,
  })
}
