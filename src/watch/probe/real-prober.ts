// The prober of the real world: resolve, connect, ask, read, close; all of it within one time-out.
import { isIP } from 'node:net'
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { ConnectFault, Connector, OpenedSocket } from '../../world/connector.ts'
import type { Dns, DnsFault, DnsQuestion } from '../../world/dns.ts'
import { AnswerReader, type RawAnswer } from './answer-reader.ts'
import { bodyText } from './decompress.ts'
import { detailMax, timeoutMsMax } from './limits.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober } from './prober.ts'
import { type RobotParts, requestText } from './request-text.ts'

/** What probes are sent with. */
export interface ProberOptions {
  readonly connector: Connector
  readonly dns: Dns
  readonly clock: Clock
  /** Of the program, for the header User-Agent: `gatehouse-probe/<version>`. */
  readonly version: string
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly authorities?: string
}

/** Sends probes over the network. One connection carries one probe. */
export function realProber(options: ProberOptions): Prober {
  const send = (request: ProbeRequest, robot: RobotParts | null): Promise<Outcome> =>
    new Exchange(options, request).run(robot)
  return {
    probe: (request) => send(request, null),
    probeSignedIn: ({ request, ...parts }) => send(request, parts),
    resolve: async (question) => {
      const startedAt = options.clock.monotonic()
      const timeoutMs = Math.min(question.timeoutMs, timeoutMsMax)
      const found = await options.dns.resolve({ ...question, timeoutMs })
      if (found.ok) return found
      return err({ ...dnsFault(found.error), ms: options.clock.monotonic() - startedAt })
    },
  }
}

type Outcome = Result<ProbeAnswer, ProbeFault>

/** A fault before it is known how long it took. */
type Fault = Pick<ProbeFault, 'class' | 'detail'>

interface Connected {
  readonly address: string
  readonly socket: OpenedSocket
}

class Exchange {
  readonly #options: ProberOptions
  readonly #request: ProbeRequest
  readonly #startedAt: number
  readonly #timeoutMs: number

  constructor(options: ProberOptions, request: ProbeRequest) {
    this.#options = options
    this.#request = request
    this.#startedAt = options.clock.monotonic()
    this.#timeoutMs = Math.min(request.timeoutMs, timeoutMsMax)
  }

  async run(robot: RobotParts | null): Promise<Outcome> {
    const text = requestText(this.#request, `gatehouse-probe/${this.#options.version}`, robot)
    if (!text.ok) return this.#fault({ class: 'MALFORMED', detail: text.error })
    const connected = await this.#connect()
    if (!connected.ok) return this.#fault(connected.error)
    const { address, socket } = connected.value
    const answer = await this.#converse(socket, text.value)
    if (!answer.ok) return this.#fault(answer.error)
    const body = await this.#text(answer.value)
    if (!body.ok) return this.#fault(body.error)
    return ok({
      status: answer.value.head.status,
      ...fieldsOf(answer.value),
      body: body.value,
      address,
      certificate: socket.certificate,
      ms: this.#elapsed(),
    })
  }

  #elapsed(): number {
    return this.#options.clock.monotonic() - this.#startedAt
  }

  /** What is left of the time-out, in ms; never 0, which some timers take for "at once" and some for "never". */
  #left(): number {
    return Math.max(1, this.#timeoutMs - this.#elapsed())
  }

  #fault({ class: name, detail }: Fault): Outcome {
    return err({ class: name, detail: detail.slice(0, detailMax), ms: this.#elapsed() })
  }

  #late(what: string): Fault {
    return { class: 'TIMEOUT', detail: `${what} in ${this.#timeoutMs} ms` }
  }

  /**
   * The first address, and the first of the other family where that one cannot be reached: no more, since
   * trying on would hide the replica that is down.
   */
  async #connect(): Promise<Result<Connected, Fault>> {
    const named = this.#request.address ?? this.#request.host
    const literal = named.replaceAll(/^\[|\]$/g, '')
    if (isIP(literal) !== 0) return this.#connectTo(literal)
    const { family } = this.#request
    if (family !== 'any') {
      const found = await this.#resolve(named, family)
      return found.ok ? this.#connectTo(found.value) : found
    }
    const other = this.#resolve(named, 'ipv6')
    const first = await this.#resolve(named, 'ipv4')
    const connected = first.ok ? await this.#connectTo(first.value) : first
    if (connected.ok || (first.ok && connected.error.class !== 'CONNECT')) return connected
    const second = await other
    if (second.ok) return this.#connectTo(second.value)
    return connected
  }

  async #resolve(name: string, family: 'ipv4' | 'ipv6'): Promise<Result<string, Fault>> {
    const found = await this.#ask({ name, family }, this.#request.resolvers ?? [])
    if (!found.ok) return err(dnsFault(found.error))
    const [address] = found.value
    return address === undefined
      ? err({ class: 'DNS', detail: `"${name}" has no address` })
      : ok(address)
  }

  /** Each resolver has its share of what is left of the time-out. */
  async #ask(
    question: Pick<DnsQuestion, 'name' | 'family'>,
    resolvers: readonly string[],
  ): Promise<Result<readonly string[], DnsFault>> {
    const [resolver, ...others] = resolvers
    const timeoutMs = this.#left() / (others.length + 1)
    const found = await this.#options.dns.resolve({
      ...question,
      resolver: resolver ?? null,
      timeoutMs,
    })
    // That there is no address is an answer; only silence and failure send on to the next.
    if (found.ok || found.error.code === 'no-address' || others.length === 0) return found
    return this.#ask(question, others)
  }

  async #connectTo(address: string): Promise<Result<Connected, Fault>> {
    const { host, port, scheme, verifyTls } = this.#request
    if (this.#elapsed() >= this.#timeoutMs) return err(this.#late('No connection'))
    const { authorities } = this.#options
    const serverName = host.replaceAll(/^\[|\]$/g, '')
    const trusted = authorities === undefined ? {} : { authorities }
    const socket = await this.#options.connector.connect({
      hostname: address,
      port,
      tls: scheme === 'https' ? { verify: verifyTls, serverName, ...trusted } : null,
      timeoutMs: this.#left(),
    })
    return socket.ok ? ok({ address, socket: socket.value }) : err(connectFault(socket.error))
  }

  /** Sends the request and reads the answer. The connection is closed in every case. */
  async #converse(opened: OpenedSocket, request: Buffer): Promise<Result<RawAnswer, Fault>> {
    const { promise, resolve } = Promise.withResolvers<Result<RawAnswer, Fault>>()
    const isPost = request.subarray(0, 5).toString('latin1') === 'POST '
    const reader = new AnswerReader(isPost ? 'POST' : this.#request.method)
    let hasHead = false
    const socket = opened.attach({
      data: (piece) => {
        hasHead = true
        const outcome = reader.take(piece)
        if (outcome !== null) resolve(outcome)
      },
      drain: () => {},
      close: (isClean) => resolve(reader.end(isClean)),
    })
    const cancel = this.#options.clock.after(this.#left(), () => {
      resolve(err(this.#late(hasHead ? 'The answer did not end' : 'No answer')))
    })
    socket.write(request)
    const outcome = await promise
    cancel()
    socket.terminate()
    return outcome
  }

  async #text({ head, body }: RawAnswer): Promise<Result<string, Fault>> {
    const coding = head.headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
    const text = await bodyText(body, coding)
    if (text !== null) return ok(text)
    return err({ class: 'MALFORMED', detail: 'The body is not compressed as its header says' })
  }
}

function fieldsOf({ head }: RawAnswer): Pick<ProbeAnswer, 'headers' | 'setCookies'> {
  const headers = new Map<string, string>()
  const setCookies: string[] = []
  for (const [sent, value] of head.headers) {
    const name = sent.toLowerCase()
    const before = headers.get(name)
    if (name === 'set-cookie') setCookies.push(value)
    else headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return { headers, setCookies }
}

function dnsFault({ detail }: DnsFault): Fault {
  return { class: 'DNS', detail }
}

const connectClasses = {
  timeout: 'TIMEOUT',
  unreachable: 'CONNECT',
  handshake: 'TLS',
  untrusted: 'TLS',
} as const satisfies Readonly<Record<ConnectFault['code'], Fault['class']>>

function connectFault({ code, detail }: ConnectFault): Fault {
  return { class: connectClasses[code], detail }
}
