// Accounts at a desk for tests: everything real but time, files and the session store behind it.
import type { Identity } from '../../../model/identity.ts'
import type { Session, SessionKey } from '../../../model/session.ts'
import { networkSet } from '../../../model/network.ts'
import { must } from '../../../std/assert.ts'
import { toUtf8 } from '../../../std/bytes.ts'
import { ok } from '../../../std/result.ts'
import { type FakeWorld, fakeWorld } from '../../../world/fake-world.ts'
import type { GateConfig } from '../../config.ts'
import type { PageRequest, PageRoute } from '../../page.ts'
import { compilePolicy } from '../../policy/compile.ts'
import { createSealer } from '../../seal.ts'
import type { SignInFacts } from '../../session/sessions.ts'
import type { SignInContext, SignInOutcome } from '../sign-in.ts'
import { testConfig } from '../../testing.ts'
import { type StaticPerson, staticAccounts } from './account.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import type { AccountsDatabase } from './accounts-database.ts'
import { accountsRoutes } from './routes.ts'

/** The password of {@link alice}. */
export const alicePassword = 'correct horse battery staple'

/** `alicePassword` at the lowest cost that we take, so that tests are quick. */
export const alice: StaticPerson = {
  user: 'Alice',
  name: 'Alice Example',
  email: 'alice@example.com',
  groups: ['staff'],
  passwordHash: await Bun.password.hash(alicePassword, {
    algorithm: 'argon2id',
    memoryCost: 7168,
    timeCost: 1,
  }),
}

/** The sign-in host of the tests. */
export const testOrigin = 'https://auth.example.com'

/** What a test may set. */
export interface FakeDeskOptions {
  readonly people?: readonly StaticPerson[]
  /** Text of a people file. */
  readonly peopleFile?: string
  readonly attemptsMax?: number
  readonly hashesMax?: number
  readonly hashQueueMax?: number
  readonly trustedProxies?: readonly string[]
  /** A database of the test's own, in place of one in memory. */
  readonly database?: AccountsDatabase
}

/** A browser with its cookies; every request goes to the routes of the accounts. */
export interface FakeBrowser {
  readonly cookies: Map<string, string>
  get(path: string): Promise<Response>
  /** Posts the fields as a form; `headers` replace those that a browser would send. */
  post(
    path: string,
    fields: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Response>
}

/** The desk, and windows into what happened at it. */
export interface FakeDesk {
  readonly world: FakeWorld
  readonly context: SignInContext
  readonly accounts: Accounts
  readonly routes: readonly PageRoute[]
  readonly opened: SignInFacts[]
  readonly revoked: string[]
  readonly outcomes: SignInOutcome[]
  browser(address?: string): FakeBrowser
  /** Takes the accounts out of the configuration, as a reload does. */
  turnOff(): void
}

/** Opens a desk. */
export function fakeDesk(options: FakeDeskOptions = {}): FakeDesk {
  const files = options.peopleFile === undefined ? {} : { '/people.yaml': options.peopleFile }
  const world = fakeWorld({ args: [], files })
  let config = configFor(options)
  const opened: SignInFacts[] = []
  const revoked: string[] = []
  const outcomes: SignInOutcome[] = []
  const context: SignInContext = {
    config: () => config,
    policy: () => compilePolicy(config.services),
    sessions: fakeSessions({ opened, revoked, now: () => world.clock.now() }),
    sealer: createSealer(toUtf8('a secret of the tests, 32 bytes!'), world.random),
    clock: world.clock,
    random: world.random,
    http: world.http,
    log: world.log,
    meter: { signIn: (_method, outcome) => void outcomes.push(outcome) },
    remember: () => {},
  }
  const accounts = openAccounts({
    config: () => must(config.identity.accounts, 'The tests configure accounts'),
    dataDir: null,
    extra: staticAccounts(options.people ?? [alice]),
    ...world,
  })
  if (!accounts.ok) throw new TypeError(accounts.error.join('\n'))
  const { database = accounts.value.database } = options
  const used: Accounts = { ...accounts.value, database }
  const routes = accountsRoutes(context, used)
  const desk = { world, context, accounts: used, routes, opened, revoked, outcomes }
  return {
    ...desk,
    browser: (address = '203.0.113.7') => fakeBrowser(routes, address),
    turnOff: () => {
      config = { ...config, identity: { ...config.identity, accounts: null } }
    },
  }
}

function configFor(options: FakeDeskOptions): GateConfig {
  return testConfig({
    origin: testOrigin,
    trustedProxies: networkSet(options.trustedProxies ?? []),
    identity: {
      oidc: [],
      accounts: {
        file: options.peopleFile === undefined ? null : '/people.yaml',
        hashesMax: options.hashesMax ?? 2,
        hashQueueMax: options.hashQueueMax ?? 64,
        attemptsMax: options.attemptsMax ?? 5,
        attemptWindowMs: 300_000,
      },
    },
    services: [],
  })
}

/** The few things that the accounts ask of sessions, in memory. One cookie `session=<number>`. */
function fakeSessions(at: {
  readonly opened: SignInFacts[]
  readonly revoked: string[]
  now(): number
}): SignInContext['sessions'] {
  const sessions = new Map<string, Session>()
  const idIn = (cookie: string | null): string =>
    /(?:^|; )session=(\d+)/.exec(cookie ?? '')?.[1] ?? ''
  const refuse = (): never => {
    throw new TypeError('The accounts do not ask for this')
  }
  return {
    find: (cookie) => {
      const session = sessions.get(idIn(cookie))
      if (session === undefined) return { kind: 'none' }
      return { kind: 'found', cached: { session, readAt: 0, prepared: null } }
    },
    open: async (facts, cookie) => {
      sessions.delete(idIn(cookie))
      at.opened.push(facts)
      const id = String(at.opened.length)
      sessions.set(id, sessionOf(id, facts.identity, at.now()))
      return { setCookies: [`session=${id}; Path=/`], sealed: false, endedOthers: 0 }
    },
    within: refuse,
    revoke: async ({ user = '' }) => {
      at.revoked.push(user)
      return ok(1)
    },
    end: refuse,
    list: refuse,
    idTokenOf: refuse,
    stats: refuse,
    close: refuse,
  }
}

function sessionOf(id: string, identity: Identity, now: number): Session {
  return {
    key: id as SessionKey,
    identity,
    domain: 'example.com',
    providerSid: '',
    providerSub: '',
    createdAt: now,
    seenAt: now,
    expiresAt: now + 86_400_000,
    idleMs: 86_400_000,
    version: 1,
    userAgent: '',
    address: '',
    idTokenHint: '',
  }
}

function fakeBrowser(routes: readonly PageRoute[], address: string): FakeBrowser {
  const cookies = new Map<string, string>()
  let requests = 0
  const send = async (
    method: 'GET' | 'POST',
    url: string,
    rest: { readonly body: string; readonly headers: Record<string, string> },
  ): Promise<Response> => {
    const { pathname, searchParams } = new URL(url, testOrigin)
    const route = routes.find((one) => one.method === method && one.path === pathname)
    if (route === undefined) return new Response('No such page', { status: 404 })
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = new Headers(rest.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const request: PageRequest = {
      method,
      path: pathname,
      query: searchParams,
      headers,
      body: rest.body,
      clientAddress: address,
      peerTrusted: true,
      requestId: `r${++requests}`,
    }
    const response = await route.handle(request)
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';')[0] ?? ''
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }
  const formHeaders = {
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
    'user-agent': 'Test browser',
  }
  return {
    cookies,
    get: (path) => send('GET', path, { body: '', headers: {} }),
    post: (path, fields, headers = {}) =>
      send('POST', path, {
        body: new URLSearchParams(fields).toString(),
        headers: { ...formHeaders, ...headers },
      }),
  }
}

/** The value of a hidden field of a page's first form that has it; empty when there is none. */
export function hiddenField(html: string, name: string): string {
  return new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
}

/** Opens the sign-in form and sends it. */
export async function signInWith(
  browser: FakeBrowser,
  typed: { readonly name: string; readonly password: string; readonly rd?: string },
): Promise<Response> {
  const query = typed.rd === undefined ? '' : `?rd=${encodeURIComponent(typed.rd)}`
  const html = await (await browser.get(`/_gatehouse/sign-in/accounts${query}`)).text()
  return browser.post('/_gatehouse/sign-in/accounts', {
    form: hiddenField(html, 'form'),
    rd: hiddenField(html, 'rd'),
    name: typed.name,
    password: typed.password,
  })
}
