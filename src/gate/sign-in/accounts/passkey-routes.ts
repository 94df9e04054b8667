// Signing in with a passkey: the options that the browser asks for, and its answer.
import type { PageRequest, PageRoute } from '../../page.ts'
import type { Account } from './account.ts'
import { freshChallenge, openChallenge, useChallenge } from './challenge.ts'
import { type Desk, completeSignIn, noteDatabaseFault, recordAttempt, targetOf } from './desk.ts'
import { type FormPost, readForm } from './form-guard.ts'
import {
  type RelyingParty,
  authenticationOptions,
  readAuthentication,
  verifyAuthentication,
} from './passkeys.ts'
import { showForm } from './password-routes.ts'
import { accountsPaths } from './paths.ts'
import { accountsUnavailable, formProblem, outcomeOfFault, wrongPasskey } from './problems.ts'

/** Options, asked for by the script of the form, and the answer, posted as a form. */
export function passkeyRoutes(desk: Desk): readonly PageRoute[] {
  return [
    {
      method: 'POST',
      path: accountsPaths.passkeySignInOptions,
      handle: (request) => giveOptions(desk, request),
    },
    {
      method: 'POST',
      path: accountsPaths.passkeySignIn,
      handle: (request) => takeAnswer(desk, request),
    },
  ]
}

/** The relying party of this gate: the sign-in host. */
export function relyingParty(desk: Desk): RelyingParty {
  const { host, origin } = desk.context.config()
  return { id: host, origin }
}

/** An answer for our script, never kept and never guessed to be anything but JSON. */
export function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** The same for everyone who asks, so it tells nothing about who has passkeys here. */
async function giveOptions(desk: Desk, request: PageRequest): Promise<Response> {
  const form = readForm(desk.context, request, 'sign-in')
  if (!form.ok) {
    const problem = formProblem(form.error)
    return json(problem.status, { problem: problem.text })
  }
  const use = { use: 'sign-in', name: '', userHandle: '' } as const
  const challenge = freshChallenge(desk, form.value.binding, use)
  const options = await authenticationOptions(relyingParty(desk), challenge.bytes)
  return json(200, { options, challenge: challenge.sealed })
}

/** A passkey is something one has and a finger or PIN in one: no code is asked for after it. */
async function takeAnswer(desk: Desk, request: PageRequest): Promise<Response> {
  const form = readForm(desk.context, request, 'sign-in')
  if (!form.ok) {
    const outcome = outcomeOfFault(form.error)
    recordAttempt(desk, request, { method: 'passkey', outcome, account: null, detail: form.error })
    const target = targetOf(desk, new URLSearchParams())
    return showForm(desk, request, { target, name: '', problem: formProblem(form.error) })
  }
  const { fields, binding } = form.value
  const target = targetOf(desk, fields)
  const verdict = await checkAnswer(desk, form.value)
  if (verdict.kind === 'right')
    return completeSignIn(desk, request, {
      account: verdict.account,
      method: 'passkey',
      binding,
      target,
    })
  if (verdict.kind === 'unavailable')
    return showForm(desk, request, { target, name: '', problem: accountsUnavailable })
  recordAttempt(desk, request, { method: 'passkey', ...verdict })
  return showForm(desk, request, { target, name: '', problem: wrongPasskey })
}

/** Who signed in, or why nobody did; `detail` is for the log. */
type PasskeyVerdict =
  | { readonly kind: 'right'; readonly account: Account }
  | { readonly kind: 'unavailable' }
  | {
      readonly kind: 'wrong'
      readonly outcome: 'bad-credentials' | 'expired'
      readonly account: Account | null
      readonly detail: string
    }

/**
 * Cheap checks first: the seal and the form of the answer cost nothing, reading the passkey little, the
 * signature most. The challenge is used up last, by a verified answer only.
 */
async function checkAnswer(desk: Desk, { fields, binding }: FormPost): Promise<PasskeyVerdict> {
  const { database, directory } = desk.accounts
  const wrong = (detail: string, account: Account | null = null): PasskeyVerdict => {
    return { kind: 'wrong', outcome: 'bad-credentials', account, detail }
  }
  const sealed = fields.get('challenge') ?? ''
  const returned = openChallenge(desk, binding, { use: 'sign-in', sealed })
  if (returned === null)
    return { kind: 'wrong', outcome: 'expired', account: null, detail: 'challenge' }
  const answer = readAuthentication(fields.get('credential') ?? '')
  if (answer === null) return wrong('Answer cannot be read')
  const passkey = database.findPasskey(answer.id)
  if (!passkey.ok) {
    noteDatabaseFault(desk, passkey.error)
    return { kind: 'unavailable' }
  }
  if (passkey.value === null) return wrong('Passkey is not known')
  const account = directory.find(passkey.value.canonical)
  if (account === 'unavailable') return { kind: 'unavailable' }
  if (account === null) return wrong('Person of the passkey is not there any more')

  const { challenge } = returned
  const verified = await verifyAuthentication(relyingParty(desk), answer, {
    passkey: passkey.value,
    challenge,
  })
  if (!verified.ok) return wrong(verified.error, account)
  if (!useChallenge(desk, challenge)) return wrong('Answer was used before', account)
  const noted = database.notePasskeyUse(answer.id, verified.value, desk.context.clock.now())
  // A counter that cannot be written turns nobody away; the challenge itself is used up in memory.
  if (!noted.ok) noteDatabaseFault(desk, noted.error)
  return { kind: 'right', account }
}
