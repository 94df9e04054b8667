// What is tried, out of what is configured: the canaries of study 4.3, their matrix, and every door. Pure.
import type { WatchConfig } from '../config.ts'
import { type Way, doorProbeId } from '../contract/vantage.ts'
import type { Door } from '../door.ts'
import type { MatrixRow, ProbeMatrix } from '../locate/matrix.ts'
import {
  type Crosses,
  type Path,
  familiesApart,
  gatePaths,
  gateShare,
  publicPaths,
  signInPath,
  through,
  upstreamOf,
} from './paths.ts'

/** An address family that is tried apart from the other. */
type Family = 'ipv4' | 'ipv6'

/** What a canary does. */
export type ProbeAct =
  /** Any answer of an independent address will do. */
  | { readonly kind: 'control'; readonly urls: readonly string[]; readonly family?: Family }
  /** The public name has addresses, of the family where one is named. `resolvers` empty: this machine's. */
  | {
      readonly kind: 'dns'
      readonly name: string
      readonly resolvers: readonly string[]
      readonly family?: Family
    }
  | { readonly kind: 'knock'; readonly door: Door; readonly way: Way }
  /** The same with the session of the robot. */
  | { readonly kind: 'robot'; readonly door: Door; readonly way: Way }
  /** The same with the token of a program. */
  | { readonly kind: 'program'; readonly door: Door; readonly way: Way }
  /** A page answers 200 and holds the marker. */
  | { readonly kind: 'page'; readonly url: string; readonly marker: string | null }
  /** A key set with at least one key; null `url`: where the discovery document at `discovery` says. */
  | { readonly kind: 'keys'; readonly url: string | null; readonly discovery: string }
  /** Signs in from scratch, opens a door, signs out. */
  | { readonly kind: 'sign-in'; readonly door: Door; readonly way: Way }

/** One canary: a row of the matrix and what to do for it. */
export interface PlannedProbe {
  /** Name of the row: `edge_anon_fwd`, `origin_auth@10.0.20.5`. */
  readonly id: string
  readonly act: ProbeAct
  /** Time between two tries, ms. */
  readonly everyMs: number
}

/** One door over one vantage; of several replicas each round takes the next. */
export interface DoorCheck {
  readonly id: string
  readonly door: Door
  readonly ways: readonly [Way, ...Way[]]
}

/** Everything that is tried, and how it is read. */
export interface ProbePlan {
  readonly canaries: readonly PlannedProbe[]
  readonly matrix: ProbeMatrix
  readonly doors: readonly DoorCheck[]
}

/** Name of the row that tells whether the watch can see at all. */
export const controlProbe = 'control_inet'

/** The plan of a configuration: same configuration, same plan. */
export function planOf(config: WatchConfig): ProbePlan {
  const rows = [
    ...plainRows(config),
    ...doorRows(config),
    ...robotRows(config),
    ...programRows(config),
  ]
  return {
    canaries: rows.map(({ id, act, everyMs }) => ({ id, act, everyMs })),
    matrix: {
      rows: rows.map(({ id, crosses }): MatrixRow => ({ probe: id, crosses })),
      control: config.control.length === 0 ? null : controlProbe,
    },
    doors: doorChecks(config),
  }
}

interface Row extends PlannedProbe {
  readonly crosses: MatrixRow['crosses']
}

/** Control, name service, identity provider: probes that knock at no door. */
function plainRows(config: WatchConfig): readonly Row[] {
  const { canaries, control, identityProvider: idp, intervalMs: everyMs } = config
  const rows: Row[] = []
  const prober: Crosses = { prober: 1 }
  if (control.length > 0)
    rows.push({
      id: controlProbe,
      act: { kind: 'control', urls: control },
      everyMs,
      crosses: prober,
    })
  const named = canaries.protected ?? canaries.open
  if (named !== null) rows.push(...nameRows(config, named))
  if (idp === null) return rows
  const crosses: Crosses = { ...prober, idp: 1 }
  rows.push({
    id: 'idp',
    act: { kind: 'page', url: idp.url, marker: idp.marker },
    everyMs,
    crosses,
  })
  if (idp.jwksUrl !== null || isDiscovery(idp.url))
    rows.push({
      id: 'idp_jwks',
      act: { kind: 'keys', url: idp.jwksUrl, discovery: idp.url },
      everyMs,
      crosses,
    })
  return rows
}

/** Control by address family, and the public name at the name servers that people ask. */
function nameRows(config: WatchConfig, { host }: Door): readonly Row[] {
  const { control, edge, insideResolvers = [], intervalMs: everyMs, resolvers } = config
  const apart = edge ? familiesApart(config) : []
  // That the watch itself has no IPv6 must not look like an edge without it.
  const controls = apart.flatMap((family): readonly Row[] =>
    control.length === 0
      ? []
      : [
          {
            id: `${controlProbe}@${family}`,
            act: { kind: 'control', urls: control, family },
            everyMs,
            crosses: { prober: 1, [`prober/${family}`]: 1 },
          },
        ],
  )
  const asked = { kind: 'dns', name: host } as const
  const [only] = config.families ?? []
  const plain: readonly Row[] =
    !edge || apart.length > 0
      ? []
      : [
          {
            id: 'dns',
            act: { ...asked, resolvers, ...(only === undefined ? {} : { family: only }) },
            everyMs,
            crosses: { prober: 1, dns: 1 },
          },
        ]
  const byFamily = apart.map((family): Row => ({
    id: `dns@${family}`,
    act: { ...asked, resolvers, family },
    everyMs,
    crosses: { prober: 1, dns: 1, [`dns/${family}`]: 1 },
  }))
  const inside: readonly Row[] =
    insideResolvers.length === 0
      ? []
      : [
          {
            id: 'dns_inside',
            act: { ...asked, resolvers: insideResolvers },
            everyMs,
            crosses: { prober: 1, 'dns/inside': 1 },
          },
        ]
  return [...controls, ...plain, ...byFamily, ...inside]
}

/** True for an address that says where its keys are (OpenID Connect Discovery 1.0, section 4). */
export function isDiscovery(url: string): boolean {
  return url.endsWith('/.well-known/openid-configuration')
}

/** The canaries that knock without a session, over each vantage and each replica. */
function doorRows(config: WatchConfig): readonly Row[] {
  const { canaries, intervalMs: everyMs } = config
  const { open, protected: closed } = canaries
  const row = (id: string, door: Door, { crosses, suffix, way }: Path): Row => ({
    id: id + suffix,
    act: { kind: 'knock', door, way },
    everyMs,
    crosses,
  })
  const asked = config.openAsksGate === true ? gateShare(config) : {}
  const under = publicPaths(config).flatMap(({ name, path }) => [
    ...of(open, (door) =>
      row(`${name}_anon_open`, door, through(path, { ...upstreamOf(door), ...asked })),
    ),
    ...of(closed, (door) => row(`${name}_anon_fwd`, door, through(path, gateShare(config)))),
  ])
  const atTheGate = gatePaths(config).flatMap((path) =>
    of(closed, (door) => row('gate_anon', door, path)),
  )
  const direct = { way: { vantage: 'upstream' }, suffix: '', crosses: { prober: 1 } } as const
  const behind = (id: string, door: Door | null): readonly Row[] =>
    of(door === null || door.upstream === null ? null : door, (one) =>
      row(id, one, through(direct, upstreamOf(one))),
    )
  return [
    ...under,
    ...atTheGate,
    ...behind('up_direct', closed),
    ...(open?.host === closed?.host ? [] : behind('up_direct_open', open)),
  ]
}

function of(door: Door | null, row: (door: Door) => Row): readonly Row[] {
  return door === null ? [] : [row(door)]
}

/** The canaries with the session of the robot, and its full sign-in. */
function robotRows(config: WatchConfig): readonly Row[] {
  const { identityProvider: idp, intervalMs, robot } = config
  const door = robotDoor(config)
  if (robot === null || door === null) return []
  const behind: Crosses = { gate_check: 1, ...upstreamOf(door) }
  const paths = publicPaths(config)
  const rows = paths.map(({ name, path }): Row => {
    const act = { kind: 'robot', door, way: path.way } as const
    const { crosses } = through(path, behind)
    return { id: `${name}_auth${path.suffix}`, act, everyMs: intervalMs, crosses }
  })
  const first = signInPath(config)
  if (first === null) return rows
  const all = { ...behind, ...gateShare(config), ...(idp === null ? {} : { idp: 1 }) }
  return [
    ...rows,
    {
      id: 'sign_in',
      act: { kind: 'sign-in', door, way: first.way },
      everyMs: robot.signInEveryMs,
      crosses: through(first, all).crosses,
    },
  ]
}

/** The canaries of a program with a token: what the gate does with it is a part of checking of its own. */
function programRows(config: WatchConfig): readonly Row[] {
  const { doors, intervalMs, program } = config
  const door = program === undefined ? null : doorAt(doors, program)
  if (door === null) return []
  const behind: Crosses = { gate_check: 1, 'gate_check/tokens': 1, ...upstreamOf(door) }
  return publicPaths(config).map(({ name, path }): Row => ({
    id: `${name}_token${path.suffix}`,
    act: { kind: 'program', door, way: path.way },
    everyMs: intervalMs,
    crosses: through(path, behind).crosses,
  }))
}

/** The door that the robot opens, null where it has none. */
export function robotDoor({ doors, robot }: Pick<WatchConfig, 'doors' | 'robot'>): Door | null {
  return robot === null ? null : doorAt(doors, robot)
}

function doorAt(
  doors: readonly Door[],
  wanted: { readonly host: string; readonly path: string },
): Door | null {
  const own = doors.filter(({ host }) => host === wanted.host)
  return own.find(({ path }) => path === wanted.path) ?? own[0] ?? null
}

/** Each door over each vantage that a configuration has. */
export function doorChecks(
  config: Pick<WatchConfig, 'doors' | 'edge' | 'families' | 'gates' | 'ingress'>,
): readonly DoorCheck[] {
  const { edge, families = [], gates, ingress } = config
  const known = families.length === 0 ? (['any'] as const) : families
  return config.doors.flatMap((door) => {
    const vantages: readonly (readonly Way[])[] = [
      edge ? known.map((family): Way => ({ vantage: 'edge', family })) : [],
      ingress.map((replica): Way => ({ vantage: 'ingress', replica })),
      gates.map((origin): Way => ({ vantage: 'gate', origin })),
      door.upstream === null ? [] : [{ vantage: 'upstream' }],
    ]
    return vantages.flatMap(([first, ...rest]) =>
      first === undefined
        ? []
        : [{ id: doorProbeId(door, first.vantage), door, ways: [first, ...rest] } as const],
    )
  })
}
