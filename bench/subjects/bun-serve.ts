// The other transport: `Bun.serve` before the same endpoint. Only here, to be measured against ours.
import type { AuthEndpoint } from '../../src/gate/auth-endpoint.ts'
import type { Dialect } from '../../src/gate/dialect/dialect.ts'
import { type RawRequest, headerSlots } from '../../src/gate/request.ts'

const namesBySlot = Object.keys(headerSlots)

/** What Bun makes of a request, as the dialects read it. Doubled headers come joined: see `count`. */
class BunRequest implements RawRequest {
  readonly method: string
  readonly target: string
  readonly peer = '127.0.0.1'
  readonly peerTrusted = true
  readonly #headers: Headers

  constructor(request: Request) {
    this.method = request.method
    // Dot segments are resolved by now; the raw target cannot be had.
    const slash = request.url.indexOf('/', 8)
    this.target = request.url.slice(slash)
    this.#headers = request.headers
  }

  first(slot: number): string | null {
    return this.#headers.get(namesBySlot[slot] ?? '')
  }

  /** A doubled header cannot be told from a list: this counts it as one, which ours does not. */
  count(slot: number): number {
    return this.#headers.has(namesBySlot[slot] ?? '') ? 1 : 0
  }
}

/** Status and headers of an answer, read out of its bytes. */
interface ReadyAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** Answers that are sent again and again are read once: it is the transport that is measured. */
const ready = new WeakMap<Buffer, ReadyAnswer>()

function readAnswer(bytes: Buffer): ReadyAnswer {
  const known = ready.get(bytes)
  if (known !== undefined) return known
  const text = bytes.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines
    .map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 2)]
    })
    .filter(([name]) => name !== 'Date' && name !== 'Content-Length')
  const answer = { status: Number(first.slice(9, 12)), headers, body: text.slice(end + 4) }
  ready.set(bytes, answer)
  return answer
}

function responseOf(bytes: Buffer): Response {
  const { status, headers, body } = readAnswer(bytes)
  return new Response(body === '' ? null : body, {
    status,
    headers: headers as [string, string][],
  })
}

/** Listens with `Bun.serve`; every request is one to the endpoint in `dialect`. */
export function serveWithBun(
  address: { readonly hostname: string; readonly port: number },
  endpoint: AuthEndpoint,
  dialect: Dialect,
): void {
  Bun.serve({
    ...address,
    fetch: (request) => {
      const answer = endpoint.answer(new BunRequest(request), dialect)
      return answer instanceof Promise ? answer.then(responseOf) : responseOf(answer)
    },
  })
}
