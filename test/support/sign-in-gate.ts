// The sign-in pages on a port of their own, with sessions in memory, and one service behind them that
// asks the real decision: enough of a gate for stories about signing in.
import { decide } from '../../src/gate/decide.ts'
import type {
  AccountsConfig,
  GateConfig,
  IdentityConfig,
  OidcProviderConfig,
} from '../../src/gate/config.ts'
import type { PageRequest, PageRoute } from '../../src/gate/page.ts'
import { assetRoutes } from '../../src/gate/assets/assets.ts'
import { compilePolicy } from '../../src/gate/policy/compile.ts'
import { createSealer } from '../../src/gate/seal.ts'
import { createSessions } from '../../src/gate/session/create-sessions.ts'
import { createMemoryStore } from '../../src/gate/session/memory.ts'
import type { Sessions } from '../../src/gate/session/sessions.ts'
import { type StaticPerson, staticAccounts } from '../../src/gate/sign-in/accounts/account.ts'
import { type Accounts, openAccounts } from '../../src/gate/sign-in/accounts/accounts.ts'
import { accountsRoutes } from '../../src/gate/sign-in/accounts/routes.ts'
import { signInRoutes } from '../../src/gate/sign-in/routes.ts'
import type { SignInContext } from '../../src/gate/sign-in/sign-in.ts'
import { type Hostname, parseHost } from '../../src/model/host.ts'
import { networkSet } from '../../src/model/network.ts'
import type { Service } from '../../src/model/service.ts'
import { must } from '../../src/std/assert.ts'
import { type Clock, type FakeClock, fakeClock } from '../../src/world/clock.ts'
import { memoryFiles } from '../../src/world/files.ts'
import { realHttpClient } from '../../src/world/http-client.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'
import { realRandom } from '../../src/world/random.ts'
import { testConfig } from '../../src/gate/testing.ts'
import { rule, service } from './policy.ts'

/** What a story may set; everything else is as in the smallest configuration. */
export interface SignInGateOptions {
  readonly services?: readonly Service[]
  readonly clock?: Clock
  readonly config?: Partial<GateConfig>
  /** Turns the built-in accounts on, with these people. */
  readonly people?: readonly StaticPerson[]
}

/** A gate that runs. `providers` may be filled after the start, since they need to know its origin. */
export interface SignInGate {
  readonly origin: string
  readonly port: number
  /** Origin of a service under the same domain. */
  serviceOrigin(name: string): string
  readonly providers: OidcProviderConfig[]
  readonly context: SignInContext
  readonly sessions: Sessions
  readonly clock: FakeClock
  readonly log: MemoryLog
  /** Outcomes as counted, in order. */
  readonly outcomes: string[]
  stop(): Promise<void>
}

/** Domain of the estate in these stories. */
export const domain = 'home.localhost'

/** A provider's configuration with the usual claims. */
export function providerConfig(
  id: string,
  issuer: string,
  rest: Partial<OidcProviderConfig> = {},
): OidcProviderConfig {
  return {
    id,
    title: `Provider ${id}`,
    issuer,
    clientId: 'gatehouse',
    clientSecret: 'a secret of-the.peer',
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: { user: 'preferred_username', groups: 'groups', email: 'email', name: 'name' },
    allowInsecureIssuer: true,
    ...rest,
  }
}

/** Services as most stories want them: `app` for anyone signed in, `admin` for the group admins. */
export const usualServices: readonly Service[] = [
  service(`app.${domain}`, [rule('/**')]),
  service(`admin.${domain}`, [rule('/**', { groups: ['admins'] })]),
]

/** Starts the pages on a free port of 127.0.0.1. The clock stands still until it is moved. */
export async function startSignInGate(options: SignInGateOptions = {}): Promise<SignInGate> {
  const clock = fakeClock(Date.now())
  const log = memoryLog()
  const outcomes: string[] = []
  const providers: OidcProviderConfig[] = []
  let config: GateConfig | null = null
  const policy = compilePolicy(options.services ?? usualServices)
  const sealer = createSealer(new Uint8Array(32).fill(7), realRandom())
  const read = (): GateConfig => must(config, 'The gate has started')
  const sessions = createSessions({
    config: () => ({ ...read().sessions, domain, secure: read().secure }),
    store: createMemoryStore({ bounds: () => read().sessions, clock }),
    sealer,
    clock,
    random: realRandom(),
    log,
  })
  const context: SignInContext = {
    config: read,
    policy: () => policy,
    sessions,
    sealer,
    clock,
    random: realRandom(),
    http: realHttpClient(),
    log,
    meter: { signIn: (method, outcome) => void outcomes.push(`${method} ${outcome}`) },
    remember: () => {},
  }
  const accounts = options.people === undefined ? null : openPeople(options.people, context)
  const routes = [
    ...signInRoutes(context),
    ...(accounts === null ? [] : accountsRoutes(context, accounts)),
    ...assetRoutes(),
  ]
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => answer({ request, routes, context }),
  })
  const port = must(server.port, 'The server has a port')
  const identity = { oidc: providers, accounts: accounts === null ? null : accountsConfig }
  config = configFor(port, identity, options.config ?? {})
  return {
    origin: config.origin,
    port,
    serviceOrigin: (name) => `http://${name}.${domain}:${port}`,
    providers,
    context,
    sessions,
    clock,
    log,
    outcomes,
    stop: async () => {
      await server.stop(true)
      accounts?.close()
      await sessions.close()
    },
  }
}

function configFor(port: number, identity: IdentityConfig, rest: Partial<GateConfig>): GateConfig {
  return testConfig({
    origin: `http://auth.${domain}:${port}`,
    host: hostname(`auth.${domain}`),
    secure: false,
    domain,
    trustedProxies: networkSet(['127.0.0.0/8']),
    listen: { http: { hostname: '127.0.0.1', port }, metrics: null },
    identity,
    services: [],
    ...rest,
  })
}

const accountsConfig: AccountsConfig = {
  file: null,
  hashesMax: 2,
  hashQueueMax: 10,
  attemptsMax: 10,
  attemptWindowMs: 60_000,
}

function openPeople(people: readonly StaticPerson[], context: SignInContext): Accounts {
  const { clock, random, log } = context
  const opened = openAccounts({
    config: () => accountsConfig,
    dataDir: null,
    extra: staticAccounts(people),
    clock,
    random,
    files: memoryFiles({}),
    log,
  })
  return must(opened.ok ? opened.value : null, 'The accounts open')
}

function hostname(text: string): Hostname {
  const parsed = parseHost(text)
  return must(parsed.ok ? parsed.value.host : null, `"${text}" is a host`)
}

/** Pages on the sign-in host; on every other host a service that says who came. */
async function answer(about: {
  readonly request: Request
  readonly routes: readonly PageRoute[]
  readonly context: SignInContext
}): Promise<Response> {
  const { request, routes, context } = about
  const url = new URL(request.url)
  const host = hostname((request.headers.get('host') ?? '').split(':')[0] ?? '')
  if (host !== context.config().host) return serve(context, request, host)
  const route = routes.find(
    (candidate) => candidate.path === url.pathname && candidate.method === request.method,
  )
  if (route === undefined) return new Response('not found', { status: 404 })
  return route.handle(await pageRequest(request, url))
}

async function serve(context: SignInContext, request: Request, host: Hostname): Promise<Response> {
  const url = new URL(request.url)
  const lookup = await context.sessions.find(request.headers.get('cookie'))
  const match = context
    .policy()
    .match({ host, path: url.pathname, method: request.method, clientAddress: '127.0.0.1' })
  const presence =
    lookup.kind === 'found'
      ? { kind: lookup.kind, identity: lookup.cached.session.identity }
      : { kind: lookup.kind }
  const decision = decide(match, presence)
  if (decision.kind === 'allow')
    return new Response(`hello ${decision.identity?.user ?? 'stranger'}`)
  if (decision.kind !== 'sign-in') return new Response(decision.reason, { status: 403 })
  const target = `http://${request.headers.get('host') ?? ''}${url.pathname}${url.search}`
  return new Response(null, {
    status: 302,
    headers: {
      location: `${context.config().origin}/_gatehouse/sign-in?rd=${encodeURIComponent(target)}`,
    },
  })
}

let requests = 0

async function pageRequest(request: Request, url: URL): Promise<PageRequest> {
  requests++
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: request.method === 'POST' ? await request.text() : '',
    clientAddress: '127.0.0.1',
    peerTrusted: true,
    requestId: `test-${requests}`,
  }
}
