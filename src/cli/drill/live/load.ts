// The people and programs of the lab: strangers without a cookie, and a few who are signed in.
import type { Cancel, Clock } from '../../../world/clock.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { protectedHosts } from './lab-files.ts'

/** Requests of strangers that may be under way at once: a gate that hangs piles up no more. */
const inFlightMax = 64
const timeoutMs = 3000
const bytesMax = 64 * 1024
/** Who is signed in looks at a page this often. */
const holderEveryMs = 500
/** What a monitor calls itself; most of the strangers of 2026-04-18 were one. */
const monitor = 'Uptime-Kuma/2.3.2'

/** How a request ended: `redirect` is what a stranger is promised. */
export type Ending = 'redirect' | 'let-in' | 'client-error' | 'server-error' | 'none'

/** Counts of endings so far. */
export type Endings = Readonly<Record<Ending, number>>

/** What the load is made of. */
export interface LoadOptions {
  readonly clock: Clock
  readonly http: HttpClient
  readonly proxyPort: number
  /** Strangers a second. */
  readonly perSecond: number
  /** Cookie headers of those who are signed in. */
  readonly holders: readonly string[]
}

/** A load that runs until it is stopped. */
export interface Load {
  strangers(): Endings
  holders(): Endings
  stop(): void
}

/** Starts it: a steady stream over all protected hosts in turn. */
export function startLoad({ clock, holders, http, perSecond, proxyPort }: LoadOptions): Load {
  const [strange, held] = [noEndings(), noEndings()]
  let sent = 0
  let inFlight = 0
  const ask = async (headers: Readonly<Record<string, string>>): Promise<Ending> => {
    const host = protectedHosts[sent++ % protectedHosts.length] ?? ''
    const answer = await http.send({
      url: `http://127.0.0.1:${proxyPort}/`,
      headers: { host: `${host}:${proxyPort}`, accept: 'text/html,*/*', ...headers },
      timeoutMs,
      bytesMax,
    })
    if (!answer.ok) return answer.error.code === 'redirect' ? 'redirect' : 'none'
    const { status } = answer.value
    return status >= 500 ? 'server-error' : status >= 400 ? 'client-error' : 'let-in'
  }
  const stranger = async (): Promise<void> => {
    if (inFlight >= inFlightMax) return
    inFlight++
    strange[await ask({ 'user-agent': monitor })]++
    inFlight--
  }
  const holder = async (cookie: string): Promise<void> => {
    held[await ask({ cookie })]++
  }
  const cancels: readonly Cancel[] = [
    clock.every(1000 / perSecond, () => void stranger()),
    ...holders.map((cookie) => clock.every(holderEveryMs, () => void holder(cookie))),
  ]
  return {
    strangers: () => ({ ...strange }),
    holders: () => ({ ...held }),
    stop: () => {
      for (const cancel of cancels) cancel()
    },
  }
}

function noEndings(): Record<Ending, number> {
  return { redirect: 0, 'let-in': 0, 'client-error': 0, 'server-error': 0, none: 0 }
}

/** How many there were. */
export function totalOf(endings: Endings): number {
  return Object.values(endings).reduce((sum, count) => sum + count, 0)
}
