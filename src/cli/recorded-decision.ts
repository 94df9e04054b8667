// A decision that a running gate remembers, fetched from its private listener by request id.
import type { DecisionKind, Reason } from '../model/decision.ts'
import { type SignInFaultCode, signInFaults, signInPlace } from '../gate-explain.ts'
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
  /** {@link signInPlace} where it was a page of the gate itself. */
  readonly dialect: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly user: string
  readonly rule: string
  readonly clientAddress: string
  readonly detail: string
}

/** What the gate noted of a page that ended a sign-in badly. */
export interface RecordedSignIn extends Omit<RecordedDecision, 'reason'> {
  readonly reason: SignInFaultCode
}

/** True for a page of the gate itself: no policy was asked there. */
export function isSignIn(recorded: RecordedDecision | RecordedSignIn): recorded is RecordedSignIn {
  return recorded.dialect === signInPlace
}

/** For `--json`: keys as the log has them. */
export function recordedData(recorded: RecordedDecision | RecordedSignIn): object {
  const { requestId, clientAddress, ...rest } = recorded
  return { request_id: requestId, ...rest, client: clientAddress }
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
): Promise<Result<RecordedDecision | RecordedSignIn, string>> {
  const url = `${origin}/decisions/${requestId}`
  const answer = await http.send({ url, timeoutMs, bytesMax: answerBytesMax })
  if (!answer.ok) return err(`Cannot reach the gate at "${url}": ${answer.error.detail}`)
  const { status, body } = answer.value
  if (status === 404)
    return err(
      `The gate does not know the request "${requestId}": it remembers those that it forbade, refused or could not decide, the newest ones, since its start`,
    )
  const recorded = status === 200 ? readDecision(parseJson(fromUtf8(body) ?? '')) : null
  return recorded === null
    ? err(`Cannot read the answer of "${url}": status "${status}"`)
    : ok(recorded)
}

const listBytesMax = 8 * 1024 * 1024

/** All that the gate whose private listener is at `origin` remembers, newest first. The error is a sentence. */
export async function fetchDecisions(
  http: HttpClient,
  origin: string,
): Promise<Result<readonly (RecordedDecision | RecordedSignIn)[], string>> {
  const url = `${origin}/decisions`
  const answer = await http.send({ url, timeoutMs, bytesMax: listBytesMax })
  if (!answer.ok) return err(`Cannot reach the gate at "${url}": ${answer.error.detail}`)
  const { status, body } = answer.value
  const list = status === 200 ? parseJson(fromUtf8(body) ?? '') : null
  if (!Array.isArray(list)) return err(`Cannot read the answer of "${url}": status "${status}"`)
  return ok(list.flatMap((entry: unknown) => readDecision(entry) ?? []))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The last moment that a date can say (ECMA-262, "Time Values"). */
const timeMax = 8.64e15

function readDecision(data: unknown): RecordedDecision | RecordedSignIn | null {
  if (typeof data !== 'object' || data === null) return null
  const fields = new Map(Object.entries(data))
  const text = (key: string): string => {
    const value: unknown = fields.get(key)
    return typeof value === 'string' ? value : ''
  }
  const at: unknown = fields.get('at')
  const decision = decisionKinds.find((kind) => kind === text('decision'))
  if (typeof at !== 'number' || Math.abs(at) > timeMax || decision === undefined) return null
  const noted = {
    requestId: text('request_id'),
    at,
    decision,
    dialect: text('dialect'),
    method: text('method'),
    host: text('host'),
    path: text('path'),
    user: text('user'),
    rule: text('rule'),
    clientAddress: text('client'),
    detail: text('detail'),
  }
  const reason = text('reason')
  if (noted.dialect === signInPlace) return isFault(reason) ? { ...noted, reason } : null
  return isReason(reason) ? { ...noted, reason } : null
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text)
}

function isFault(text: string): text is SignInFaultCode {
  return Object.hasOwn(signInFaults, text)
}
