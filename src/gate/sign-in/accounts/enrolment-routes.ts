// Setting up one-time codes: the secret travels sealed in the form until the first code has proved it.
import type { PageRequest, PageRoute } from '../../page.ts'
import { enrolmentPage, recoveryPage } from './account-page.tsx'
import {
  type AccountChange,
  changed,
  noteChange,
  redirect,
  showAccount,
  withChange,
  withVisitor,
} from './account-desk.ts'
import type { CanonicalName } from './account.ts'
import type { Desk } from './desk.ts'
import { isFresh, openForm } from './form-guard.ts'
import { enrolmentUri, newTotpSecret, stepOfCode, typedCode } from './one-time-code.ts'
import { accountsPaths } from './paths.ts'
import { enrolmentOver, wrongFirstCode } from './problems.ts'
import { newRecoveryCodes, recoveryDigest } from './recovery-codes.ts'
import type { FormProblem } from './sign-in-form.tsx'
import { type Visitor, signInAgainHref } from './visitor.ts'

/** The enrolment page and its form. */
export function enrolmentRoutes(desk: Desk): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: accountsPaths.codes,
      handle: (request) => withVisitor(desk, request, (visitor) => begin(desk, request, visitor)),
    },
    {
      method: 'POST',
      path: accountsPaths.codes,
      handle: (request) => withChange(desk, request, (change) => confirm(desk, request, change)),
    },
  ]
}

/** How long a secret that was shown may be confirmed. */
export const enrolmentLifeMs = 900_000

/** A fresh secret for each visit. Leaving the page leaves nothing behind. */
function begin(desk: Desk, request: PageRequest, visitor: Visitor): Response {
  if (!visitor.recent) return redirect(signInAgainHref(desk))
  if (visitor.account.totpSecret !== null) return redirect(accountsPaths.account)
  return show(desk, request, {
    visitor,
    secret: newTotpSecret(desk.context.random),
    problem: null,
  })
}

/** The page for `secret`, which goes into the form sealed, tied to person, browser and time. */
function show(
  desk: Desk,
  request: PageRequest,
  enrolment: {
    readonly visitor: Visitor
    readonly secret: string
    readonly problem: FormProblem | null
  },
): Response {
  const { visitor, secret, problem } = enrolment
  const { context } = desk
  const form = openForm(context, request, 'account')
  const { canonical, user } = visitor.account
  const fields = [canonical, secret, form.binding.id, context.clock.now()]
  return enrolmentPage({
    uri: enrolmentUri(secret, context.config().host, user),
    secret,
    sealed: context.sealer.seal('enrolment', JSON.stringify(fields)),
    token: form.token,
    headers: form.headers,
    requestId: request.requestId,
    problem,
  })
}

/**
 * Turns codes on. The first code proves that the authenticator has the secret; without it a person could
 * lock themselves out. Its step counts as used.
 */
function confirm(desk: Desk, request: PageRequest, change: AccountChange): Response {
  const { visitor, fields } = change
  const name = visitor.account.canonical
  if (visitor.account.totpSecret !== null) return redirect(accountsPaths.account)
  const secret = openSecret(desk, fields.get('secret') ?? '', { name, holder: change.binding.id })
  if (secret === null) return showAccount(desk, request, { visitor, problem: enrolmentOver })
  const code = typedCode(fields.get('code') ?? '')
  const step = code === null ? null : stepOfCode(secret, code, desk.context.clock.now())
  if (step === null) return show(desk, request, { visitor, secret, problem: wrongFirstCode })

  const codes = newRecoveryCodes(desk.context.random)
  const digests = codes.map((one) => recoveryDigest(name, one)).filter((digest) => digest !== null)
  const result = desk.accounts.database.enrolCodes(name, { secret, lastStep: step }, digests)
  if (!result.ok) return changed(desk, request, { visitor, act: 'codes-on', result })
  noteChange(desk, request, { visitor, act: 'codes-on' })
  return recoveryPage(codes, request.requestId)
}

/** The secret that was shown to this person in this browser a short while ago; null otherwise. */
function openSecret(
  desk: Desk,
  sealed: string,
  of: { readonly name: CanonicalName; readonly holder: string },
): string | null {
  const text = desk.context.sealer.open('enrolment', sealed)
  const fields: unknown = text === null ? null : JSON.parse(text)
  if (!Array.isArray(fields)) return null
  const [name, secret, holder, at]: unknown[] = fields
  if (name !== of.name || holder !== of.holder || typeof secret !== 'string') return null
  return isFresh(at, desk.context.clock.now(), enrolmentLifeMs) ? secret : null
}
