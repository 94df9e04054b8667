// Decisions as HTTP answers, written out once: the bytes that go to the proxy.
import { type Decision, reasons } from '../model/decision.ts'
import type { GateConfig } from './config.ts'
import type { AnswerShape } from './dialect/dialect.ts'
import { answerPage, answerPageHeaders } from './pages/answers.tsx'
import type { AccessRequest } from './request.ts'

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  414: 'URI Too Long',
  503: 'Service Unavailable',
}

/** Seconds after which a page about an unavailable store tries again. */
export const retryAfterSeconds = 5

/** All that an answer is written from. */
export interface AnswerParts {
  readonly config: GateConfig
  readonly decision: Decision
  /** Null when no canonical request could be read. */
  readonly request: AccessRequest | null
  readonly shape: AnswerShape
  /** Identity header lines, each ended by CRLF. */
  readonly identityLines: string
  /** Shown on pages and in the log; empty for `allow`, where nobody would look for it. */
  readonly requestId: string
  /** True when the question itself was a HEAD: the answer then has no body (RFC 9110 section 9.3.2). */
  readonly isHead: boolean
}

/** The whole answer as text; to be sent as UTF-8. `Date` is left to {@link withDate}. */
export function renderAnswer(parts: AnswerParts): string {
  const { decision, shape } = parts
  const lines = [
    `HTTP/1.1 ${shape.status} ${phrases[shape.status] ?? 'Unknown'}`,
    datePlaceholder,
    `X-Gatehouse-Decision: ${decision.kind}; ${decision.reason}`,
  ]
  if (parts.requestId !== '') lines.push(`X-Gatehouse-Request-Id: ${parts.requestId}`)
  if (decision.kind !== 'allow' || shape.body === 'back') lines.push('Cache-Control: no-store')
  addAdvice(parts, lines)
  const body = addBody(parts, lines)
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n${parts.identityLines}\r\n${parts.isHead ? '' : body}`
}

/** What a program is told to do next. */
function addAdvice({ config, decision, request, shape }: AnswerParts, lines: string[]): void {
  if (shape.signInHeader && request !== null)
    lines.push(`X-Gatehouse-Sign-In: ${signInAddress(config, request)}`)
  if (decision.kind === 'unavailable') lines.push(`Retry-After: ${retryAfterSeconds}`)
}

function addBody(parts: AnswerParts, lines: string[]): string {
  const { config, decision, request, shape } = parts
  switch (shape.body) {
    case 'sign-in':
      if (request !== null) lines.push(`Location: ${signInAddress(config, request)}`)
      return ''
    case 'back':
      if (request !== null) lines.push(`Location: ${addressOf(request)}`)
      return ''
    case 'json':
      if (shape.status === 401) lines.push('WWW-Authenticate: Bearer realm="gatehouse"')
      lines.push('Content-Type: application/json', 'X-Content-Type-Options: nosniff')
      return jsonBody(parts)
    case 'page':
      for (const [name, value] of answerPageHeaders(config.origin)) lines.push(`${name}: ${value}`)
      return answerPage({
        decision,
        request,
        origin: config.origin,
        requestId: parts.requestId,
        ...(config.support === '' ? {} : { supportHint: config.support }),
      })
    default:
      return ''
  }
}

function jsonBody(parts: AnswerParts): string {
  const { config, decision, request } = parts
  const { title, fix } = reasons[decision.reason]
  const signIn =
    decision.kind === 'sign-in' && request !== null ? signInAddress(config, request) : undefined
  const requestId = parts.requestId
  return `${JSON.stringify({ decision: decision.kind, reason: decision.reason, title, fix, sign_in: signIn, request_id: requestId })}\n`
}

/**
 * Where to sign in. A navigation comes back to what it asked for; anything else, told by header, would
 * come back to a fragment of a page, so it is brought to the front of the service.
 */
export function signInAddress(config: GateConfig, request: AccessRequest): string {
  const back = request.navigation ? addressOf(request) : `${originOf(request)}/`
  return `${config.origin}/_gatehouse/sign-in?rd=${encodeURIComponent(back)}`
}

function originOf(request: AccessRequest): string {
  return `${request.scheme}://${request.host}${request.port === null ? '' : `:${request.port}`}`
}

/** The address that was asked for, from its canonical parts. */
export function addressOf(request: AccessRequest): string {
  return originOf(request) + request.target
}

/** Stands in an answer's text where the date goes: as long as any IMF-fixdate (RFC 9110 section 5.6.7). */
const datePlaceholder = 'Date: Thu, 01 Jan 1970 00:00:00 GMT'
const dateLength = 29

/** An answer that is sent many times: its bytes, and where in them the date stands. */
export interface PreparedAnswer {
  readonly bytes: Buffer
  readonly dateAt: number
  /** Epoch second that stands there now. */
  second: number
}

/** Bytes of an answer's text, ready to be dated. */
export function prepareAnswer(text: string): PreparedAnswer {
  return { bytes: Buffer.from(text, 'utf8'), dateAt: text.indexOf(datePlaceholder) + 6, second: 0 }
}

/** The current date as it stands in answers, made once a second. */
export interface HttpDate {
  readonly second: number
  readonly text: string
}

/** IMF-fixdate of an epoch time in ms. */
export function httpDate(now: number): HttpDate {
  const second = Math.floor(now / 1000)
  return { second, text: new Date(second * 1000).toUTCString() }
}

/** Dates `answer` in place and gives its bytes. */
export function dated(answer: PreparedAnswer, date: HttpDate): Buffer {
  if (answer.second !== date.second) {
    answer.bytes.write(date.text, answer.dateAt, dateLength, 'latin1')
    answer.second = date.second
  }
  return answer.bytes
}
