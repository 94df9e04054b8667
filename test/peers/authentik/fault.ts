// Faults of an authentik that is ill, or of whatever answers in its place: slow, broken, huge, garbage,
// fields missing, extra and of the wrong type.
import type { Clock } from '../../../src/world/clock.ts'
import type { Endpoint } from './journal.ts'

/** One thing that goes wrong at an endpoint. */
export type FaultKind =
  /** Answers rightly, `ms` later by the stand-in's clock. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Answers `status` with a page instead of JSON, as a proxy in front of authentik does. */
  | { readonly kind: 'status'; readonly status: number }
  /** 200 with `bytes` of valid JSON. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** 200 with a text that is not JSON, or with `body`. */
  | { readonly kind: 'garbage'; readonly body?: string }
  /** The connection ends in the middle of the body. */
  | { readonly kind: 'cut' }
  /** 200 with `value` as JSON. */
  | { readonly kind: 'json'; readonly value: unknown }
  /** The right answer with the field at `path` set; `*` stands for every element of a list. */
  | { readonly kind: 'set'; readonly path: string; readonly value: unknown }
  /** The right answer without the field at `path`. */
  | { readonly kind: 'unset'; readonly path: string }
  /** The right answer changed by a function; only in the process of the test. */
  | { readonly kind: 'change'; readonly change: (body: unknown) => unknown }

/** A fault with how often it strikes. */
export type Fault = FaultKind & {
  /** Default: until healed. */
  readonly times?: number
}

/** What goes wrong with the tokens that are made. */
export interface TokenFault {
  /** Claims set on top of the right ones. */
  readonly set?: Readonly<Record<string, unknown>>
  readonly unset?: readonly string[]
  /** Algorithm of the header: none, one that was not announced, or RS256 with the server's key. */
  readonly alg?: 'none' | 'HS384' | 'HS512' | 'RS256' | 'HS256'
  /** Signed with another secret. */
  readonly wrongKey?: boolean
  /** Signed with this text as the HMAC key, as in a confusion of keys. */
  readonly hmacKey?: string
}

interface ActiveFault {
  readonly fault: Fault
  left: number
}

/** The faults in force, in the order in which they were set. */
export class Faults {
  readonly #byEndpoint = new Map<Endpoint | '*', ActiveFault[]>()
  token: TokenFault | null = null

  set(endpoint: Endpoint | '*', fault: Fault): void {
    const list = this.#byEndpoint.get(endpoint) ?? []
    list.push({ fault, left: fault.times ?? Infinity })
    this.#byEndpoint.set(endpoint, list)
  }

  /** Ends the faults of `endpoint`; without one, all of them. */
  heal(endpoint?: Endpoint | '*'): void {
    if (endpoint !== undefined) this.#byEndpoint.delete(endpoint)
    else {
      this.#byEndpoint.clear()
      this.token = null
    }
  }

  /** Faults that strike this request; each strike counts. */
  strike(endpoint: Endpoint): Fault[] {
    const lists = [this.#byEndpoint.get(endpoint) ?? [], this.#byEndpoint.get('*') ?? []]
    return lists.flat().flatMap((active) => {
      if (active.left <= 0) return []
      active.left -= 1
      return [active.fault]
    })
  }

  /** Faults in force, for the page. */
  list(): { endpoint: string; fault: Fault; left: number | null }[] {
    return [...this.#byEndpoint].flatMap(([endpoint, list]) =>
      list
        .filter(({ left }) => left > 0)
        .map(({ fault, left }) => ({ endpoint, fault, left: left === Infinity ? null : left })),
    )
  }
}

const chunkBytes = 65_536

/** Waits by `clock`. */
export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}

/** An answer that replaces the right one, or null for a fault that only changes it. */
export function replacement(fault: Fault): Response | null {
  switch (fault.kind) {
    case 'status':
      return html(fault.status, `<h1>${fault.status}</h1>`)
    case 'huge':
      return new Response(hugeBody(fault.bytes), { headers: jsonHeaders })
    case 'garbage':
      return new Response(fault.body ?? '{"results": [{"pk": 1,, ]', { headers: jsonHeaders })
    case 'cut':
      return new Response(cutBody(), { headers: jsonHeaders })
    case 'json':
      return Response.json(fault.value)
    case 'slow':
    case 'hang':
    case 'set':
    case 'unset':
    case 'change':
      return null
  }
}

const jsonHeaders = { 'content-type': 'application/json' }

function html(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}

/** Valid JSON of `bytes` bytes, made as it is read, with the page of an empty list in front. */
function hugeBody(bytes: number): ReadableStream<Uint8Array> {
  const head = new TextEncoder().encode('{"pagination":{"next":0},"results":[],"padding":"')
  const tail = new TextEncoder().encode('"}')
  let left = Math.max(0, bytes - head.length - tail.length)
  return new ReadableStream({
    start: (controller) => controller.enqueue(head),
    pull: (controller) => {
      if (left === 0) {
        controller.enqueue(tail)
        controller.close()
        return
      }
      const size = Math.min(left, chunkBytes)
      left -= size
      controller.enqueue(new Uint8Array(size).fill(0x20))
    },
  })
}

function cutBody(): ReadableStream<Uint8Array> {
  let begun = false
  return new ReadableStream({
    pull: (controller) => {
      // Without a reason, since Bun prints one as if something were wrong here.
      if (begun) controller.error()
      else controller.enqueue(new TextEncoder().encode('{"pagination":{"next":0},"results":['))
      begun = true
    },
  })
}

/** `body` with the field faults applied; `body` itself stays as it is. */
export function changedBody(body: unknown, faults: readonly Fault[]): unknown {
  return faults.reduce<unknown>((current, fault) => {
    if (fault.kind === 'change') return fault.change(current)
    if (fault.kind !== 'set' && fault.kind !== 'unset') return current
    const copy: unknown = structuredClone(current)
    walk(copy, fault.path.split('.'), fault)
    return copy
  }, body)
}

function walk(
  at: unknown,
  path: readonly string[],
  fault: Extract<Fault, { kind: 'set' | 'unset' }>,
): void {
  const [key = '', ...rest] = path
  if (Array.isArray(at) && key === '*') {
    at.forEach((element, index) => {
      if (rest.length > 0) walk(element, rest, fault)
      else if (fault.kind === 'set') at[index] = fault.value
    })
    if (rest.length === 0 && fault.kind === 'unset') at.length = 0
    return
  }
  if (!isRecord(at)) return
  if (rest.length > 0) walk(at[key], rest, fault)
  else if (fault.kind === 'set') at[key] = fault.value
  else delete at[key]
}

/** Objects and lists, both of which have fields by name. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
