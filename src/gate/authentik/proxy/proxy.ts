// The reverse proxy of providers in mode `proxy`: which requests are its own, and what becomes of each.
import { BoundedMap } from '../../../std/bounded-map.ts'
import type { Clock } from '../../../world/clock.ts'
import type { ConnectFault, Connector } from '../../../world/connector.ts'
import type { Log } from '../../../world/log.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { RequestHead } from '../../transport/head.ts'
import type { StreamTask } from '../../transport/transport.ts'
import { Wire } from '../../transport/wire.ts'
import type { OutpostConfig, OutpostProvider } from '../outpost.ts'
import type { OutpostAnswerMeter } from '../compat/metrics.ts'
import { claimedProvider } from './claim.ts'
import { type Trouble, troubleAnswer, troubleKinds } from './errors.ts'
import { closing, exchange, skipBody } from './exchange.ts'
import type { ProxyGuard, ProxyPass, ProxyVerdict } from './guard.ts'
import { type ProxyLimits, proxyLimits } from './limits.ts'
import { type Upstream, joinTarget, upstreamFor } from './target.ts'

/** What the proxy is made of. */
export interface ProxyOptions {
  /** The configuration in force; null before the first. */
  config(): OutpostConfig | null
  readonly guard: ProxyGuard
  readonly connector: Connector
  readonly clock: Clock
  readonly log: Log
  nextRequestId(): string
  readonly limits?: Partial<ProxyLimits>
  /** Told of each answer of a service: for upstream's histogram. */
  onServiceAnswer?(answer: ServiceAnswer): void
  /** Told of each request that was taken over, when it has ended, whoever answered it. */
  onEnd?: OutpostAnswerMeter
}

/** One answer of a service. */
export interface ServiceAnswer {
  readonly provider: OutpostProvider
  readonly upstream: Upstream
  readonly method: string
  /** From the decision to the head of the answer. */
  readonly durationMs: number
}

/** Numbers about the proxy, for metrics. */
export interface ProxyStats {
  /** Requests under way, WebSockets included. */
  readonly active: number
  readonly tunnels: number
  readonly answered: number
  readonly troubles: Readonly<Record<Trouble, number>>
  /** Answers that broke off, at either end. */
  readonly cut: number
}

/** The reverse proxy. */
export interface ReverseProxy {
  /** For the listener: a task for a request of a provider in mode `proxy`, null for any other. */
  takeOver(head: RequestHead): StreamTask | null
  stats(): ProxyStats
}

const logEveryMs = 1000
const loggedProvidersMax = 1024

/** Puts it together. */
export function createReverseProxy(options: ProxyOptions): ReverseProxy {
  return new Proxying(options)
}

class Proxying implements ReverseProxy {
  readonly #options: ProxyOptions
  readonly #limits: ProxyLimits
  readonly #troubles = Object.fromEntries(troubleKinds.map((kind) => [kind, 0])) as Record<
    Trouble,
    number
  >
  /** When the trouble of a provider was last logged: strangers on open paths cannot fill the log. */
  readonly #loggedAt = new BoundedMap<number, number>(loggedProvidersMax)
  #active = 0
  #tunnels = 0
  #answered = 0
  #cut = 0

  constructor(options: ProxyOptions) {
    this.#options = options
    this.#limits = { ...proxyLimits, ...options.limits }
  }

  stats(): ProxyStats {
    return {
      active: this.#active,
      tunnels: this.#tunnels,
      answered: this.#answered,
      troubles: { ...this.#troubles },
      cut: this.#cut,
    }
  }

  takeOver(head: RequestHead): StreamTask | null {
    const config = this.#options.config()
    const provider = config === null ? null : claimedProvider(config, head)
    if (provider === null) return null
    const request = head.detached()
    return (client) => this.#serve({ request, provider, client })
  }

  /** Never rejects: a defect of ours ends the connection, and the log says so. */
  async #serve(passage: Passage): Promise<'reuse' | 'close'> {
    const begun = this.#options.clock.monotonic()
    const { method } = passage.request
    this.#active++
    try {
      return await this.#decide(passage)
    } catch (cause) {
      const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'Unknown cause'
      return await this.#trouble(passage, 'defect', { detail, isSuperuser: false })
    } finally {
      this.#active--
      const durationMs = this.#options.clock.monotonic() - begun
      this.#options.onEnd?.({ type: 'app', provider: passage.provider, method, durationMs })
    }
  }

  async #decide(passage: Passage): Promise<'reuse' | 'close'> {
    const { request, provider, client } = passage
    if (this.#active > this.#limits.exchangesMax)
      return this.#trouble(passage, 'busy', { detail: null, isSuperuser: false })
    if (joinTarget('', request.target) === null)
      return this.#trouble(passage, 'bad-target', { detail: null, isSuperuser: false })
    const verdict: ProxyVerdict = await this.#options.guard.authorise(request, provider)
    if (!client.isOpen) return 'close'
    if (verdict.kind === 'pass') return this.#pass(passage, verdict)
    const skipped = await skipBody(client, request, this.#limits)
    const persists = skipped && request.keepAlive
    const bytes = persists ? verdict.bytes : closing(verdict.bytes)
    const sent = await client.write(bytes, this.#limits.stallTimeoutMs)
    return sent && persists ? 'reuse' : 'close'
  }

  async #pass(passage: Passage, pass: ProxyPass): Promise<'reuse' | 'close'> {
    const { request, provider, client } = passage
    const { isSuperuser } = pass
    if (provider.internal === null) return 'close'
    const upstream = upstreamFor(provider.internal, pass.backendOverride)
    const target = joinTarget(upstream.basePath, request.target)
    if (target === null) return this.#trouble(passage, 'bad-target', { detail: null, isSuperuser })
    const { clock } = this.#options
    const startedAt = clock.monotonic()
    const service = await this.#connect(upstream)
    if (!client.isOpen) {
      if (service.ok) service.value.terminate()
      return 'close'
    }
    if (!service.ok) {
      const { code, detail } = service.error
      const trouble = code === 'timeout' ? 'no-answer' : 'unreachable'
      return this.#trouble(passage, trouble, { detail, isSuperuser })
    }
    let inTunnel = false
    const end = await exchange({
      ...{ request, pass, target, client, clock, limits: this.#limits },
      service: service.value,
      onAnswer: () => {
        this.#answered++
        const durationMs = clock.monotonic() - startedAt
        this.#options.onServiceAnswer?.({ provider, upstream, method: request.method, durationMs })
      },
      onTunnel: () => {
        inTunnel = true
        this.#tunnels++
      },
    }).finally(() => {
      if (inTunnel) this.#tunnels--
    })
    if (end === 'reuse' || end === 'close') return end
    if (end !== 'cut') return this.#trouble(passage, end, { detail: upstream.host, isSuperuser })
    // Without its last chunk or byte: the client must see that this answer is not whole.
    this.#cut++
    client.terminate()
    return 'close'
  }

  async #connect(upstream: Upstream): Promise<Result<Wire, ConnectFault>> {
    const { hostname, port, scheme, verifyTls } = upstream
    const opened = await this.#options.connector.connect({
      hostname,
      port,
      tls: scheme === 'https' ? { verify: verifyTls } : null,
      timeoutMs: this.#limits.connectTimeoutMs,
    })
    if (!opened.ok) return err(opened.error)
    let wire: Wire | null = null
    const socket = opened.value.attach({
      data: (chunk) => wire?.push(chunk),
      drain: () => wire?.drained(),
      close: (isClean) => wire?.closed(isClean),
    })
    wire = new Wire(socket, this.#options.clock)
    return ok(wire)
  }

  /** Says what is wrong, to the log in full and to the browser in our words, and ends the connection. */
  async #trouble(
    { request, provider, client }: Passage,
    trouble: Trouble,
    known: { readonly detail: string | null; readonly isSuperuser: boolean },
  ): Promise<'close'> {
    this.#troubles[trouble]++
    const requestId = this.#options.nextRequestId()
    const now = this.#options.clock.monotonic()
    const loggedAt = this.#loggedAt.get(provider.pk)
    if (loggedAt === undefined || now - loggedAt >= logEveryMs) {
      this.#loggedAt.set(provider.pk, now)
      const fields = { request_id: requestId, provider: provider.name, reason: trouble }
      this.#options.log.write(trouble === 'defect' ? 'error' : 'warn', 'service-trouble', {
        ...fields,
        detail: known.detail,
      })
    }
    const detail = known.isSuperuser ? known.detail : null
    const bytes = troubleAnswer(request, trouble, { requestId, detail })
    await client.write(bytes, this.#limits.stallTimeoutMs)
    return 'close'
  }
}

/** One request on its way. */
interface Passage {
  readonly request: RequestHead
  readonly provider: OutpostProvider
  readonly client: Wire
}
