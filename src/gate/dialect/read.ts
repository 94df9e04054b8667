// What the dialects share: reading one header that must be there once, the kind of request, the shape.
import type { Decision, ReasonOf } from '../../model/decision.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { buildAccessRequest } from '../canonical.ts'
import {
  type HeaderName,
  type RawRequest,
  type ReadResult,
  type Refusal,
  headerSlots,
} from '../request.ts'
import type { AnswerShape, DialectContext } from './dialect.ts'

function refusal(
  reason: ReasonOf<'refuse'>,
  detail: string,
): { readonly ok: false; readonly error: Refusal } {
  return err({ reason, detail })
}

/** The value of a header that must be there exactly once. */
export function requireHeader(raw: RawRequest, name: HeaderName): Result<string, Refusal> {
  const slot = headerSlots[name]
  const count = raw.count(slot)
  if (count > 1) return refusal('duplicate-header', name)
  const value = raw.first(slot)
  if (value === null || value === '') return refusal('missing-header', name)
  return ok(value)
}

/** The four things that say what was asked for. */
export interface AskedFor {
  readonly scheme: string
  readonly host: string
  readonly target: string
  readonly method: string
}

/** Adds what every dialect reads alike (client address, cookie, kind of request) and canonicalises. */
export function readRequest(raw: RawRequest, asked: AskedFor, context: DialectContext): ReadResult {
  if (raw.count(headerSlots['x-forwarded-for']) > 1)
    return refusal('duplicate-header', 'x-forwarded-for')
  const address = context.clientAddress(raw.first(headerSlots['x-forwarded-for']))
  if (!address.ok) return refusal(address.error, 'x-forwarded-for')
  // Two Cookie header lines are one list (RFC 6265 section 5.4 allows one; HTTP/2 to 1.1 may split).
  const cookie = raw.count(headerSlots.cookie) > 1 ? null : raw.first(headerSlots.cookie)
  return buildAccessRequest({
    scheme: asked.scheme,
    host: asked.host,
    target: asked.target,
    method: asked.method,
    clientAddress: address.value,
    cookie,
    navigation: isNavigation(raw, asked.method),
  })
}

/** The X-Forwarded-* request line as Traefik, Caddy and our HAProxy script send it. */
export function readForwarded(raw: RawRequest, context: DialectContext): ReadResult {
  const scheme = requireHeader(raw, 'x-forwarded-proto')
  if (!scheme.ok) return scheme
  const host = requireHeader(raw, 'x-forwarded-host')
  if (!host.ok) return host
  const target = requireHeader(raw, 'x-forwarded-uri')
  if (!target.ok) return target
  const method = requireHeader(raw, 'x-forwarded-method')
  if (!method.ok) return method
  return readRequest(
    raw,
    { scheme: scheme.value, host: host.value, target: target.value, method: method.value },
    context,
  )
}

/**
 * A navigation is what may be redirected: GET or HEAD with `Sec-Fetch-Mode: navigate` (Fetch Metadata),
 * or, without that header, with an Accept that names text/html. Never an upgrade, XHR or sub-resource.
 */
export function isNavigation(raw: RawRequest, method: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (raw.count(headerSlots.upgrade) > 0 || raw.count(headerSlots['x-requested-with']) > 0)
    return false
  if (!isDocument(raw.first(headerSlots['sec-fetch-dest']))) return false
  const mode = raw.first(headerSlots['sec-fetch-mode'])
  if (mode !== null) return mode === 'navigate' && raw.count(headerSlots['sec-fetch-mode']) === 1
  return raw.first(headerSlots.accept)?.includes('text/html') ?? false
}

function isDocument(destination: string | null): boolean {
  return (
    destination === null ||
    destination === 'document' ||
    destination === 'iframe' ||
    destination === 'frame'
  )
}

/** Shape of an answer for proxies that copy any non-2xx answer to the client. */
export function plainShape(
  decision: Decision,
  navigation: boolean,
  signInHeader: boolean,
): AnswerShape {
  const body = navigation ? 'page' : 'json'
  switch (decision.kind) {
    case 'allow':
      return { status: 200, body: 'empty', signInHeader: false }
    case 'sign-in':
      return navigation
        ? { status: 302, body: 'sign-in', signInHeader }
        : { status: 401, body: 'json', signInHeader: true }
    case 'forbid':
      return { status: 403, body, signInHeader: false }
    case 'unavailable':
      return { status: 503, body, signInHeader: false }
    case 'refuse':
      return { status: refuseStatus(decision.reason), body, signInHeader: false }
    default:
      return { status: 403, body: 'empty', signInHeader: false }
  }
}

/** 400 for what no service could mean, 403 for what may not be. */
function refuseStatus(reason: ReasonOf<'refuse'>): number {
  switch (reason) {
    case 'ambiguous-host':
    case 'ambiguous-path':
    case 'malformed-header':
      return 400
    case 'too-long':
      return 414
    default:
      return 403
  }
}
