// What the browser is told when the service behind the reverse proxy cannot be reached or understood.
import { createHash } from 'node:crypto'
import { headerSlots } from '../../request.ts'
import type { RequestHead } from '../../transport/head.ts'

/** What went wrong, each with its status and words. */
const troubles = {
  'bad-target': ['400 Bad Request', 'This address cannot be passed on to the service'],
  'bad-body': ['400 Bad Request', 'The body of this request could not be read'],
  'slow-body': ['408 Request Timeout', 'The body of this request did not arrive in time'],
  unreachable: ['502 Bad Gateway', 'The service does not answer'],
  'bad-answer': ['502 Bad Gateway', 'The service gave an answer that could not be read'],
  busy: ['503 Service Unavailable', 'Too many requests are under way'],
  defect: ['503 Service Unavailable', 'This request could not be decided'],
  'no-answer': ['504 Gateway Timeout', 'The service did not answer in time'],
} as const

/** Kind of trouble; also the value that the log and the metrics hold. */
export type Trouble = keyof typeof troubles

/** Every kind, for counters that start at zero. */
export const troubleKinds = Object.keys(troubles) as readonly Trouble[]

/** What the answer says beside the trouble. */
export interface TroubleOptions {
  /** Also in the log. */
  readonly requestId: string
  /** What is known of the cause; only an administrator of authentik is shown it. */
  readonly detail: string | null
}

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;' +
  'color:#1c2128;background:#fff}code{font-size:.85em;color:#57606a}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#15181c}code{color:#9aa4af}}'
const styleHash = createHash('sha256').update(style).digest('base64')

/** The whole answer, ready to send; it ends the connection. A page for browsers, a line for programs. */
export function troubleAnswer(
  request: RequestHead,
  trouble: Trouble,
  options: TroubleOptions,
): Buffer {
  const [status, words] = troubles[trouble]
  const isPage = request.first(headerSlots.accept)?.includes('text/html') === true
  const body = Buffer.from(isPage ? errorPage(words, options) : `${words}\n`)
  const head = [
    `HTTP/1.1 ${status}`,
    `Content-Type: text/${isPage ? 'html' : 'plain'}; charset=utf-8`,
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    `Content-Security-Policy: default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'`,
    'X-Content-Type-Options: nosniff',
    `X-Gatehouse-Request-Id: ${options.requestId}`,
    ...(status.startsWith('503') ? ['Retry-After: 5'] : []),
    'Connection: close',
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
  return request.method === 'HEAD' ? bytes : Buffer.concat([bytes, body])
}

function errorPage(words: string, { detail, requestId }: TroubleOptions): string {
  const more = detail === null ? '' : `<p><code>${Bun.escapeHTML(detail)}</code></p>`
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${words}</title>` +
    `<meta name="viewport" content="width=device-width"><style>${style}</style>` +
    `<h1>${words}</h1><p>Try again in a moment, and tell the person who runs the service if it ` +
    'lasts.</p>' +
    `${more}<p><code>Request ${Bun.escapeHTML(requestId)}</code></p></html>`
  )
}
