// Signing in at a provider that says what a test wants: everything else is real but time.
import type { Service } from '../../model/service.ts'
import { type Result, ok } from '../../std/result.ts'
import type { GateConfig, OidcProviderConfig } from '../config.ts'
import type { PageRequest } from '../page.ts'
import { compilePolicy } from '../policy/compile.ts'
import { type SessionsBench, sessionsBench } from '../session/sessions-bench.fixture.ts'
import { testConfig } from '../testing.ts'
import { createFlow, type Flow } from './flow.ts'
import type { AuthorizationQuestion, ExpectedAnswer, OidcClient, VerifiedSignIn } from './oidc.ts'
import type { OidcFault } from './oidc-fault.ts'
import type { SignInRefusal } from './sign-in.ts'

/** The provider as the test turns it, and what it was asked. */
export interface ScriptedOidc extends OidcClient {
  readonly asked: AuthorizationQuestion[]
  readonly redeemed: ExpectedAnswer[]
  /** What redeeming a code comes to; a promise stands for a provider that takes its time. */
  answer: Result<VerifiedSignIn, OidcFault> | Promise<Result<VerifiedSignIn, OidcFault>>
  /** What being asked for an address comes to. */
  trouble: OidcFault | null
  exit: string | null
}

/** Somebody that a provider vouches for. */
export function verified(user: string, over: Partial<VerifiedSignIn> = {}): VerifiedSignIn {
  return {
    identity: { user, name: user, email: `${user}@example.com`, groups: [], provider: 'main' },
    sub: `sub-${user}`,
    sid: `sid-${user}`,
    idToken: `token-${user}`,
    ...over,
  }
}

/** A provider of this id. */
export function testOidcProvider(
  id: string,
  over: Partial<OidcProviderConfig> = {},
): OidcProviderConfig {
  return {
    id,
    title: `Provider ${id}`,
    issuer: `https://${id}.example.com`,
    clientId: `client-of-${id}`,
    clientSecret: 'secret',
    scopes: ['openid', 'profile'],
    claims: { user: 'preferred_username', groups: 'groups', email: 'email', name: 'name' },
    allowInsecureIssuer: false,
    ...over,
  }
}

/** What a request differs in from a plain GET. */
export interface AskedPage {
  readonly cookie?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One gate's way of signing in, under test. */
export interface FlowBench extends SessionsBench {
  readonly flow: Flow
  readonly oidc: ScriptedOidc
  readonly outcomes: string[]
  readonly refusals: SignInRefusal[]
  config: GateConfig
  request(target: string, over?: AskedPage): PageRequest
}

/** With one provider `main` unless `over` says otherwise. */
export function flowBench(
  over: Partial<GateConfig> & { readonly services?: readonly Service[] } = {},
): FlowBench {
  const bench = sessionsBench()
  const made = {
    config: testConfig({ identity: { oidc: [testOidcProvider('main')], accounts: null }, ...over }),
  }
  const oidc: ScriptedOidc = {
    asked: [],
    redeemed: [],
    answer: ok(verified('alice')),
    trouble: null,
    exit: null,
    authorizationUrl: async (provider, question) => {
      if (oidc.trouble !== null) return { ok: false, error: oidc.trouble }
      oidc.asked.push(question)
      return ok(`${provider.issuer}/authorize?state=${question.state}`)
    },
    redeem: async (_provider, _parameters, expected) => {
      oidc.redeemed.push(expected)
      return oidc.answer
    },
    endSessionEndpoint: async () => oidc.exit,
  }
  const outcomes: string[] = []
  const refusals: SignInRefusal[] = []
  const { clock, log, random, sealer, sessions } = bench
  const context = {
    ...{ clock, log, random, sealer, sessions },
    config: () => made.config,
    policy: () => compilePolicy(made.config.services),
    http: { send: () => Promise.reject(new TypeError('Nothing is asked of the network here')) },
    meter: {
      signIn: (method: string, outcome: string) => void outcomes.push(`${method} ${outcome}`),
    },
    remember: (refusal: SignInRefusal) => void refusals.push(refusal),
  }
  let ids = 0
  const request = (target: string, asked: AskedPage = {}): PageRequest => {
    const url = new URL(target, made.config.origin)
    const headers = new Headers(asked.headers ?? {})
    if (asked.cookie !== undefined && asked.cookie !== '') headers.set('cookie', asked.cookie)
    return {
      method: asked.body === undefined ? 'GET' : 'POST',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: asked.body ?? '',
      clientAddress: null,
      peerTrusted: true,
      requestId: `r${++ids}`,
    }
  }
  const flow = { ...createFlow(context), oidc }
  return Object.assign(made, bench, { flow, oidc, outcomes, refusals, request })
}

/** The cookies that an answer sets, as a browser sends them back; one that is cleared is not sent. */
export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .filter((cookie) => !/; Max-Age=0/.test(cookie))
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ')
}

/** Code of the page that a refusal shows, out of the log. */
export function reasonOf(bench: FlowBench): string | null {
  return bench.refusals.at(-1)?.reason ?? null
}
