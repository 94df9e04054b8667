// The second step of signing in: the code. Between the steps nobody is signed in and nothing is stored.
import type { PageRequest, PageRoute } from '../../page.ts'
import type { ReturnTo } from '../return-to.ts'
import { codeForm } from './code-form.tsx'
import { type Desk, completeSignIn, recordAttempt, targetOf } from './desk.ts'
import { openForm, readForm } from './form-guard.ts'
import { accountsPaths } from './paths.ts'
import {
  accountsUnavailable,
  formProblem,
  halfSessionOver,
  outcomeOfFault,
  tooManyAttempts,
  wrongCode,
} from './problems.ts'
import { type CodeVerdict, checkCode, openHalfSession, secondFactorOf } from './second-factor.ts'
import type { FormProblem } from './sign-in-form.tsx'

/** Whoever has shown the password, and where they want to go. */
export interface HalfSignedIn {
  /** The sealed half session. Trying codes does not make it last longer. */
  readonly half: string
  readonly target: ReturnTo
}

/** Shows the page that asks for the code. */
export function askForCode(
  desk: Desk,
  request: PageRequest,
  half: HalfSignedIn & { readonly problem: FormProblem | null },
): Response {
  const form = openForm(desk.context, request, 'code')
  return codeForm({
    token: form.token,
    half: half.half,
    target: half.target,
    requestId: request.requestId,
    problem: half.problem,
  })
}

/** Where the code is posted to, and what a reload of that address shows: the first form. */
export function codeRoutes(desk: Desk): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: accountsPaths.code,
      handle: () =>
        Promise.resolve(
          new Response(null, { status: 303, headers: { location: accountsPaths.signIn } }),
        ),
    },
    { method: 'POST', path: accountsPaths.code, handle: (request) => takeCode(desk, request) },
  ]
}

/**
 * Checks in this order: ours and of this browser, a half session that is still good, a second factor that
 * is still on, the limit, the code. Nothing is opened before the last one.
 */
async function takeCode(desk: Desk, request: PageRequest): Promise<Response> {
  const form = readForm(desk.context, request, 'code')
  if (!form.ok) {
    const outcome = outcomeOfFault(form.error)
    recordAttempt(desk, request, { method: 'password', outcome, account: null, detail: form.error })
    return startAgain(desk, request, formProblem(form.error))
  }
  const { fields, binding } = form.value
  const sealed = fields.get('half') ?? ''
  const account = openHalfSession(desk, sealed, binding)
  if (account === null) {
    recordAttempt(desk, request, { method: 'password', outcome: 'expired', account: null })
    return startAgain(desk, request, halfSessionOver)
  }
  const target = targetOf(desk, fields)
  const half = { half: sealed, target }
  const factor = secondFactorOf(desk, account)
  if (factor === 'unavailable')
    return askForCode(desk, request, { ...half, problem: accountsUnavailable })
  // Turned off since: the password alone opens the door now, but it has to be shown to an open door.
  if (factor === null) return startAgain(desk, request, halfSessionOver)

  const typed = fields.get('code') ?? ''
  const verdict = checkCode(desk, request, { account, factor, typed })
  if (verdict.kind === 'right')
    return completeSignIn(desk, request, { account, binding, target, method: 'password' })
  const { outcome, problem } = answerTo(verdict)
  if (outcome !== null)
    recordAttempt(desk, request, { method: 'password', outcome, account, detail: 'code' })
  return askForCode(desk, request, { ...half, problem })
}

/** What the person is told. A database that does not answer is nobody's failed attempt. */
function answerTo(verdict: Exclude<CodeVerdict, { kind: 'right' }>): {
  readonly outcome: 'bad-credentials' | 'limited' | null
  readonly problem: FormProblem
} {
  if (verdict.kind === 'wrong') return { outcome: 'bad-credentials', problem: wrongCode }
  if (verdict.kind === 'limited')
    return { outcome: 'limited', problem: tooManyAttempts(verdict.retryAfterMs) }
  return { outcome: null, problem: accountsUnavailable }
}

/** Back to the first form, which is loaded anew by a link so that a reload posts nothing twice. */
function startAgain(desk: Desk, request: PageRequest, problem: FormProblem): Response {
  const target = targetOf(desk, request.query)
  return codeForm({ token: '', half: '', target, requestId: request.requestId, problem })
}
