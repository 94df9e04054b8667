// The estate that a drill happens in: a configuration of the watch like an operator's, and its plan.
import type { Hostname } from '../../model/host.ts'
import type { AuthTier } from '../../model/service.ts'
import type { ReplicaAddress, WatchConfig, WatchedStore } from '../config.ts'
import type { Door } from '../door.ts'
import { type ProbePlan, planOf } from '../plan/plan.ts'
import type { Scenario } from './scenario.ts'

/** Everything that stands there. */
export interface DrillEstate {
  readonly config: WatchConfig
  readonly plan: ProbePlan
}

/** A round of canaries and of doors, ms. */
export const roundMs = 60_000

/** Where people sign in. */
export const signInOrigin = 'https://id.home.example'

/** The name server inside, which leads past the edge. */
export const insideResolver = '10.0.10.53'

/** What every service of the estate writes on its page. */
export function markerOf(host: string): string {
  return `This is ${host}`
}

/** What the identity provider writes on its page. */
export const idpMarker = 'Sign in to home.example'

/** Of ten services, the tiers in turn: as in the inventory, most are gated. */
const tiers: readonly AuthTier[] = [
  'required',
  'none',
  'required',
  'app',
  'required',
  'required',
  'none',
  'required',
  'required',
  'none',
]

/** The estate of a scenario: same settings, same estate. */
export function drillEstate({ estate, peers, stores }: Scenario): DrillEstate {
  const doors = Array.from({ length: estate.services }, (_, i) => doorOf(i))
  const [closed, open] = [doors[0] ?? null, doors[1] ?? null]
  const config: WatchConfig = {
    doors,
    intervalMs: roundMs,
    doorIntervalMs: estate.every,
    timeoutMs: 10_000,
    verifyTls: true,
    scheme: 'https',
    port: 443,
    canaries: { open, protected: closed },
    control: ['https://control.example/'],
    resolvers: [],
    insideResolvers: estate.inside ? [insideResolver] : [],
    families: estate.ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'],
    edge: estate.edge,
    ingress: Array.from({ length: estate.ingress }, (_, i): ReplicaAddress => ({
      address: `10.0.20.${i + 1}`,
      port: 443,
    })),
    gates: Array.from({ length: estate.gates }, (_, i) => `http://10.0.30.${i + 1}:9000`),
    gatePath: '/_gatehouse/auth/traefik',
    signInOrigins: [signInOrigin],
    identityProvider: {
      url: `${signInOrigin}/`,
      marker: idpMarker,
      jwksUrl: `${signInOrigin}/jwks`,
    },
    robot:
      estate.robot && closed !== null
        ? {
            user: 'watch',
            password: 'of a drill',
            method: 'accounts',
            host: closed.host,
            path: closed.path,
            signInEveryMs: 15 * roundMs,
          }
        : null,
    ...(estate.program && closed !== null
      ? { program: { user: null, token: 'of a drill', host: closed.host, path: closed.path } }
      : {}),
    stores: stores.map(watchedStore),
    witnesses: [],
    channels: [],
    peers: peers.map(({ name }) => ({ name, url: `https://${name}.example` })),
    changes: [],
    probeKey: 'of a drill',
    dataDir: '/nowhere',
  }
  return { config, plan: planOf(config) }
}

function doorOf(i: number): Door {
  const host = hostOf(i)
  return {
    id: `${host}/`,
    host,
    path: '/',
    headers: {},
    tier: tiers[i % tiers.length] ?? 'required',
    statuses: [],
    marker: markerOf(host),
    upstream: `http://10.0.40.${i + 1}:3000`,
  }
}

/** Name of the service with a number from 0. */
export function hostOf(i: number): Hostname {
  // Written so that it is one.
  return `app${i + 1}.home.example` as Hostname
}

function watchedStore(store: Scenario['stores'][number]): WatchedStore {
  return {
    name: store.name,
    layer: store.layer,
    sizeBytes: store.size,
    blockBytes,
    entryBytes: store.entry,
    retentionMs: store.retention,
    restartMs: store.restart ?? null,
    path: `/dev/shm/${store.name}`,
    files: 'session_*',
    declaredPerMs: null,
    probesLeaveEntries: false,
  }
}

/** Block of a memory disk. */
export const blockBytes = 4096
