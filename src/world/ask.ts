// Asking another program over HTTP: bounded, and every way in which it can go wrong as one sentence.
import { fromUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { HttpClient } from './http-client.ts'

/** Longest answer that is read. */
export const answerBytesMax = 16 * 1024 ** 2
/** Longest wait for an answer. */
export const answerTimeoutMs = 10_000
/** Longest piece of an answer that is shown. */
const shownMax = 120

/** What to ask for. */
export interface Question {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as a form by POST; absent: GET. */
  readonly form?: Readonly<Record<string, string>>
  readonly ca?: string
  /** Statuses beside 200 whose answer says more than the status. */
  readonly telling?: readonly number[]
}

/** The text of an answer with status 200 or one that is telling, or why there is none. */
export async function askText(
  http: HttpClient,
  question: Question,
): Promise<Result<string, string>> {
  const { form } = question
  const sent = await http.send({
    url: question.url,
    headers: {
      ...question.headers,
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form === undefined
      ? {}
      : { method: 'POST', body: new URLSearchParams({ ...form }).toString() }),
    ...(question.ca === undefined ? {} : { ca: question.ca }),
    timeoutMs: answerTimeoutMs,
    bytesMax: answerBytesMax,
  })
  if (!sent.ok) return err(failureTexts[sent.error.code])
  const { status, body } = sent.value
  if (status === 401 || status === 403)
    return err(`It answered ${status}: the credentials are wrong`)
  if (status !== 200 && question.telling?.includes(status) !== true)
    return err(`It answered ${status}`)
  const text = fromUtf8(body)
  return text === null ? err('Its answer is not UTF-8') : ok(text)
}

/** Details of the library may hold an address with a password; these do not. */
const failureTexts = {
  timeout: `No answer in ${answerTimeoutMs / 1000} seconds`,
  unreachable: 'It cannot be reached',
  'too-large': `Its answer is larger than ${answerBytesMax / 1024 ** 2} MiB`,
  redirect: 'It redirected to another address, which is not followed',
} as const

/** The same as data; an answer that is no JSON is said with its beginning. */
export async function askJson(
  http: HttpClient,
  question: Question,
): Promise<Result<unknown, string>> {
  const text = await askText(http, question)
  return text.ok ? parseJson(text.value) : text
}

/** Data of a text, or what is wrong with it. */
export function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text))
  } catch {
    return err(`Its answer is no JSON, it begins with ${JSON.stringify(text.slice(0, 40))}`)
  }
}

/** Text from outside, short enough to be shown in a sentence. */
export function shown(text: string): string {
  return JSON.stringify(text.length > shownMax ? `${text.slice(0, shownMax)}…` : text)
}
