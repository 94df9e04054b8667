// The few questions that we ask a live Prometheus (HTTP API v1). Nothing that it answers is trusted or endless.
import { type Result, err, ok } from '../../std/result.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { Labels } from './labels.ts'

/** Which Prometheus, and how it is asked. */
export interface PrometheusAddress {
  /** Without a slash at the end: `http://prometheus:9090`. */
  readonly url: string
  /** Bearer token, null for none; never shown. */
  readonly token: string | null
}

/** Epoch seconds; null for all that is stored. */
export type Since = number | null

/** A list that was cut is there, and is more than we read. */
export type SeriesList =
  | { readonly isWhole: true; readonly series: readonly Labels[] }
  | { readonly isWhole: false }

/** Most bytes of one answer: some 20,000 series. */
const answerBytesMax = 8 * 1024 * 1024
const timeoutMs = 30_000

/** Names of all metrics that it stores. The error is a sentence for the operator. */
export async function askNames(
  http: HttpClient,
  address: PrometheusAddress,
): Promise<Result<readonly string[], string>> {
  const answer = await ask(http, address, '/api/v1/label/__name__/values')
  if (!answer.ok) return answer
  if (answer.value === 'too-large')
    return err(`Cannot ask "${address.url}": Found more than ${answerBytesMax} bytes of names`)
  const names = answer.value.filter((name) => typeof name === 'string')
  return names.length === answer.value.length
    ? ok(names)
    : err(`Cannot understand "${address.url}": Found names that are no text`)
}

/** Series that `selector` matches. */
export async function askSeries(
  http: HttpClient,
  address: PrometheusAddress,
  selector: { readonly text: string; readonly since: Since },
): Promise<Result<SeriesList, string>> {
  const from = selector.since === null ? '' : `&start=${selector.since}`
  const path = `/api/v1/series?match[]=${encodeURIComponent(selector.text)}${from}`
  const answer = await ask(http, address, path)
  if (!answer.ok) return answer
  if (answer.value === 'too-large') return ok({ isWhole: false })
  const series = answer.value.filter(isLabels)
  return series.length === answer.value.length
    ? ok({ isWhole: true, series })
    : err(`Cannot understand "${address.url}": Found series that are no labels`)
}

function isLabels(value: unknown): value is Labels {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((label) => typeof label === 'string')
  )
}

/** The list in `data` of an answer with `status: success`. */
async function ask(
  http: HttpClient,
  { url, token }: PrometheusAddress,
  path: string,
): Promise<Result<readonly unknown[] | 'too-large', string>> {
  const answer = await http.send({
    url: `${url}${path}`,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    timeoutMs,
    bytesMax: answerBytesMax,
  })
  if (!answer.ok) {
    const { code, detail } = answer.error
    return code === 'too-large' ? ok(code) : err(`Cannot ask "${url}": ${detail} (${code})`)
  }
  const json = parseJson(answer.value.body)
  const data = fieldOf(json, 'data')
  if (answer.value.status === 200 && fieldOf(json, 'status') === 'success' && Array.isArray(data))
    return ok(data)
  const reason = fieldOf(json, 'error')
  const said = typeof reason === 'string' ? `, "${reason.slice(0, errorLengthMax)}"` : ''
  return err(
    `Cannot understand "${url}": Found status "${answer.value.status}"${said}, wanted a list from the API of Prometheus`,
  )
}

const errorLengthMax = 200

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return null
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined
}
