// Forms of the accounts: they come from our own page, in the browser that was given it (CSRF, CWE-352).
import { type Result, err, ok } from '../../../std/result.ts'
import type { PageRequest } from '../../page.ts'
import { type Binding, bindingCookie, freshBinding, readBinding } from '../binding.ts'
import { formToken, isFormToken, isSameOrigin } from '../form-token.ts'
import type { SignInContext } from '../sign-in.ts'

/** What a form does; a token for one act is worth nothing for another. */
export type FormAct = 'sign-in' | 'code' | 'account'

/** A form that was sent from our page by the browser that it was made for. */
export interface FormPost {
  readonly fields: URLSearchParams
  readonly binding: Binding
}

/** Why a form is not taken; `bad-token` for one of another browser, and for one that stood open too long. */
export type FormFault = 'cross-site' | 'not-a-form' | 'no-binding' | 'bad-token'

/** What a page needs to show a form. */
export interface OpenForm {
  readonly token: string
  readonly binding: Binding
  /** Set-Cookie headers for the page that shows the form. */
  readonly headers: readonly (readonly [string, string])[]
}

/** Makes a token for a page that is about to show a form, and the binding if the browser has none. */
export function openForm(context: SignInContext, request: PageRequest, act: FormAct): OpenForm {
  const { sealer, random, clock } = context
  const { secure } = context.config()
  const known = readBinding(request.headers.get('cookie'), { secure, sealer })
  const binding = known ?? freshBinding(random)
  const token = formToken(sealer, { form: act, holder: binding.id, now: clock.now() })
  const headers =
    known === null ? [['set-cookie', bindingCookie(binding, { secure, sealer })] as const] : []
  return { token, binding, headers }
}

/** Takes a form that was posted, or says why not. */
export function readForm(
  context: SignInContext,
  request: PageRequest,
  act: FormAct,
): Result<FormPost, FormFault> {
  if (!isSameOrigin(request, context.config().origin)) return err('cross-site')
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type)) return err('not-a-form')
  const { sealer } = context
  const { secure } = context.config()
  const binding = readBinding(request.headers.get('cookie'), { secure, sealer })
  if (binding === null) return err('no-binding')
  const fields = new URLSearchParams(request.body)
  const use = { form: act, holder: binding.id, now: context.clock.now() }
  return isFormToken(sealer, fields.get('form'), use) ? ok({ fields, binding }) : err('bad-token')
}

/** True for a time at which something was sealed that is not yet `lifeMs` ago. */
export function isFresh(sealedAt: unknown, now: number, lifeMs: number): boolean {
  return typeof sealedAt === 'number' && now < sealedAt + lifeMs
}
