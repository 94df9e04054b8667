// Signing in with name and password: the form, and what becomes of what is typed into it.
import { neighbourhood, site } from '../../../model/network.ts'
import type { PageRequest, PageRoute } from '../../page.ts'
import type { Binding } from '../binding.ts'
import type { ReturnTo } from '../return-to.ts'
import { type Account, canonicalName } from './account.ts'
import type { Attempt } from './attempts.ts'
import { type Desk, completeSignIn, recordAttempt, targetOf } from './desk.ts'
import { openForm, readForm } from './form-guard.ts'
import { accountsPaths } from './paths.ts'
import {
  accountsUnavailable,
  formProblem,
  outcomeOfFault,
  tooBusy,
  tooManyAttempts,
  wrongPassword,
} from './problems.ts'
import { askForCode } from './code-routes.ts'
import { sealHalfSession, secondFactorOf } from './second-factor.ts'
import { type FormProblem, signInForm } from './sign-in-form.tsx'

/** The form and its target. */
export function passwordRoutes(desk: Desk): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: accountsPaths.signIn,
      handle: (request) =>
        Promise.resolve(
          showForm(desk, request, {
            target: targetOf(desk, request.query),
            name: '',
            problem: null,
          }),
        ),
    },
    {
      method: 'POST',
      path: accountsPaths.signIn,
      handle: (request) => takePassword(desk, request),
    },
  ]
}

/** The sign-in form, perhaps with a problem. */
export function showForm(
  desk: Desk,
  request: PageRequest,
  show: { readonly target: ReturnTo; readonly name: string; readonly problem: FormProblem | null },
): Response {
  const form = openForm(desk.context, request, 'sign-in')
  return signInForm({
    ...show,
    token: form.token,
    requestId: request.requestId,
    headers: form.headers,
    others: desk.context.config().identity.oidc.length > 0,
  })
}

/** Takes the form. Whatever is wrong, the answer is the form again with one sentence. */
async function takePassword(desk: Desk, request: PageRequest): Promise<Response> {
  const form = readForm(desk.context, request, 'sign-in')
  if (!form.ok) {
    const outcome = outcomeOfFault(form.error)
    recordAttempt(desk, request, { method: 'password', outcome, account: null, detail: form.error })
    // A form of unknown origin says nothing that is shown again.
    const target = targetOf(desk, new URLSearchParams())
    return showForm(desk, request, { target, name: '', problem: formProblem(form.error) })
  }
  const { fields, binding } = form.value
  const typed = { name: fields.get('name') ?? '', password: fields.get('password') ?? '' }
  const target = targetOf(desk, fields)
  const verdict = await checkPassword(desk, request, typed)
  if (verdict.kind === 'problem')
    return showForm(desk, request, { target, name: typed.name, problem: verdict.problem })
  return passOn(desk, request, { account: verdict.account, binding, target })
}

/** The password is right: on to the second factor, or in. */
async function passOn(
  desk: Desk,
  request: PageRequest,
  person: { readonly account: Account; readonly binding: Binding; readonly target: ReturnTo },
): Promise<Response> {
  const factor = secondFactorOf(desk, person.account)
  if (factor === 'unavailable') {
    const { target, account } = person
    return showForm(desk, request, { target, name: account.user, problem: accountsUnavailable })
  }
  if (factor === null) return completeSignIn(desk, request, { ...person, method: 'password' })
  const half = sealHalfSession(desk, person.account, person.binding)
  return askForCode(desk, request, { half, target: person.target, problem: null })
}

/** Whose password it was, or what to say. Nothing in between: there is no "known name, wrong password". */
type PasswordVerdict =
  | { readonly kind: 'right'; readonly account: Account }
  | { readonly kind: 'problem'; readonly problem: FormProblem }

/** Both counters of one attempt. */
interface Counted {
  readonly account: Attempt
  readonly network: Attempt
}

/**
 * Checks name and password. A name that nobody has goes the same way as any other: it is counted, its
 * password is checked against a decoy of the same cost, and the answer is the same.
 */
async function checkPassword(
  desk: Desk,
  request: PageRequest,
  typed: { readonly name: string; readonly password: string },
): Promise<PasswordVerdict> {
  const { accounts } = desk
  const name = canonicalName(typed.name)
  const found = name === null ? null : accounts.directory.find(name)
  if (found === 'unavailable') return { kind: 'problem', problem: accountsUnavailable }
  const note = (outcome: 'bad-credentials' | 'limited' | 'busy', detail = ''): void =>
    recordAttempt(desk, request, { method: 'password', outcome, account: found, detail })

  const counted = beginAttempt(desk, request, name ?? typed.name)
  if (typeof counted === 'number') {
    note('limited', sharedAddressHint(desk, request))
    return { kind: 'problem', problem: tooManyAttempts(counted) }
  }
  const decoy = accounts.decoys.for(name ?? typed.name)
  const checked = await accounts.hasher.verify(typed.password, found?.passwordHash ?? decoy)
  if (checked === 'busy') {
    counted.account.withdraw()
    counted.network.withdraw()
    note('busy')
    return { kind: 'problem', problem: tooBusy(accounts.hasher.retryAfterSeconds()) }
  }
  if (checked === 'mismatch' || found === null) {
    note('bad-credentials')
    return { kind: 'problem', problem: wrongPassword }
  }
  counted.account.forgive()
  // Only this one: an account of one's own must not buy more attempts at the accounts of others.
  counted.network.withdraw()
  return { kind: 'right', account: found }
}

/** Counts an attempt; a number is how long the door stays shut, in ms. */
function beginAttempt(desk: Desk, request: PageRequest, name: string): Counted | number {
  const { limits, decoys } = desk.accounts
  const network = neighbourhood(request.clientAddress)
  // Of all names together the whole site counts: with one /64 for each attempt nothing would.
  const byNetwork = limits.byNetwork.begin(site(request.clientAddress))
  if (!byNetwork.ok) return byNetwork.retryAfterMs
  const byAccount = limits.byAccount.begin(`${decoys.keyOf(name)} ${network}`)
  if (byAccount.ok) return { account: byAccount, network: byNetwork }
  byNetwork.withdraw()
  return byAccount.retryAfterMs
}

/**
 * A proxy that sends no X-Forwarded-For makes everyone one network: strangers then shut the door for all.
 * The operator reads here why.
 */
function sharedAddressHint(desk: Desk, request: PageRequest): string {
  const isProxy = desk.context.config().trustedProxies.contains(request.clientAddress)
  return isProxy ? 'The address is a trusted proxy, which has to send X-Forwarded-For' : ''
}
