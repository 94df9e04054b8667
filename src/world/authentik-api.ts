// Reading authentik's API (v3): bounded in time, size and pages. The gate reads it as an outpost, the estate
// with the token of a person.
import { fromUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { HttpClient, HttpFailure } from './http-client.ts'
import { type Fields, fieldOf, isFields } from '../std/fields.ts'

/** Why an answer is of no use. `detail` is a sentence for the log, without secrets. */
export interface ApiFault {
  readonly kind: HttpFailure['code'] | 'status' | 'malformed'
  /** HTTP status of kind `status`. */
  readonly status: number | null
  readonly detail: string
}

/** Time for one call. */
const callTimeoutMs = 10_000
/** Largest page: 100 providers, each with a long list of patterns. */
const pageBytesMax = 8 * 1024 * 1024
const pageSize = 100
/** Most pages of a list: 10,000 providers. */
const pagesMax = 100
/** All pages of a list together. */
const listBytesMax = 32 * 1024 * 1024

/** The client of every call to authentik: follows `AUTHENTIK_INSECURE` and `unix://`. */
export function authentikHttp(
  http: HttpClient,
  {
    insecure,
    address,
  }: { readonly insecure: boolean; readonly address: { readonly unixSocket: string | null } },
): HttpClient {
  return {
    send: (request) =>
      http.send({
        ...request,
        ...(insecure ? { insecureTls: true } : {}),
        ...(address.unixSocket === null ? {} : { unixSocket: address.unixSocket }),
      }),
  }
}

/** Who reads, and where. */
export interface ApiAccess {
  readonly address: { readonly baseUrl: string }
  /** Never logged, never in a fault. */
  readonly token: string
  /** `User-Agent` of every call. */
  readonly agent: string
}

/** Reads authentik's API with one token. `http` as {@link authentikHttp} makes it. */
export class AuthentikApi {
  readonly #http: HttpClient
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(http: HttpClient, { address, agent, token }: ApiAccess) {
    this.#http = http
    this.#base = `${address.baseUrl}api/v3/`
    this.#headers = {
      Authorization: `Bearer ${token}`,
      'User-Agent': agent,
      Accept: 'application/json',
    }
  }

  /** One object. `path` is below `/api/v3/`. */
  async object(path: string): Promise<Result<Fields, ApiFault>> {
    const answer = await this.#get(path)
    return answer.ok ? ok(answer.value.fields) : answer
  }

  /** The first page of a list. */
  async firstPage(path: string): Promise<Result<readonly unknown[], ApiFault>> {
    const page = await this.object(path)
    return page.ok ? resultsOf(path, page.value) : page
  }

  /**
   * A whole list, page by page. A list of which not every element came is a fault: what is missing might
   * be what guards a host. `mayGoOn` is asked before each further page.
   */
  async list(path: string, mayGoOn: () => boolean): Promise<Result<readonly unknown[], ApiFault>> {
    const elements: unknown[] = []
    const mark = path.includes('?') ? '&' : '?'
    let number = 1
    let bytes = 0
    for (let pages = 0; pages < pagesMax; pages++) {
      const page = await this.#get(`${path}${mark}page=${number}&page_size=${pageSize}`)
      if (!page.ok) return page
      bytes += page.value.bytes
      if (bytes > listBytesMax) return malformed(path, `has more than "${listBytesMax}" bytes`)
      const results = resultsOf(path, page.value.fields)
      if (!results.ok) return results
      for (const element of results.value) elements.push(element)
      const pagination = paginationOf(page.value.fields)
      if (pagination === null) return malformed(path, 'has no pagination')
      const { next, count } = pagination
      if (next <= 0)
        return count === elements.length
          ? ok(elements)
          : malformed(path, `has "${elements.length}" elements, wanted "${count}"`)
      if (next !== number + 1) return malformed(path, 'has pages out of order')
      if (!mayGoOn())
        return err({ kind: 'timeout', status: null, detail: `Reading "${path}" took too long` })
      number = next
    }
    return malformed(path, `has more than "${pagesMax}" pages`)
  }

  async #get(path: string): Promise<Result<{ fields: Fields; bytes: number }, ApiFault>> {
    const answer = await this.#http.send({
      url: this.#base + path,
      headers: this.#headers,
      timeoutMs: callTimeoutMs,
      bytesMax: pageBytesMax,
    })
    if (!answer.ok) {
      const { code, detail } = answer.error
      return err({ kind: code, status: null, detail: `Calling "${path}" failed: ${detail}` })
    }
    const { status, body } = answer.value
    if (status !== 200)
      return err({ kind: 'status', status, detail: `Calling "${path}" was answered "${status}"` })
    const text = fromUtf8(body)
    if (text === null) return malformed(path, 'is not UTF-8')
    const value = parseJson(text)
    if (value === undefined) return malformed(path, 'is not JSON')
    if (!isFields(value)) return malformed(path, 'is no object')
    return ok({ fields: value, bytes: body.length })
  }
}

/** Undefined, which JSON does not have, for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function paginationOf(page: Fields): { readonly next: number; readonly count: number } | null {
  const pagination = fieldOf(page, 'pagination')
  if (!isFields(pagination)) return null
  const next = fieldOf(pagination, 'next')
  const count = fieldOf(pagination, 'count')
  return typeof next === 'number' && typeof count === 'number' ? { next, count } : null
}

function resultsOf(path: string, page: Fields): Result<readonly unknown[], ApiFault> {
  const results = fieldOf(page, 'results')
  return Array.isArray(results) ? ok(results) : malformed(path, 'has no list of results')
}

function malformed(path: string, what: string): Result<never, ApiFault> {
  return err({ kind: 'malformed', status: null, detail: `The answer of "${path}" ${what}` })
}
