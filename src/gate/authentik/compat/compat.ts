// The outpost's HTTP side as authentik's users know it: the endpoints below /outpost.goauthentik.io
// and the question of the reverse proxy in mode `proxy`.
import { parseHost } from '../../../model/host.ts'
import type { RequestHead } from '../../transport/head.ts'
import { type OutpostDoor, isPing, outpostPrefix } from '../door.ts'
import type { ControlPlane, OutpostConfig, OutpostProvider, ProviderMatch } from '../outpost.ts'
import type { ProxyGuard, ProxyVerdict } from '../proxy/guard.ts'
import type { EndpointState } from '../../auth-endpoint.ts'
import type { Clock } from '../../../world/clock.ts'
import { type Asked, type AskedDialect, envoyPath, markOf, readAsked } from './asked.ts'
import { type ForwardTools, ForwardAuth } from './forward.ts'
import { type HeaderField, nobodyHeaders } from './identity.ts'
import type { OutpostAnswer, OutpostAnswerMeter } from './metrics.ts'
import { ProxyDoor } from './proxy-door.ts'
import type { OutpostSignIn, Step } from './sign-in.ts'
import { type CompatAnswer, textAnswer, writeAnswer } from './wire.ts'

/** What the compatible side is made of. */
export interface CompatParts extends ForwardTools {
  readonly control: ControlPlane
  readonly clock: Clock
  state(): EndpointState
  readonly signIn: OutpostSignIn
  readonly onAnswer: OutpostAnswerMeter
}

/** Where a request goes. */
type Route =
  | { readonly kind: 'auth'; readonly dialect: AskedDialect }
  | { readonly kind: 'start' | 'callback' | 'sign_out' | 'none' }

const authPaths: ReadonlyMap<string, AskedDialect> = new Map([
  [`${outpostPrefix}/auth/traefik`, 'traefik'],
  [`${outpostPrefix}/auth/caddy`, 'caddy'],
  [`${outpostPrefix}/auth/nginx`, 'nginx'],
])

const pong: CompatAnswer = { status: 204, headers: [] }
const notFound = textAnswer(404, '404 page not found')

/** A configuration and the provider that answers in it. */
interface Served {
  readonly config: OutpostConfig
  readonly provider: OutpostProvider
  readonly match: ProviderMatch['kind']
}

/** One request on its way to an answer. */
interface Answering {
  readonly asked: Asked
  readonly route: Route
  readonly headers: readonly HeaderField[]
  readonly served: Served | CompatAnswer
}

/** Answers for an outpost. */
export class Compat implements OutpostDoor, ProxyGuard {
  readonly #parts: CompatParts
  readonly #forward: ForwardAuth
  readonly #proxy: ProxyDoor

  constructor(parts: CompatParts) {
    this.#parts = parts
    this.#forward = new ForwardAuth(parts)
    this.#proxy = new ProxyDoor(parts)
  }

  /** Bodies say nothing here. */
  handle(head: RequestHead): Buffer | Promise<Buffer> | null {
    const { target } = head
    if (!isBelowPrefix(target)) return null
    const asked = readAsked(head, this.#parts.state().trust)
    const begun = this.#parts.clock.monotonic()
    if (isPing(target)) {
      this.#meter(asked, begun, { type: 'ping', provider: null })
      return this.#write(asked, pong)
    }
    return this.#asApp(asked, begun)
  }

  /**
   * What upstream says to all that is not below the prefix: 404 in forward mode, 400 for an unknown host,
   * and 503 where a service would be proxied and cannot, before there is a configuration above all.
   */
  elsewhere(head: RequestHead): Promise<Buffer> {
    const asked = readAsked(head, this.#parts.state().trust)
    return this.#asApp(asked, this.#parts.clock.monotonic())
  }

  async #asApp(asked: Asked, begun: number): Promise<Buffer> {
    const route = routeOf(asked, null)
    const headers = route.kind === 'auth' ? nobodyHeaders : []
    const served = this.#served(asked, route, headers)
    const provider = 'status' in served ? null : served.provider
    const answer = await this.#answer({ asked, route, headers, served })
    this.#meter(asked, begun, { type: 'app', provider })
    return this.#write(asked, answer)
  }

  /** See the contract of {@link ProxyGuard}. */
  async authorise(request: RequestHead, provider: OutpostProvider): Promise<ProxyVerdict> {
    const asked = readAsked(request, this.#parts.state().trust)
    const config = this.#parts.control.current()
    const verdict = await this.#decideProxy(asked, provider, config)
    return verdict.kind === 'pass'
      ? verdict
      : { kind: 'answer', bytes: this.#write(asked, verdict.answer) }
  }

  async #decideProxy(
    asked: Asked,
    provider: OutpostProvider,
    config: OutpostConfig | null,
  ): ReturnType<ProxyDoor['decide']> {
    if (config === null) return { kind: 'answer', answer: comeBack([]) }
    const step = { asked, desk: this.#parts.desks.of(provider), headers: [] }
    const route = routeOf(withoutSubPath(asked, provider), provider)
    if (route.kind !== 'none' && route.kind !== 'auth')
      return { kind: 'answer', answer: await this.#signInStep(route.kind, step, asked.query) }
    const mark = markOf(asked.query)
    if (mark !== null) {
      const kind = mark === 'callback' ? 'callback' : 'sign_out'
      return { kind: 'answer', answer: await this.#signInStep(kind, step, asked.query) }
    }
    return this.#proxy.decide(step, config.outpost)
  }

  #meter(asked: Asked, begun: number, about: Pick<OutpostAnswer, 'type' | 'provider'>): void {
    const durationMs = this.#parts.clock.monotonic() - begun
    this.#parts.onAnswer({ ...about, method: asked.method, durationMs })
  }

  async #answer({ asked, route, headers, served }: Answering): Promise<CompatAnswer> {
    if ('status' in served) return served
    const { config, provider, match } = served
    const step: Step = { asked, desk: this.#parts.desks.of(provider), headers }
    if (route.kind === 'auth') {
      if (provider.mode === 'proxy') return notFound
      return this.#forward.answer({
        ...step,
        dialect: route.dialect,
        outpost: config.outpost,
        isOnlyProvider: match === 'only',
        hostIsOfAnother: hostIsOfAnother(asked, config, provider),
      })
    }
    return route.kind === 'none' ? notFound : this.#signInStep(route.kind, step, asked.query)
  }

  #signInStep(
    kind: 'start' | 'callback' | 'sign_out',
    step: Step,
    query: string,
  ): CompatAnswer | Promise<CompatAnswer> {
    const { signIn } = this.#parts
    if (kind === 'start') return signIn.start(step)
    return kind === 'callback' ? signIn.callback(step, query) : signIn.signOut(step)
  }

  /** The provider for the host, or the answer that there is none. */
  #served(asked: Asked, route: Route, headers: readonly HeaderField[]): Served | CompatAnswer {
    const config = this.#parts.control.current()
    if (config === null) return comeBack(headers)
    const match = config.providerFor(asked.host)
    switch (match.kind) {
      case 'none':
        return noApp(asked.host, headers)
      case 'unusable': {
        const isNginx = route.kind === 'auth' && route.dialect === 'nginx'
        return isNginx ? textAnswer(403, 'provider cannot be served', headers) : comeBack(headers)
      }
      default:
        return { config, provider: match.provider, match: match.kind }
    }
  }

  #write(asked: Asked, answer: CompatAnswer): Buffer {
    return writeAnswer(answer, { isHead: asked.isHead, now: this.#parts.clock.now() })
  }
}

/** True for the prefix itself and what lies below it: `/outpost.goauthentik.ioX` is of the service. */
function isBelowPrefix(target: string): boolean {
  if (!target.startsWith(outpostPrefix)) return false
  const next = target[outpostPrefix.length]
  return next === undefined || next === '/' || next === '?'
}

/** A path of `external_host` that stands in front of ours, as Go's outpost writes addresses, is cut off. */
function withoutSubPath(asked: Asked, provider: OutpostProvider): Asked {
  const base = provider.external.path.replace(/\/+$/, '')
  if (base === '' || !asked.path.startsWith(`${base}${outpostPrefix}/`)) return asked
  return { ...asked, path: asked.path.slice(base.length) }
}

/** No path is cleaned and nobody redirected for it: what is not exactly one of ours is not there. */
function routeOf(asked: Asked, provider: OutpostProvider | null): Route {
  const { path } = asked
  if (provider === null) {
    const dialect = authPaths.get(path)
    if (dialect !== undefined) return { kind: 'auth', dialect }
    if (path.startsWith(envoyPath)) return { kind: 'auth', dialect: 'envoy' }
  }
  if (path === `${outpostPrefix}/start`) return { kind: 'start' }
  if (path === `${outpostPrefix}/callback`) return { kind: 'callback' }
  if (path === `${outpostPrefix}/sign_out`) return { kind: 'sign_out' }
  return { kind: 'none' }
}

/** True when `Host` is the very address of one application and another one is asked about. */
function hostIsOfAnother(asked: Asked, config: OutpostConfig, provider: OutpostProvider): boolean {
  const { host, ownHost } = asked.forwarded
  if (host === null || ownHost === null || host === ownHost) return false
  const found = config.providerFor(ownHost)
  return (
    found.kind === 'host' && found.provider !== provider && found.provider.mode !== 'forward_domain'
  )
}

function comeBack(headers: readonly HeaderField[]): CompatAnswer {
  return textAnswer(503, 'outpost is not ready', [['Retry-After', '5'], ...headers])
}

/** The error that people know from upstream; a host that cannot be one is not repeated. */
function noApp(host: string, headers: readonly HeaderField[]): CompatAnswer {
  const shown = parseHost(host).ok ? host : ''
  const body = {
    Message: 'no app for hostname',
    Host: shown,
    Detail: `Check the outpost settings and make sure '${shown}' is included.`,
  }
  return {
    status: 400,
    headers: [
      ['Content-Type', 'application/json'],
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ...headers,
    ],
    body: `${JSON.stringify(body, null, '\t')}\n`,
  }
}
