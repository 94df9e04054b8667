// How channels send over HTTP: bounded, no redirect followed, and every answer sorted into taken, later, never.
import { fromUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { HttpClient, HttpFailure, IncomingResponse } from '../../world/http-client.ts'
import type { NotifyFault } from './notice.ts'
import { oneLine, withoutSecrets } from './plain-text.ts'

const timeoutMs = 10_000
const answerBytesMax = 64 * 1024
/** As much of a refusal as is repeated. */
const excerptLengthMax = 160
/** A channel that wants to be left alone for longer than this is asked again all the same. */
export const retryAfterMsMax = 15 * 60_000

/** What is sent. */
export interface ChannelRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** What must not stand in a fault, beside the address: tokens, keys. */
  readonly secrets?: readonly (string | null)[]
  /** Epoch ms, for a `Retry-After` that is a date. */
  readonly now: number
}

/** Sends one request. Ok for 2xx alone. */
export async function sendToChannel(
  http: HttpClient,
  { body, headers, method = 'POST', now, secrets = [], url }: ChannelRequest,
): Promise<Result<IncomingResponse, NotifyFault>> {
  const hidden = [url, ...secretParts(url), ...secrets]
  const fault = (retry: boolean, detail: string): NotifyFault => ({
    retry,
    detail: oneLine(withoutSecrets(detail, hidden), excerptLengthMax + 80),
  })
  const answer = await http.send({
    url,
    method,
    headers: { 'user-agent': 'Gatehouse', ...headers },
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    bytesMax: answerBytesMax,
  })
  if (!answer.ok) {
    const { mayHaveArrived, retry, text } = withoutAnswer(answer.error)
    return err({ ...fault(retry, text), ...(mayHaveArrived ? { mayHaveArrived } : {}) })
  }
  const { value: response } = answer
  if (response.status >= 200 && response.status < 300) return ok(response)
  const later = retryAfterMs(response.headers.get('retry-after'), now)
  return err({
    ...fault(isPassing(response.status), `Answered ${response.status}: ${excerpt(response)}`),
    ...(later === null ? {} : { retryAfterMs: later }),
  })
}

/** Nothing usable came back: whether to try again, and whether the message may be there all the same. */
function withoutAnswer({ code, detail }: HttpFailure): {
  readonly retry: boolean
  readonly mayHaveArrived: boolean
  readonly text: string
} {
  switch (code) {
    case 'redirect':
      return {
        ...{ retry: false, mayHaveArrived: false },
        text: `Answered with a redirect, which is not followed: ${detail}`,
      }
    case 'too-large':
      // It has most likely taken the message: sending it again would say it twice.
      return {
        ...{ retry: false, mayHaveArrived: true },
        text: `Answered with more than ${answerBytesMax} bytes`,
      }
    case 'timeout':
      return {
        ...{ retry: true, mayHaveArrived: true },
        text: `Did not answer within ${timeoutMs / 1000} s`,
      }
    case 'unreachable':
      // One that hung up had been reached.
      return {
        ...{ retry: true, mayHaveArrived: /closed|reset/i.test(detail) },
        text: `Cannot be reached: ${detail}`,
      }
  }
}

/** Time-outs, rate limits and trouble of the server pass; a request that is wrong stays wrong. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429
}

function excerpt({ body }: IncomingResponse): string {
  const text = oneLine(fromUtf8(body) ?? '', excerptLengthMax)
  return text === '' ? 'no text' : `"${text}"`
}

/** `Retry-After` (RFC 9110, section 10.2.3): seconds or a date, bounded; null when it is neither. */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null
  const ms = /^\d{1,9}(?:\.\d{1,6})?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), retryAfterMsMax) : null
}

/** Parts of an address that are themselves the secret: path (Slack, Discord), query, user and password. */
function secretParts(address: string): string[] {
  const url = URL.parse(address)
  if (url === null) return []
  const path = url.pathname.length > 1 ? url.pathname : ''
  // A token may be said alone, without the address that it stood in.
  const parts = path.split('/').filter((part) => part.length >= tokenLengthMin)
  return [`${path}${url.search}`, path, url.search, url.username, url.password, ...parts]
}

/** Shorter parts of a path are words such as `services`. */
const tokenLengthMin = 12

/** `base` with `path` behind whatever path it has: `https://example.com/kuma` and `/api/push`. */
export function addressBelow(base: string, path: string): string {
  return `${base.replace(/[?#].*$/, '').replace(/\/+$/, '')}${path}`
}
