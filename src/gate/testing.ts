// What tests of the gate build their worlds from: services, a configuration, raw requests.
import type { HostPattern, Hostname } from '../model/host.ts'
import { networkSet } from '../model/network.ts'
import type { Rule, Service } from '../model/service.ts'
import type { GateConfig } from './config.ts'
import { ProbeMarks } from './probe-marks.ts'
import { type HeaderName, type RawRequest, headerSlots } from './request.ts'
import type { Clock } from '../world/clock.ts'

/** A rule for everything under `host`, anyone signed in; `over` says what differs. */
export function testRule(host: string, over: Partial<Rule> = {}): Rule {
  const path = over.path ?? '/**'
  return {
    id: `${host} ${path}`,
    path,
    methods: [],
    networks: [],
    auth: 'required',
    groups: [],
    users: [],
    emailDomains: [],
    providers: [],
    ...over,
  }
}

/** A service with one rule for each of `rules`. */
export function testService(host: string, ...rules: readonly Partial<Rule>[]): Service {
  return {
    host: host as Hostname | HostPattern,
    name: host,
    rules: (rules.length === 0 ? [{}] : rules).map((over) => testRule(host, over)),
    caseInsensitivePaths: false,
    upstream: null,
  }
}

/** A configuration for `https://auth.example.com` on free loopback ports, sessions in memory. */
export function testConfig(over: Partial<GateConfig> = {}): GateConfig {
  return {
    origin: 'https://auth.example.com',
    host: 'auth.example.com' as Hostname,
    secure: true,
    domain: 'example.com',
    trustedProxies: networkSet(['127.0.0.1/32']),
    listen: { http: { hostname: '127.0.0.1', port: 0 }, metrics: null },
    dataDir: '/nonexistent',
    identity: { oidc: [], accounts: null },
    sessions: {
      store: 'memory',
      lifetimeMs: 7 * 86_400_000,
      idleMs: 86_400_000,
      perUserMax: 20,
      sessionsMax: 100_000,
      staleMs: 300_000,
      cacheTtlMs: 5000,
      cacheEntriesMax: 10_000,
      sealedMs: 3_600_000,
    },
    identityHeaders: {
      user: 'Remote-User',
      groups: 'Remote-Groups',
      email: 'Remote-Email',
      name: 'Remote-Name',
    },
    groupsBytesMax: 4096,
    support: '',
    services: [testService('app.example.com')],
    outpost: null,
    ...over,
  }
}

/** Marks of probes under the key that is derived from 32 zero bytes. */
export function testMarks(clock: Pick<Clock, 'now'>): ProbeMarks {
  return new ProbeMarks({ secret: new Uint8Array(32), configuredKey: () => null, clock })
}

/** Header values by name; a list stands for a header that came more than once. */
export type TestHeaders = Readonly<Partial<Record<HeaderName, string | readonly string[]>>>

/** A raw request as a transport would hand it over, from a trusted peer unless `over` says otherwise. */
export function testRequest(headers: TestHeaders, over: Partial<RawRequest> = {}): RawRequest {
  const bySlot = new Map<number, readonly string[]>()
  for (const [name, slot] of Object.entries(headerSlots)) {
    const value = headers[name as HeaderName]
    if (value !== undefined) bySlot.set(slot, typeof value === 'string' ? [value] : value)
  }
  return {
    method: 'GET',
    target: '/_gatehouse/auth/traefik',
    peer: '127.0.0.1',
    peerTrusted: true,
    first: (slot) => bySlot.get(slot)?.[0] ?? null,
    count: (slot) => bySlot.get(slot)?.length ?? 0,
    ...over,
  }
}
