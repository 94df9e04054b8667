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

/** The whole answer as text; to be sent as UTF-8. `Date` is left to {@link dated}. */
export function renderAnswer(parts: AnswerParts): string {
  const { config, request } = parts
  return renderWith(parts, request === null ? null : signInAddress(config, request))
}

/** {@link renderAnswer} with the address for signing in given; null where none can be. */
function renderWith(parts: AnswerParts, signIn: string | null): string {
  const { decision, shape } = parts
  const lines = [
    `HTTP/1.1 ${shape.status} ${phrases[shape.status] ?? 'Unknown'}`,
    datePlaceholder,
    `X-Gatehouse-Decision: ${decision.kind}; ${decision.reason}`,
  ]
  if (parts.requestId !== '') lines.push(`X-Gatehouse-Request-Id: ${parts.requestId}`)
  if (decision.kind !== 'allow' || shape.body === 'back') lines.push('Cache-Control: no-store')
  addAdvice(parts, lines, signIn)
  const body = addBody(parts, lines, signIn)
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n${parts.identityLines}\r\n${parts.isHead ? '' : body}`
}

/** What a program is told to do next. */
function addAdvice({ decision, shape }: AnswerParts, lines: string[], signIn: string | null): void {
  if (shape.signInHeader && signIn !== null) lines.push(`X-Gatehouse-Sign-In: ${signIn}`)
  if (decision.kind === 'unavailable') lines.push(`Retry-After: ${retryAfterSeconds}`)
}

function addBody(parts: AnswerParts, lines: string[], signIn: string | null): string {
  const { config, decision, request, shape } = parts
  switch (shape.body) {
    case 'sign-in':
      if (signIn !== null) lines.push(`Location: ${signIn}`)
      return ''
    case 'back':
      if (request !== null) lines.push(`Location: ${addressOf(request)}`)
      return ''
    case 'json':
      if (shape.status === 401) lines.push('WWW-Authenticate: Bearer realm="gatehouse"')
      lines.push('Content-Type: application/json', 'X-Content-Type-Options: nosniff')
      return jsonBody(parts, signIn)
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

function jsonBody({ decision, requestId }: AnswerParts, signIn: string | null): string {
  const { title, fix } = reasons[decision.reason]
  const sign_in = decision.kind === 'sign-in' && signIn !== null ? signIn : undefined
  return `${JSON.stringify({ decision: decision.kind, reason: decision.reason, title, fix, sign_in, request_id: requestId })}\n`
}

/** Stand in a template for what differs from answer to answer; nothing else holds such a word. */
const gaps = ['<date>', '<request-id>', '<sign-in>', '<length>'] as const
const anyGap = new RegExp(gaps.join('|'))

interface Piece {
  readonly text: string
  /** What follows the text; null behind the last one. */
  readonly gap: (typeof gaps)[number] | null
}

/** What fills the gaps. */
export interface SignInFilling {
  readonly date: HttpDate
  readonly requestId: string
  /** Address for signing in. */
  readonly signIn: string
}

/**
 * Answers to strangers that differ in nothing but date, request id, address for signing in and length.
 * Made out of what {@link renderAnswer} writes, so that both say the same.
 */
export class SignInTemplate {
  readonly #pieces: readonly Piece[]
  /** Bytes of the body without what fills its gaps, and how often each gap is in it. */
  readonly #fixedLength: number
  readonly #idsInBody: number
  readonly #signInsInBody: number

  constructor(parts: Omit<AnswerParts, 'request' | 'requestId' | 'isHead'>) {
    const open = { ...parts, request: null, requestId: '<request-id>', isHead: false }
    const text = renderWith(open, '<sign-in>')
    const body = text.slice(text.indexOf('\r\n\r\n') + 4)
    this.#idsInBody = body.split('<request-id>').length - 1
    this.#signInsInBody = body.split('<sign-in>').length - 1
    this.#fixedLength = Buffer.byteLength(body.replaceAll(new RegExp(anyGap, 'g'), ''))
    this.#pieces = piecesOf(
      text
        .replace(datePlaceholder, 'Date: <date>')
        .replace(/^Content-Length: \d+/m, 'Content-Length: <length>'),
    )
  }

  /** The answer's bytes. All of it is ASCII: ids are ours, addresses are percent-encoded. */
  fill(filling: SignInFilling): Buffer {
    const { date, requestId, signIn } = filling
    let text = ''
    for (const piece of this.#pieces) {
      text += piece.text
      if (piece.gap === '<date>') text += date.text
      else if (piece.gap === '<request-id>') text += requestId
      else if (piece.gap === '<sign-in>') text += signIn
      else if (piece.gap === '<length>') text += this.#length(requestId, signIn)
    }
    return Buffer.from(text, 'latin1')
  }

  #length(requestId: string, signIn: string): number {
    return (
      this.#fixedLength + this.#idsInBody * requestId.length + this.#signInsInBody * signIn.length
    )
  }
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let rest = text
  for (let found = anyGap.exec(rest); found !== null; found = anyGap.exec(rest)) {
    const gap = gaps.find((candidate) => candidate === found?.[0]) ?? null
    pieces.push({ text: rest.slice(0, found.index), gap })
    rest = rest.slice(found.index + found[0].length)
  }
  return [...pieces, { text: rest, gap: null }]
}

/**
 * Where to sign in. A navigation comes back to what it asked for; anything else, told by header, would
 * come back to a fragment of a page, so it is brought to the front of the service.
 */
export function signInAddress(config: GateConfig, request: AccessRequest): string {
  const target = request.navigation ? request.target : '/'
  return `${config.origin}/_gatehouse/sign-in?rd=${encodedOrigin(request)}${encodeURIComponent(target)}`
}

/** The origin percent-encoded; by hand for names, of which every byte stands for itself. */
function encodedOrigin(request: AccessRequest): string {
  const { host, port, scheme } = request
  if (host.charCodeAt(0) === openBracket) return encodeURIComponent(originOf(request))
  return `${scheme}%3A%2F%2F${host}${port === null ? '' : `%3A${port}`}`
}

/** Begins an IPv6 address in the place of a name. */
const openBracket = 0x5b

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
