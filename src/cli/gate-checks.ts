// What the doctor asks the gate itself: whether it is ready, its store, and what it refused lately.
import { fromUtf8 } from '../std/bytes.ts'
import { formatDuration } from '../std/units.ts'
import { type DoctorCheck, checkOf } from '../watch-why.ts'
import type { HttpClient } from '../world/http-client.ts'
import { refusalsByReason } from './personal-causes.ts'
import { fetchDecisions } from './recorded-decision.ts'

/** Whom to ask and when that is. */
export interface GateQuestion {
  readonly http: HttpClient
  /** Origin of the private listener; null where there is none. */
  readonly origin: string | null
  /** Epoch ms. */
  readonly now: number
}

const timeoutMs = 5000
const answerBytesMax = 64 * 1024
const refusalsWindowMs = 60 * 60 * 1000

const titles = {
  gate: 'The gate beside us',
  store: 'Its session store',
  refusals: 'What it refused lately',
} as const

/** Three checks: the gate, its store, its refusals. Never throws. */
export async function gateChecks(question: GateQuestion): Promise<readonly DoctorCheck[]> {
  const { http, origin } = question
  if (origin === null) return [unknown('gate', 'It cannot be asked: "listen.metrics" is "off"')]
  const url = `${origin}/readyz`
  const answer = await http.send({ url, timeoutMs, bytesMax: answerBytesMax })
  if (!answer.ok)
    return [
      checkOf({
        id: 'gate',
        status: 'wrong',
        title: titles.gate,
        detail: `Nothing answers at "${url}": ${answer.error.detail}`,
      }),
    ]
  const parts = readinessParts(fromUtf8(answer.value.body) ?? '')
  return [
    readyCheck(answer.value.status, parts),
    storeCheck(parts),
    await refusalsCheck(question, origin),
  ]
}

function unknown(id: keyof typeof titles, detail: string): DoctorCheck {
  return checkOf({ id, status: 'unknown', title: titles[id], detail })
}

/** One line of `/readyz`. */
interface Part {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

function readyCheck(status: number, parts: readonly Part[]): DoctorCheck {
  const failing = parts.filter(({ name, ok }) => !ok && name !== 'session-store')
  const isReady = status === 200
  return checkOf(
    {
      id: 'gate',
      status: isReady ? 'well' : 'wrong',
      title: titles.gate,
      detail: isReady ? 'Answers a stranger rightly' : `Answers "${status}": it is not ready`,
    },
    failing.map(({ detail, name }) => `${name}: ${detail}`),
  )
}

function storeCheck(parts: readonly Part[]): DoctorCheck {
  const store = parts.find(({ name }) => name === 'session-store')
  if (store === undefined) return unknown('store', 'The gate does not say how it is')
  const status = store.ok ? 'well' : 'wrong'
  return checkOf({ id: 'store', status, title: titles.store, detail: capital(store.detail) })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Reasons that speak of a fault of ours, and reasons that speak of a proxy set up wrongly. */
const storeReasons: readonly string[] = ['session-store']
const setupReasons: readonly string[] = [
  'untrusted-peer',
  'missing-header',
  'duplicate-header',
  'auth-endpoint',
  'provider-down',
  'provider-slow',
  'provider-answer',
  'bad-token',
]

async function refusalsCheck({ http, now }: GateQuestion, origin: string): Promise<DoctorCheck> {
  const fetched = await fetchDecisions(http, origin)
  if (!fetched.ok) return unknown('refusals', fetched.error)
  const reasons = refusalsByReason(fetched.value, now - refusalsWindowMs)
  const total = reasons.reduce((sum, { count }) => sum + count, 0)
  const has = (wanted: readonly string[]): boolean =>
    reasons.some(({ reason }) => wanted.includes(reason))
  const status = has(storeReasons) ? 'wrong' : has(setupReasons) ? 'doubtful' : 'well'
  const window = formatDuration(refusalsWindowMs)
  return checkOf(
    {
      id: 'refusals',
      status,
      title: titles.refusals,
      detail: total === 0 ? `Nothing in the last ${window}` : `${total} in the last ${window}`,
    },
    reasons.map(({ count, reason, title }) => `${count} × ${title} (${reason})`),
  )
}

function readinessParts(text: string): readonly Part[] {
  const checks = memberOf(parseJson(text), 'checks')
  if (!Array.isArray(checks)) return []
  return checks.flatMap((check: unknown): Part[] => {
    const name = memberOf(check, 'name')
    const detail = memberOf(check, 'detail')
    if (typeof name !== 'string' || typeof detail !== 'string') return []
    return [{ name, detail, ok: memberOf(check, 'ok') === true }]
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function memberOf(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? new Map(Object.entries(data)).get(name) : null
}
