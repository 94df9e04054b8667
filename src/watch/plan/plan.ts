// What is tried, out of what is configured: the canaries of study 4.3, their matrix, and every door. Pure.
import type { ElementId } from '../../model/layer.ts'
import type { WatchConfig } from '../config.ts'
import { type Way, doorProbeId, replicaOf } from '../contract/vantage.ts'
import type { Door } from '../door.ts'
import type { MatrixRow, ProbeMatrix } from '../locate/matrix.ts'

/** What a canary does. */
export type ProbeAct =
  /** Any answer of an independent address will do. */
  | { readonly kind: 'control'; readonly urls: readonly string[] }
  /** The public name has addresses. `resolvers` empty: this machine's. */
  | { readonly kind: 'dns'; readonly name: string; readonly resolvers: readonly string[] }
  | { readonly kind: 'knock'; readonly door: Door; readonly way: Way }
  /** The same with the session of the robot. */
  | { readonly kind: 'robot'; readonly door: Door; readonly way: Way }
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
  const rows = [...plainRows(config), ...doorRows(config), ...robotRows(config)]
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

type Crosses = Partial<Record<ElementId, number>>

/** Control, name service, identity provider: probes that knock at no door. */
function plainRows(config: WatchConfig): readonly Row[] {
  const { canaries, control, edge, identityProvider: idp, intervalMs: everyMs } = config
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
  if (edge && named !== null)
    rows.push({
      id: 'dns',
      act: { kind: 'dns', name: named.host, resolvers: config.resolvers },
      everyMs,
      crosses: { ...prober, dns: 1 },
    })
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
  const [first] = paths
  if (first === undefined) return rows
  const all = { ...behind, ...gateShare(config), ...(idp === null ? {} : { idp: 1 }) }
  return [
    ...rows,
    {
      id: 'sign_in',
      act: { kind: 'sign-in', door, way: first.path.way },
      everyMs: robot.signInEveryMs,
      crosses: through(first.path, all).crosses,
    },
  ]
}

/** The door that the robot opens, null where it has none. */
export function robotDoor({ doors, robot }: Pick<WatchConfig, 'doors' | 'robot'>): Door | null {
  if (robot === null) return null
  const own = doors.filter(({ host }) => host === robot.host)
  return own.find(({ path }) => path === robot.path) ?? own[0] ?? null
}

/** One way from the prober, and what lies on it. */
interface Path {
  readonly way: Way
  readonly suffix: string
  readonly crosses: Crosses
}

/** The ways under the public name: over the edge, and pinned to each replica of the ingress. */
function publicPaths(
  config: WatchConfig,
): readonly { readonly name: string; readonly path: Path }[] {
  const { edge, ingress } = config
  const ways = ingress.map((replica): Way => ({ vantage: 'ingress', replica }))
  const names = ways.map((way) => replicaOf(way) ?? '')
  const several = ways.length > 1
  const pinned = ways.map((way, i) => {
    const own: Crosses = several ? { [`ingress/${names[i] ?? ''}`]: 1 } : {}
    const crosses = { prober: 1, ingress: 1, ...own }
    return { name: 'origin', path: { way, suffix: several ? `@${names[i] ?? ''}` : '', crosses } }
  })
  if (!edge) return pinned
  const shares = several ? shared(names.map((name): ElementId => `ingress/${name}`)) : {}
  const crosses = { prober: 1, dns: 1, edge: 1, ingress: 1, ...shares }
  return [{ name: 'edge', path: { way: { vantage: 'edge' }, suffix: '', crosses } }, ...pinned]
}

/** The ways to the gate itself, one for each replica. */
function gatePaths({ gates }: WatchConfig): readonly Path[] {
  return gates.map((origin) => {
    const way: Way = { vantage: 'gate', origin }
    const name = replicaOf(way) ?? origin
    const several = gates.length > 1
    const own: Crosses = several ? { [`gate_new/${name}`]: 1 } : {}
    return { way, suffix: several ? `@${name}` : '', crosses: { prober: 1, gate_new: 1, ...own } }
  })
}

/** The gate as a proxy meets it: all of it, and of several replicas each its share. */
function gateShare(config: WatchConfig): Crosses {
  const names = config.gates.map((origin) => replicaOf({ vantage: 'gate', origin }) ?? origin)
  const shares = names.length > 1 ? shared(names.map((name): ElementId => `gate_new/${name}`)) : {}
  return { gate_new: 1, ...shares }
}

function shared(elements: readonly ElementId[]): Crosses {
  return Object.fromEntries(elements.map((element) => [element, 1 / elements.length]))
}

function through(path: Path, more: Crosses): Path {
  return { ...path, crosses: { ...path.crosses, ...more } }
}

/** The service behind a door, as an element of its own: another one may be well. */
function upstreamOf({ host }: Door): Crosses {
  return { [`upstream/${host}`]: 1 }
}

function doorChecks(config: WatchConfig): readonly DoorCheck[] {
  const { edge, gates, ingress } = config
  return config.doors.flatMap((door) => {
    const vantages: readonly (readonly Way[])[] = [
      edge ? [{ vantage: 'edge' }] : [],
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
