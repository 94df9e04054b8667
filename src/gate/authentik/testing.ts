// What tests of the outpost build on: a provider, a configuration, a control plane that a test turns.
import { createHash } from 'node:crypto'
import type { Hostname } from '../../model/host.ts'
import { must } from '../../std/assert.ts'
import { type HttpClient, realHttpClient } from '../../world/http-client.ts'
import { compileAllowlist } from './allowlist.ts'
import { parseExternalHost } from './external-host.ts'
import type { ControlPlane, OutpostConfig, OutpostProvider } from './outpost.ts'
import { type OutpostParts, createOutpostConfig } from './outpost-config.ts'

/** What a test says of a provider; texts are parsed as those of authentik are. */
export type TestProvider = Partial<
  Omit<OutpostProvider, 'external' | 'allowlist' | 'cookieDomain'>
> & {
  readonly external?: string
  readonly allowlist?: string
  readonly cookieDomain?: string
}

/** The provider of upstream's tests unless `over` says otherwise. */
export function testProvider(over: TestProvider = {}): OutpostProvider {
  const { external, allowlist, cookieDomain, ...rest } = over
  const clientId = over.clientId ?? 'client-id'
  const digest = createHash('sha256').update(clientId).digest('hex')
  return {
    pk: 1,
    name: 'app',
    mode: 'forward_single',
    external: must(
      parseExternalHost(external ?? 'https://ext.t.goauthentik.io'),
      'A test gives an address',
    ),
    internal: null,
    clientId,
    clientSecret: 'client-secret-of-a-test-with-enough-bytes',
    cookieSecret: 'COOKIESECRETOFATESTWITH32BYTES00',
    cookieName: `authentik_proxy_${digest.slice(0, 8)}`,
    cookieDomain: cookieDomain === undefined ? null : (cookieDomain as Hostname),
    lifetimeMs: 3_600_000,
    allowlist: compileAllowlist(allowlist ?? '/skip.*'),
    interceptHeaderAuth: true,
    basicAuth: { user: 'username', password: 'password' },
    certificate: null,
    endpoints: {
      issuer: 'http://fake-auth.t.goauthentik.io/',
      authorization: 'http://fake-auth.t.goauthentik.io/auth',
      endSession: 'http://fake-auth.t.goauthentik.io/end-session',
      token: 'http://fake-auth.t.goauthentik.io/token',
      introspection: 'http://fake-auth.t.goauthentik.io/introspect',
      jwksUri: 'http://fake-auth.t.goauthentik.io/jwks',
      signing: { kind: 'client-secret' },
      backChannelHeaders: {},
    },
    scopes: [],
    application: { slug: 'app', name: 'App' },
    ...rest,
  }
}

/** A configuration of `providers`. */
export function testOutpost(
  providers: readonly OutpostProvider[] = [testProvider()],
  over: Partial<OutpostParts> = {},
): OutpostConfig {
  return createOutpostConfig({
    outpost: {
      pk: '00000000-0000-4000-8000-000000000000',
      name: 'test outpost',
      embedded: false,
      refreshIntervalMs: 300_000,
      logLevel: null,
      agent: 'goauthentik.io/outpost/2026.8.6',
    },
    providers,
    unusable: [],
    fetchedAt: 0,
    ...over,
  })
}

/** A control plane without an authentik: a test says what happens. */
export interface TestControlPlane extends ControlPlane {
  change(config: OutpostConfig): void
  endSession(sid: string): void
}

/** Starts with `config`; null for an outpost that has not heard from authentik yet. */
export function testControlPlane(
  config: OutpostConfig | null = testOutpost(),
  http: HttpClient = realHttpClient(),
): TestControlPlane {
  let current = config
  const changes = new Set<Parameters<ControlPlane['onChange']>[0]>()
  const ends = new Set<(sid: string) => void>()
  return {
    http,
    current: () => current,
    onChange: (listener) => {
      changes.add(listener)
      return () => changes.delete(listener)
    },
    onSessionEnd: (listener) => {
      ends.add(listener)
      return () => ends.delete(listener)
    },
    state: () => ({
      source: current === null ? 'none' : 'live',
      connected: true,
      instance: '00000000-0000-4000-8000-000000000001',
      lastUpdate: current?.fetchedAt ?? null,
      failuresInRow: 0,
      refreshes: { good: 1, failed: 0 },
      lastFault: null,
      messages: {
        ack: 0,
        'trigger-update': 0,
        'session-end': 0,
        'provider-specific': 0,
        unknown: 0,
        bad: 0,
      },
      reconnects: 0,
    }),
    refresh: () => {},
    close: async () => {},
    change: (next) => {
      const previous = current
      current = next
      for (const listener of changes) listener(next, previous)
    },
    endSession: (sid) => {
      for (const listener of ends) listener(sid)
    },
  }
}
