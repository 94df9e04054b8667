// A watch of an estate with everything in it, and doors for it.
import type { Hostname } from '../../model/host.ts'
import type { WatchConfig } from '../config.ts'
import type { Door } from '../door.ts'

/** A door of `host`; `over` says what differs. */
export function sampleDoor(host: string, over: Partial<Door> = {}): Door {
  const path = over.path ?? '/'
  return {
    id: `${host}${path}`,
    host: host as Hostname,
    path,
    headers: {},
    tier: 'required',
    statuses: [],
    marker: null,
    upstream: `http://${host.split('.')[0] ?? ''}.internal:8080`,
    ...over,
  }
}

/** The two canaries of {@link sampleWatch}. */
export const openDoor = sampleDoor('open.example.com', { tier: 'none' })
export const closedDoor = sampleDoor('app.example.com')

/** Everything configured once: each layer can be told from each other. */
export function sampleWatch(over: Partial<WatchConfig> = {}): WatchConfig {
  return {
    doors: [openDoor, closedDoor],
    intervalMs: 60_000,
    doorIntervalMs: 300_000,
    timeoutMs: 10_000,
    verifyTls: true,
    scheme: 'https',
    port: 443,
    canaries: { open: openDoor, protected: closedDoor },
    control: ['https://www.example.org/'],
    resolvers: [],
    families: ['ipv4'],
    edge: true,
    ingress: [{ address: '10.0.20.5', port: 443 }],
    gates: ['http://10.0.20.9:9000'],
    gatePath: '/_gatehouse/auth/traefik',
    openAsksGate: false,
    signInOrigins: ['https://auth.example.com/_gatehouse/sign-in'],
    identityProvider: {
      url: 'https://id.example.com/.well-known/openid-configuration',
      marker: null,
      jwksUrl: null,
    },
    robot: {
      user: 'robot',
      password: 'of the robot',
      method: 'accounts',
      host: closedDoor.host,
      path: '/',
      signInEveryMs: 900_000,
    },
    stores: [],
    witnesses: [],
    channels: [],
    peers: [],
    changes: [],
    probeKey: '',
    dataDir: '/var/lib/gatehouse/watch',
    ...over,
  }
}
