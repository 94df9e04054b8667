// What happened at the stand-in: calls counted, requests kept, and everything that an outpost of the
// specification would not have sent.

/** Requests kept for a test to look at; older ones leave first. */
const requestsMax = 2000
const eventsMax = 5000
/** Only tells a busy machine from something that never comes. */
const patienceMs = 30_000

/** Names of all that can be called; one name an endpoint. */
export const endpoints = [
  'instances',
  'root-config',
  'proxy',
  'certificate',
  'view-certificate',
  'view-private-key',
  'events',
  'socket',
  'authorize',
  'sign-in-page',
  'flow-page',
  'flow-executor',
  'token',
  'introspect',
  'userinfo',
  'jwks',
  'end-session',
  'sign-out-page',
  'well-known',
  'admin',
] as const

/** Name of one endpoint. */
export type Endpoint = (typeof endpoints)[number]

/** One request as it came in. */
export interface SeenRequest {
  /** Clock of the stand-in, milliseconds. */
  readonly at: number
  readonly endpoint: Endpoint | null
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** Form fields, where there were any. */
  form: Readonly<Record<string, string>>
}

/** One HELLO. */
export interface SeenHello {
  readonly at: number
  readonly instance: string
  readonly args: Readonly<Record<string, unknown>>
}

/** The record of one stand-in. */
export class Journal {
  readonly #now: () => number
  readonly #counts = new Map<string, number>()
  readonly #watchers = new Set<() => void>()
  readonly violations: string[] = []
  readonly refusals: string[] = []
  readonly requests: SeenRequest[] = []
  readonly hellos: SeenHello[] = []
  readonly events: Record<string, unknown>[] = []

  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts one call under `name`: an endpoint, or `token:<grant>`. */
  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    this.#changed()
  }

  calls(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  allCalls(): Record<string, number> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => a.localeCompare(b)))
  }

  keep(request: Omit<SeenRequest, 'at'>): SeenRequest {
    const seen = { at: this.#now(), ...request }
    this.requests.push(seen)
    if (this.requests.length > requestsMax) this.requests.shift()
    return seen
  }

  /** Something that the specification does not have. */
  violation(text: string): void {
    this.violations.push(text)
    this.#changed()
  }

  /** Something of the right form that was refused for its content (wrong secret, denied person). */
  refusal(text: string): void {
    this.refusals.push(text)
    this.#changed()
  }

  hello(instance: string, args: Readonly<Record<string, unknown>>): void {
    this.hellos.push({ at: this.#now(), instance, args })
    this.#changed()
  }

  event(body: Record<string, unknown>): void {
    if (this.events.length < eventsMax) this.events.push(body)
    this.#changed()
  }

  /** Says that something else changed that a test may be waiting for. */
  touch(): void {
    this.#changed()
  }

  /** Forgets everything so far. */
  clear(): void {
    this.#counts.clear()
    for (const list of [this.violations, this.refusals, this.requests, this.hellos, this.events])
      list.length = 0
  }

  /** Resolves as soon as `condition` holds, looked at on each change; rejects after `timeoutMs`. */
  until(condition: () => boolean, what: string, timeoutMs = patienceMs): Promise<void> {
    if (condition()) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (condition()) resolve()
    }
    const timer = setTimeout(() => {
      reject(new Error(`Waited ${timeoutMs} ms in vain for: ${what}`))
    }, timeoutMs)
    this.#watchers.add(look)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#watchers.delete(look)
    })
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
