// Answers of the compatible endpoints as bytes (RFC 9112), and the small pages that people may see.
import { httpDate } from '../../answer.ts'
import type { HeaderField } from './identity.ts'

/** An answer before it is written. */
export interface CompatAnswer {
  readonly status: number
  /** Unicode text; written as UTF-8. */
  readonly headers: readonly HeaderField[]
  /** Headers that go back byte for byte as they came, as Latin-1 text. */
  readonly echoed?: readonly HeaderField[]
  readonly body?: string
}

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** How an answer is to be written. */
export interface WireOptions {
  /** A HEAD is answered as a GET, without the body (RFC 9110 section 9.3.2). */
  readonly isHead: boolean
  /** Epoch ms. */
  readonly now: number
}

/** The whole answer. A value with a line end in it would be two headers: control bytes become blanks. */
export function writeAnswer(answer: CompatAnswer, { isHead, now }: WireOptions): Buffer {
  const body = Buffer.from(answer.body ?? '', 'utf8')
  const lines = [
    `HTTP/1.1 ${answer.status} ${phrases[answer.status] ?? 'Status'}`,
    `Date: ${httpDate(now).text}`,
    ...answer.headers.map(([name, value]) => `${name}: ${oneLine(latin1(value))}`),
    ...(answer.echoed ?? []).map(([name, value]) => `${name}: ${oneLine(value)}`),
  ]
  if (answer.status !== 204) lines.push(`Content-Length: ${body.length}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return isHead ? head : Buffer.concat([head, body])
}

function oneLine(value: string): string {
  return value.replace(/[\r\n\0]/g, ' ')
}

/** UTF-8 bytes of `text`, each as the character of its number. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

const noStore: HeaderField = ['Cache-Control', 'no-store']

/** A redirect that nobody keeps. 302 and not 303: proxies and tests of authentik's expect that one. */
export function redirectAnswer(
  location: string,
  headers: readonly HeaderField[] = [],
): CompatAnswer {
  return { status: 302, headers: [['Location', location], noStore, ...headers] }
}

/** A line of text, as Go's `http.Error` writes it. */
export function textAnswer(
  status: number,
  text: string,
  headers: readonly HeaderField[] = [],
): CompatAnswer {
  return {
    status,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Content-Type-Options', 'nosniff'],
      noStore,
      ...headers,
    ],
    body: `${text}\n`,
  }
}

/** What a page says. */
export interface NoticeOptions {
  readonly status: number
  readonly title: string
  readonly text: string
  /** Address to try again at; null where that would not help. */
  readonly retry: string | null
  readonly requestId: string
  readonly headers?: readonly HeaderField[]
}

/** A page that needs no file of ours: it is shown on hosts where we have none. */
export function noticeAnswer(notice: NoticeOptions): CompatAnswer {
  const retry =
    notice.retry === null ? '' : `<p><a href="${escapeHtml(notice.retry)}">Try again</a></p>`
  return {
    status: notice.status,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      noStore,
      ...(notice.headers ?? []),
    ],
    body:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">` +
      `<meta name="viewport" content="width=device-width, initial-scale=1">` +
      `<meta name="color-scheme" content="light dark"><title>${escapeHtml(notice.title)}</title></head>` +
      `<body><main><h1>${escapeHtml(notice.title)}</h1><p>${escapeHtml(notice.text)}</p>${retry}</main>` +
      `<footer>Request <code>${escapeHtml(notice.requestId)}</code></footer></body></html>\n`,
  }
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (char) => names[char] ?? char)
}
