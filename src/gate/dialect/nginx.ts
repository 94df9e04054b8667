// nginx auth_request: X-Original-URL and -Method in; only 200, 401 and 403 out (nginx makes the rest 500).
import { err } from '../../std/result.ts'
import { splitUrl } from '../canonical.ts'
import type { Dialect } from './dialect.ts'
import { plainShape, readRequest, requireHeader } from './read.ts'

/**
 * nginx's way of asking (ngx_http_auth_request_module). The address for signing in travels in a header,
 * and only for navigations: without it the snippet leaves the 401 as it is. No answer has a body: nginx
 * reads none here, and a connection with an unread body cannot be kept for the next question.
 */
export const nginx: Dialect = {
  name: 'nginx',
  read: (raw, context) => {
    const url = requireHeader(raw, 'x-original-url')
    if (!url.ok) return url
    const method = requireHeader(raw, 'x-original-method')
    if (!method.ok) return method
    const split = splitUrl(url.value)
    if (split === null) return err({ reason: 'malformed-header', detail: 'x-original-url' })
    return readRequest(raw, { ...split, method: method.value }, context)
  },
  shape: (decision, navigation) => {
    if (decision.kind === 'allow') return { status: 200, body: 'empty', signInHeader: false }
    if (decision.kind !== 'sign-in') return { status: 403, body: 'empty', signInHeader: false }
    return { status: 401, body: 'empty', signInHeader: navigation }
  },
}

/** Where the nginx snippet's `error_page 403` asks for the page itself. */
export const nginxDeniedPath = '/_gatehouse/denied'

/**
 * The same question asked again for its page: auth_request drops the body of an answer, so nginx
 * fetches it here. Never 2xx, since the answer goes to the browser: who may enter by now is sent back.
 */
export const nginxDenied: Dialect = {
  name: 'nginx',
  read: nginx.read,
  shape: (decision, navigation) => {
    if (decision.kind === 'allow') return { status: 302, body: 'back', signInHeader: false }
    return plainShape(decision, navigation, false)
  },
}
