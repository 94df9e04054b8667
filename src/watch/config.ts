// What the watch needs to be told: the typed, checked, frozen form. `src/config/` makes it from a file.
import type { Layer } from '../model/layer.ts'
import type { Hostname } from '../model/host.ts'
import type { Door } from './door.ts'
import type { Change } from './incident/incident.ts'
import type { DoorOverride } from './plan/doors.ts'

/** An address of a replica: `10.0.20.5`, port 443. */
export interface ReplicaAddress {
  readonly address: string
  readonly port: number
}

/** A store whose fill is forecast. Sizes in bytes, times in ms. */
export interface WatchedStore {
  readonly name: string
  /** What fails when it is full. */
  readonly layer: Layer
  readonly sizeBytes: number | null
  readonly blockBytes: number
  readonly entryBytes: number
  readonly retentionMs: number | null
  readonly restartMs: number | null
  /** Directory to `statfs` and scan; null: others measure it. */
  readonly path: string | null
  /** Name of files that are entries: `session_*`. */
  readonly files: string
  /** Declared inflow, entries per ms; for the alarm that needs no data. */
  readonly declaredPerMs: number | null
  /** True: every cookie-less probe through the gate leaves an entry (legacy outposts). */
  readonly probesLeaveEntries: boolean
  /** Label matchers of its series of node_exporter, for witnesses of kind prometheus: `device="shm"`. */
  readonly series?: string
  /** Its volume for witnesses of kind kubelet: namespace, pod, volume; `*` is any text. */
  readonly volume?: string
}

/** The person that the watch signs in as. */
export interface RobotConfig {
  readonly user: string
  readonly password: string
  /** Which form of sign-in is walked through. */
  readonly method: 'accounts' | 'form' | 'authentik'
  /** Origin of authentik for that method: the password goes there and nowhere else. */
  readonly provider?: string
  /** Seed of one-time codes in base32, for that method; absent: none. */
  readonly totpSeed?: string
  /** Door opened with the session. */
  readonly host: Hostname
  readonly path: string
  readonly signInEveryMs: number
}

/** A program with a token of its own, in whose name the watch opens a door. */
export interface ProgramConfig {
  /** Null: the token is sent as Bearer; else it is the password of this name (Basic). */
  readonly user: string | null
  readonly token: string
  readonly host: Hostname
  readonly path: string
}

/** One channel, by kind. Secrets are values here; they never leave this object. */
export type ChannelConfig =
  | {
      readonly kind: 'alertmanager'
      readonly name: string
      readonly url: string
      readonly bearer: string | null
    }
  | {
      readonly kind: 'ntfy'
      readonly name: string
      readonly url: string
      readonly token: string | null
    }
  | { readonly kind: 'slack' | 'discord'; readonly name: string; readonly url: string }
  | {
      readonly kind: 'webhook'
      readonly name: string
      readonly url: string
      readonly secret: string | null
    }
  | {
      readonly kind: 'email'
      readonly name: string
      readonly server: string
      readonly from: string
      readonly to: readonly string[]
      readonly user: string | null
      readonly password: string | null
    }
  | {
      readonly kind: 'uptime-kuma'
      readonly name: string
      readonly url: string
      /** Push token by layer. */
      readonly tokens: Readonly<Partial<Record<Layer, string>>>
    }

/** One witness, by kind. */
export type WitnessConfig =
  | {
      readonly kind: 'uptime-kuma'
      readonly name: string
      readonly url: string
      /** Slug of a status page; null: `/metrics` with `password`. */
      readonly statusPage: string | null
      readonly password: string | null
      /** File that holds its monitors as JSON, for `gatehouse check`; absent: not known. */
      readonly monitorsFile?: string
    }
  | {
      readonly kind: 'prometheus'
      readonly name: string
      readonly url: string
      readonly bearer: string | null
    }
  | {
      readonly kind: 'kubelet'
      readonly name: string
      readonly url: string
      readonly bearer: string | null
      readonly caFile: string | null
    }
  | { readonly kind: 'gate'; readonly name: string; readonly url: string }

/** How doors follow from services. */
export interface DoorRules {
  readonly overrides: readonly DoorOverride[]
  /** Address that rules for networks see the watch come from; null: not known. */
  readonly clientAddress: string | null
}

/** Everything that the watch needs to be told. */
export interface WatchConfig {
  readonly doors: readonly Door[]
  /** What is declared of doors, for those of services that come while the watch runs. Absent: nothing. */
  readonly doorRules?: DoorRules
  /** A round of the canaries that locate. */
  readonly intervalMs: number
  /** A round of all doors over all vantages. */
  readonly doorIntervalMs: number
  readonly timeoutMs: number
  readonly verifyTls: boolean
  /** How the public names are reached: scheme and port, at the edge as at the ingress. */
  readonly scheme: 'http' | 'https'
  readonly port: number
  /** A door of tier `none` and one of tier `required` that stand for all. */
  readonly canaries: { readonly open: Door | null; readonly protected: Door | null }
  /** Public addresses that tell whether the watch can see at all. */
  readonly control: readonly string[]
  /** Resolvers asked for the public names; empty: the machine's. */
  readonly resolvers: readonly string[]
  /** Resolvers that people inside ask, where these give other addresses (split horizon). Absent: none. */
  readonly insideResolvers?: readonly string[]
  /** Address families of the public names; of two, each is tried by itself. Absent: IPv4 where there is one. */
  readonly families?: readonly ('ipv4' | 'ipv6')[]
  /** False where no public name leads here. */
  readonly edge: boolean
  readonly ingress: readonly ReplicaAddress[]
  /** Origins of the gate itself: `http://10.0.20.9:9000`. */
  readonly gates: readonly string[]
  /** How the gate is asked: `/_gatehouse/auth/traefik` or authentik's. */
  readonly gatePath: string
  /**
   * True where the proxies ask the gate for open services as well, as printed configurations do: then a
   * gate that is gone takes them along. Absent: false.
   */
  readonly openAsksGate?: boolean
  /** Where sign-in redirects lead; the identity provider, or the gate's own pages. */
  readonly signInOrigins: readonly string[]
  readonly identityProvider: {
    readonly url: string
    readonly marker: string | null
    readonly jwksUrl: string | null
  } | null
  readonly robot: RobotConfig | null
  /** Absent: whether tokens of programs are taken is not tried. */
  readonly program?: ProgramConfig
  /** Layers that no probe tells apart, and that are accepted as one. Absent: none. */
  readonly layersAsOne?: readonly (readonly Layer[])[]
  readonly stores: readonly WatchedStore[]
  readonly witnesses: readonly WitnessConfig[]
  readonly channels: readonly ChannelConfig[]
  /** Other watches that this one checks on, by origin of their private listener. */
  readonly peers: readonly { readonly name: string; readonly url: string }[]
  /** Changes that a person or a pipeline wrote down; others are learnt. */
  readonly changes: readonly Change[]
  /**
   * Key of the header by which probes announce themselves; shared with the gate. Empty where none is
   * declared: whoever starts the watch puts the one in that is derived from the secret of the gate.
   */
  readonly probeKey: string
  readonly dataDir: string
}
