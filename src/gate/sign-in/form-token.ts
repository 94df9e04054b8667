// Form tokens: proof that a posted form is one that we gave to this very browser (cross-site request
// forgery, CWE-352). Sealed, so that nothing is stored; beside the check of where the post comes from.
import type { PageRequest } from '../page.ts'
import type { Sealer } from '../seal.ts'

/** How long a form may stay open. */
export const formTokenLifeMs = 3_600_000

/** What a token is good for: one kind of form, one holder (session key or binding id). */
export interface FormTokenUse {
  readonly form: string
  readonly holder: string
  /** Epoch ms. */
  readonly now: number
}

/** A token to put into a hidden field. */
export function formToken(sealer: Sealer, use: FormTokenUse): string {
  return sealer.seal('form', JSON.stringify([use.form, use.holder, use.now]))
}

/** True for a token that {@link formToken} made for the same use within the last hour. */
export function isFormToken(sealer: Sealer, token: string | null, use: FormTokenUse): boolean {
  const text = token === null ? null : sealer.open('form', token)
  const fields: unknown = text === null ? null : JSON.parse(text)
  if (!Array.isArray(fields)) return false
  const [form, holder, at]: unknown[] = fields
  return (
    form === use.form &&
    holder === use.holder &&
    typeof at === 'number' &&
    use.now < at + formTokenLifeMs
  )
}

/**
 * True when a post certainly or plausibly comes from one of our own pages: `Sec-Fetch-Site` (Fetch
 * Metadata) says so, or, without it, `Origin` is ours or missing. Our pages ask for no referrer, which
 * makes browsers write `Origin: null` on our own forms (Fetch section 3.2), so that says nothing.
 */
export function isSameOrigin(request: PageRequest, origin: string): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const sender = request.headers.get('origin')
  return sender === null || sender === 'null' || sender === origin
}
