// A decision that a running gate remembers, fetched from its private listener by request id.
import type { DecisionKind, Reason } from '../model/decision.ts'
import { decisionKinds, reasons } from '../model/decision.ts'
import { fromUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { HttpClient } from '../world/http-client.ts'

/** What the gate noted of a request that it did not let in. Texts may be empty where nobody knows. */
export interface RecordedDecision {
  readonly requestId: string
  /** Epoch ms. */
  readonly at: number
  readonly decision: DecisionKind
  readonly reason: Reason
  readonly dialect: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly user: string
  readonly rule: string
  readonly clientAddress: string
}

const timeoutMs = 5000
const answerBytesMax = 64 * 1024

/** True for a text that can be a request id; nothing else is put into an address. */
export function isRequestId(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text)
}

/** Asks the gate whose private listener is at `origin`. The error is a sentence for a person. */
export async function fetchDecision(
  http: HttpClient,
  origin: string,
  requestId: string,
): Promise<Result<RecordedDecision, string>> {
  const url = `${origin}/decisions/${requestId}`
  const answer = await http.send({ url, timeoutMs, bytesMax: answerBytesMax })
  if (!answer.ok) return err(`Cannot reach the gate at "${url}": ${answer.error.detail}`)
  const { status, body } = answer.value
  if (status === 404)
    return err(
      `The gate does not know the request "${requestId}": it remembers only the newest that it did not let in, since its start`,
    )
  const recorded = status === 200 ? readDecision(parseJson(fromUtf8(body) ?? '')) : null
  return recorded === null
    ? err(`Cannot read the answer of "${url}": status "${status}"`)
    : ok(recorded)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function readDecision(data: unknown): RecordedDecision | null {
  if (typeof data !== 'object' || data === null) return null
  const fields = new Map(Object.entries(data))
  const text = (key: string): string => {
    const value: unknown = fields.get(key)
    return typeof value === 'string' ? value : ''
  }
  const at: unknown = fields.get('at')
  const decision = decisionKinds.find((kind) => kind === text('decision'))
  const reason = text('reason')
  if (typeof at !== 'number' || decision === undefined || !isReason(reason)) return null
  return {
    requestId: text('requestId'),
    at,
    decision,
    reason,
    dialect: text('dialect'),
    method: text('method'),
    host: text('host'),
    path: text('path'),
    user: text('user'),
    rule: text('rule'),
    clientAddress: text('clientAddress'),
  }
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text)
}
