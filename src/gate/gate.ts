// The gate, put together: listeners, endpoint, sessions, pages; started, reloaded and closed as one.
import type { PublicVerdict } from '../model/public-verdict.ts'
import type { Service } from '../model/service.ts'
import { limitedLog } from '../world/limited-log.ts'
import type { World } from '../world/world.ts'
import { AuthEndpoint, type EndpointState } from './auth-endpoint.ts'
import type { GateConfig } from './config.ts'
import { Front } from './http.ts'
import { type RunningCompat, createCompat } from './authentik/compat/create.ts'
import { type OutpostAnswerMeter, registerCompat } from './authentik/compat/metrics.ts'
import { registerOutpost } from './authentik/metrics.ts'
import type { ControlPlane } from './authentik/outpost.ts'
import { startOutpost } from './authentik/start.ts'
import { type ServiceAnswerMeter, registerProxy } from './authentik/proxy/metrics.ts'
import type { ProxyStats } from './authentik/proxy/proxy.ts'
import { OutpostEdge } from './authentik/proxy/outpost-listeners.ts'
import { Meter } from './meter.ts'
import { Observer } from './observer.ts'
import { pageRoutes } from './page-routes.ts'
import { compilePolicy } from './policy/compile.ts'
import { ProbeMarks } from './probe-marks.ts'
import { readiness } from './private/health.ts'
import { type PrivateExtra, type PrivateListener, listenPrivately } from './private/listener.ts'
import { storeUse } from './private/evidence.ts'
import { type GateMetrics, createMetrics } from './private/metrics.ts'
import { type Sealer, createSealer } from './seal.ts'
import { createSessions } from './session/create-sessions.ts'
import type { SessionsSettings } from './session/finder.ts'
import { openSessionStore } from './session/registry.ts'
import type { Sessions } from './session/sessions.ts'
import type { SignInContext } from './sign-in/sign-in.ts'
import { type Accounts, openAccounts } from './sign-in/accounts/accounts.ts'
import type { AccountDirectory } from './sign-in/accounts/account.ts'
import { type Result, err, ok } from '../std/result.ts'
import { type LagWatch, watchLag } from './lag-watch.ts'
import { listen } from './transport/server.ts'
import type { Transport, TransportStats } from './transport/transport.ts'
import { createTrust } from './trust.ts'
import { toBase64Url } from '../std/bytes.ts'

/** What a gate is started with. */
export interface GateOptions {
  readonly config: GateConfig
  readonly world: World
  /** At least 32 random bytes, kept between starts: seals states and sessions. */
  readonly secret: Uint8Array
  readonly version: string
  /** People declared in code, before any other; for demos and tests. Nothing of theirs is kept. */
  readonly people?: AccountDirectory
  /** What else the private listener tells: of a part beside the gate, which it knows nothing of. */
  readonly beside?: PrivateExtra
  /** What everybody may know of how the estate is; asked for each view of a page, so it must cost nothing. */
  readonly publicVerdict?: () => PublicVerdict | null
}

/** A running gate. */
export interface Gate {
  readonly httpPort: number
  /** Of an outpost; null when there is none, or HTTPS is switched off. */
  readonly httpsPort: number | null
  /** Null when no private listener is configured. */
  readonly metricsPort: number | null
  readonly sessions: Sessions
  /** The connection to authentik; null where it does not drive this gate. */
  readonly outpost: ControlPlane | null
  /** Takes a new configuration without losing a request; listeners and store stay as they are. */
  reload(config: GateConfig): void
  /** Takes other services, and nothing else; what the metrics say of the configuration stays. */
  replaceServices(services: readonly Service[]): void
  /** Counts a configuration that was refused: metrics say so until a good one comes. */
  reloadRefused(): void
  /** Stops accepting, finishes what is being answered, writes what is batched, closes. */
  close(): Promise<void>
}

/** Log lines a second of each event: whoever knocks at a page cannot fill a disk with them. */
const linesPerSecondMax = 20

/**
 * Starts a gate. The errors are sentences for the operator: an address that is taken, a file that
 * cannot be read. A session store that does not open is no error: the gate says so and goes on.
 */
export function startGate(given: GateOptions): Result<Gate, readonly string[]> {
  const { clock, log } = given.world
  const limited = { ...given.world, log: limitedLog(log, clock, linesPerSecondMax) }
  const outpost = startOutpost({ ...given, world: limited })
  const options = { ...given, world: { ...limited, log: outpost?.log ?? limited.log } }
  const accounts = openGateAccounts(options)
  if (!accounts.ok) return accounts
  try {
    return ok(new RunningGate(options, accounts.value, outpost?.plane ?? null))
  } catch (cause) {
    accounts.value?.close()
    void outpost?.plane.close()
    const { listen, outpost: settings } = options.config
    const addresses = [listen.http, listen.metrics, settings?.listenHttps ?? null].filter(
      (address) => address !== null,
    )
    const tried = addresses.map(({ hostname, port }) => `"${hostname}:${port}"`).join(' and ')
    return err([`Listening on ${tried} failed: ${listenFault(cause)}`])
  }
}

/** Why an address cannot be had, and what to do. */
function listenFault(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  const helps: Readonly<Record<string, string>> = {
    EADDRINUSE: 'stop the program that has one of them, or change "listen"',
    EACCES: 'this user may not have the port; take one from 1024 on',
    EADDRNOTAVAIL: 'this machine has no such address; change "listen"',
  }
  const help = helps[code]
  return help === undefined ? `"${code}"` : `"${code}", ${help}`
}

function openGateAccounts(options: GateOptions): Result<Accounts | null, readonly string[]> {
  const { config, people, world } = options
  const { accounts } = config.identity
  if (accounts === null) return ok(null)
  return openAccounts({
    config: () => accounts,
    dataDir: people === undefined ? config.dataDir : null,
    ...(people === undefined ? {} : { extra: people }),
    clock: world.clock,
    random: world.random,
    files: world.files,
    log: world.log,
  })
}

class RunningGate implements Gate {
  readonly sessions: Sessions
  readonly outpost: ControlPlane | null
  readonly #world: World
  readonly #meter = new Meter()
  readonly #observer: Observer
  readonly #endpoint: AuthEndpoint
  /** The endpoints of authentik's outpost; null where authentik does not drive this gate. */
  readonly #compat: RunningCompat | null
  /** Reverse proxy and HTTPS listener of an outpost. */
  readonly #edge: OutpostEdge | null
  readonly #front: Front
  readonly #metrics: GateMetrics
  #serviceAnswers: ServiceAnswerMeter | null = null
  #outpostAnswers: OutpostAnswerMeter | null = null
  readonly #lag: LagWatch
  readonly #transport: Transport
  readonly #inside: PrivateListener | null
  readonly #beside: PrivateExtra | null
  readonly #accounts: Accounts | null
  #state: EndpointState

  constructor(options: GateOptions, accounts: Accounts | null, outpost: ControlPlane | null) {
    this.#accounts = accounts
    this.outpost = outpost
    this.#world = options.world
    this.#beside = options.beside ?? null
    const { clock, log, random } = options.world
    const nextRequestId = requestIds(toBase64Url(random.bytes(6)))
    const sealer = createSealer(options.secret, random)
    this.#state = endpointState(options.config)
    this.sessions = this.#createSessions(sealer)
    this.#observer = new Observer({ meter: this.#meter, log, clock, random })
    this.#lag = watchLag(clock)
    this.#metrics = this.#createMetrics(options.version)
    this.#endpoint = new AuthEndpoint(
      {
        sessions: this.sessions,
        meter: this.#meter,
        observer: this.#observer,
        marks: new ProbeMarks({
          secret: options.secret,
          configuredKey: () => this.#state.config.probeKey ?? null,
          clock,
        }),
        clock,
        nextRequestId,
      },
      this.#state,
    )
    this.#compat = this.#createCompat(nextRequestId)
    this.#edge = this.#createEdge(nextRequestId)
    this.#front = new Front({
      endpoint: this.#endpoint,
      pages: pageRoutes({
        context: this.#signInContext(sealer),
        accounts,
        publicVerdict: options.publicVerdict ?? (() => null),
      }),
      outpost: this.#compat?.compat ?? null,
      takeOver: (head) => this.#edge?.proxy.takeOver(head) ?? null,
      config: () => this.#state.config,
      trust: () => this.#state.trust,
      nextRequestId,
      clock,
      log,
    })
    this.#transport = listen({ ...options.config.listen.http, clock, handler: this.#front })
    this.#edge?.listen(options.config.outpost?.listenHttps ?? null, this.#front)
    this.#inside = this.#listenInside()
  }

  get httpPort(): number {
    return this.#transport.port
  }

  get httpsPort(): number | null {
    return this.#edge?.https?.port ?? null
  }

  get metricsPort(): number | null {
    return this.#inside?.port ?? null
  }

  reload(config: GateConfig): void {
    this.#state = endpointState(config)
    this.#endpoint.reload(this.#state)
    this.#transport.judgePeers()
    this.#edge?.https?.judgePeers()
    this.#metrics.reload(true)
  }

  replaceServices(services: readonly Service[]): void {
    this.#state = endpointState(Object.freeze({ ...this.#state.config, services }))
    this.#endpoint.reload(this.#state)
  }

  reloadRefused(): void {
    this.#metrics.reload(false)
  }

  async close(): Promise<void> {
    this.#lag.stop()
    this.#compat?.stop()
    await this.outpost?.close()
    await Promise.all([this.#transport.close(), this.#edge?.close()])
    await this.#inside?.close()
    this.#accounts?.close()
    await this.sessions.close()
  }

  #createSessions(sealer: Sealer): Sessions {
    const { clock, log, random } = this.#world
    // Asked for several times a request: made once for each configuration.
    let madeFor = this.#state.config
    let settings = sessionsSettings(madeFor)
    return createSessions({
      config: () => {
        const { config } = this.#state
        if (config !== madeFor) {
          madeFor = config
          settings = sessionsSettings(config)
        }
        return settings
      },
      store: openSessionStore(() => this.#state.config, this.#world),
      sealer,
      clock,
      random,
      log,
    })
  }

  #createCompat(nextRequestId: () => string): RunningCompat | null {
    if (this.outpost === null) return null
    const { clock, log, random } = this.#world
    return createCompat({
      ...{ clock, log, random, nextRequestId },
      control: this.outpost,
      sessions: this.sessions,
      meter: this.#meter,
      signInMeter: this.#metrics,
      observer: this.#observer,
      state: () => this.#state,
      onAnswer: (answer) => this.#outpostAnswers?.(answer),
    })
  }

  #createEdge(nextRequestId: () => string): OutpostEdge | null {
    if (this.outpost === null || this.#compat === null) return null
    return new OutpostEdge({
      plane: this.outpost,
      world: this.#world,
      guard: this.#compat.compat,
      nextRequestId,
      onServiceAnswer: (answer) => this.#serviceAnswers?.(answer),
      onEnd: (answer) => this.#outpostAnswers?.(answer),
    })
  }

  #createMetrics(version: string): GateMetrics {
    return createMetrics({
      meter: this.#meter,
      sessions: () => this.sessions.stats(),
      transport: () => sumOf(this.#transport.stats(), this.#edge?.https?.stats()),
      defects: () => this.#front.defects,
      bounds: () => bounds(this.#state.config),
      memoryBytes: this.#world.process.memoryBytes,
      eventLoopLagMs: this.#lag.read,
      version,
      more: (registry) => {
        const { outpost: settings } = this.#state.config
        if (this.outpost === null || settings === null) return
        registerOutpost(registry, this.outpost, settings)
        const stats = (): ProxyStats | null => this.#edge?.proxy.stats() ?? null
        this.#outpostAnswers = registerCompat(registry, this.outpost)
        this.#serviceAnswers = registerProxy(registry, { plane: this.outpost, stats })
      },
    })
  }

  #signInContext(sealer: Sealer): SignInContext {
    const { clock, http, log, random } = this.#world
    return {
      config: () => this.#state.config,
      policy: () => this.#state.policy,
      sessions: this.sessions,
      sealer,
      clock,
      random,
      http,
      log,
      meter: this.#metrics,
      remember: (refusal) => this.#observer.signInRefused(refusal),
    }
  }

  #listenInside(): PrivateListener | null {
    const address = this.#state.config.listen.metrics
    if (address === null) return null
    return listenPrivately(address, {
      metrics: this.#metrics,
      observer: this.#observer,
      store: () => storeUse(this.sessions.stats(), this.#state.config),
      pings: this.outpost !== null,
      beside: this.#beside,
      readiness: () =>
        readiness({
          endpoint: this.#endpoint,
          policy: () => this.#state.policy,
          sessions: () => this.sessions.stats(),
          outpost: this.outpost,
        }),
    })
  }
}

function sessionsSettings({ domain, secure, sessions }: GateConfig): SessionsSettings {
  return { ...sessions, domain, secure }
}

function endpointState(config: GateConfig): EndpointState {
  return {
    config,
    policy: compilePolicy(config.services),
    trust: createTrust(config.trustedProxies),
  }
}

/** Ids that are short, unique within an estate and tell nothing: a random prefix and a count. */
function requestIds(prefix: string): () => string {
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}

function sumOf(http: TransportStats, https: TransportStats | undefined): TransportStats {
  if (https === undefined) return http
  return {
    connections: http.connections + https.connections,
    connectionsRefused: http.connectionsRefused + https.connectionsRefused,
    badRequests: http.badRequests + https.badRequests,
    timeouts: http.timeouts + https.timeouts,
  }
}

function bounds(config: GateConfig): Readonly<Record<string, number>> {
  const { sessions } = config
  return {
    lifetime_seconds: sessions.lifetimeMs / 1000,
    idle_seconds: sessions.idleMs / 1000,
    per_user: sessions.perUserMax,
    total: sessions.sessionsMax,
    cache_entries: sessions.cacheEntriesMax,
    stale_seconds: sessions.staleMs / 1000,
    sealed_seconds: sessions.sealedMs / 1000,
  }
}
