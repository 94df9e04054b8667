// Outgoing HTTP with a limit on everything: time, bytes, redirects (none).
import { type Result, err, ok } from '../std/result.ts'

/** What to ask. `bytesMax` bounds the body read, `timeoutMs` the whole exchange. */
export interface OutgoingRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  readonly bytesMax: number
  /** Skips the verification of the server's certificate; for an operator who said so. */
  readonly insecureTls?: boolean
  /** Certificates of authorities (PEM) that the server's is checked against, in place of the machine's. */
  readonly ca?: string
  /** Path of a unix socket that is connected to instead of the host of `url`. */
  readonly unixSocket?: string
}

/** What came back, whole. */
export interface IncomingResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

/** Why nothing usable came back. `detail` is for the log, never for a browser. */
export interface HttpFailure {
  readonly code: 'timeout' | 'unreachable' | 'too-large' | 'redirect'
  readonly detail: string
}

/** Asks once; never follows a redirect. */
export interface HttpClient {
  send(request: OutgoingRequest): Promise<Result<IncomingResponse, HttpFailure>>
}

/** The real client, over the runtime's fetch. */
export function realHttpClient(): HttpClient {
  return { send }
}

async function send(request: OutgoingRequest): Promise<Result<IncomingResponse, HttpFailure>> {
  const signal = AbortSignal.timeout(request.timeoutMs)
  try {
    const response = await fetch(request.url, {
      method: request.method ?? 'GET',
      headers: request.headers ?? {},
      redirect: 'manual',
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...tlsOptions(request),
      ...(request.unixSocket === undefined ? {} : { unix: request.unixSocket }),
    })
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      return err({ code: 'redirect', detail: `Answered ${response.status}` })
    }
    return await readBounded(response, request.bytesMax)
  } catch (cause) {
    return err({ code: signal.aborted ? 'timeout' : 'unreachable', detail: wordsOf(cause) })
  }
}

/** What the runtime says, without the questions that it asks of people at a browser. */
function wordsOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.replace(/\.? Is the computer able to access the url\?$/, '').replace(/\.$/, '')
}

function tlsOptions({ ca, insecureTls }: OutgoingRequest): object {
  if (insecureTls === true) return { tls: { rejectUnauthorized: false } }
  return ca === undefined ? {} : { tls: { ca } }
}

async function readBounded(
  response: Response,
  bytesMax: number,
): Promise<Result<IncomingResponse, HttpFailure>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > bytesMax) return err({ code: 'too-large', detail: `More than ${bytesMax} bytes` })
    chunks.push(chunk)
  }
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return ok({ status: response.status, headers: response.headers, body })
}
