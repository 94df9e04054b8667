// The ways from the watch to a door, and what lies on each: over the edge by address family, from inside, pinned.
import type { ElementId } from '../../model/layer.ts'
import type { WatchConfig } from '../config.ts'
import { type Way, replicaOf } from '../contract/vantage.ts'
import type { Door } from '../door.ts'

/** Elements with the share of the attempts that go through each. */
export type Crosses = Partial<Record<ElementId, number>>

/** One way from the prober, and what lies on it. */
export interface Path {
  readonly way: Way
  /** Of the ids of probes that take it: `@10.0.20.5`, `@ipv6`. */
  readonly suffix: string
  readonly crosses: Crosses
}

/** A way under the public name; `name` begins the ids of its probes. */
export interface PublicPath {
  readonly name: 'edge' | 'inside' | 'origin'
  readonly path: Path
}

/** Address families that are tried apart from one another; fewer than two: none are. */
export function familiesApart({ families = [] }: WatchConfig): readonly ('ipv4' | 'ipv6')[] {
  return families.length > 1 ? families : []
}

/**
 * The ways under the public name: over the edge, once or by each address family, with what the name servers
 * inside give, and pinned to each replica of the reverse proxy.
 */
export function publicPaths(config: WatchConfig): readonly PublicPath[] {
  const ways = config.ingress.map((replica): Way => ({ vantage: 'ingress', replica }))
  const several = ways.length > 1
  const pinned = ways.map((way): PublicPath => {
    const name = replicaOf(way) ?? ''
    const own: Crosses = several ? { [`ingress/${name}`]: 1 } : {}
    const crosses = { prober: 1, ingress: 1, ...own }
    return { name: 'origin', path: { way, suffix: several ? `@${name}` : '', crosses } }
  })
  const inside: readonly PublicPath[] =
    (config.insideResolvers ?? []).length === 0
      ? []
      : [{ name: 'inside', path: insidePath(config) }]
  return [
    ...edgePaths(config).map((path): PublicPath => ({ name: 'edge', path })),
    ...inside,
    ...pinned,
  ]
}

function edgePaths(config: WatchConfig): readonly Path[] {
  if (!config.edge) return []
  const crosses: Crosses = { prober: 1, dns: 1, edge: 1, ingress: 1, ...ingressShare(config) }
  const [only] = config.families ?? []
  const apart = familiesApart(config)
  if (apart.length === 0)
    return [{ way: { vantage: 'edge', family: only ?? 'any' }, suffix: '', crosses }]
  return apart.map((family) => ({
    way: { vantage: 'edge', family },
    suffix: `@${family}`,
    crosses: {
      ...crosses,
      [`prober/${family}`]: 1,
      [`dns/${family}`]: 1,
      [`edge/${family}`]: 1,
    },
  }))
}

function insidePath(config: WatchConfig): Path {
  const crosses = { prober: 1, 'dns/inside': 1, ingress: 1, ...ingressShare(config) }
  return { way: { vantage: 'edge', isInside: true }, suffix: '', crosses }
}

/**
 * The way that the robot signs in by: over the edge by whichever family there is, or else the first one. Null:
 * there is none.
 */
export function signInPath(config: WatchConfig): Path | null {
  const all = publicPaths({ ...config, families: [] })
  return all[0]?.path ?? null
}

/** The ways to the gate itself, one for each replica. */
export function gatePaths({ gates }: WatchConfig): readonly Path[] {
  return gates.map((origin) => {
    const way: Way = { vantage: 'gate', origin }
    const name = replicaOf(way) ?? origin
    const several = gates.length > 1
    const own: Crosses = several ? { [`gate_new/${name}`]: 1 } : {}
    return { way, suffix: several ? `@${name}` : '', crosses: { prober: 1, gate_new: 1, ...own } }
  })
}

/** The gate as a proxy meets it: all of it, and of several replicas each its share. */
export function gateShare({ gates }: WatchConfig): Crosses {
  const names = gates.map((origin) => replicaOf({ vantage: 'gate', origin }) ?? origin)
  const shares = names.length > 1 ? shared(names.map((name): ElementId => `gate_new/${name}`)) : {}
  return { gate_new: 1, ...shares }
}

function ingressShare({ ingress }: WatchConfig): Crosses {
  const names = ingress.map((replica) => replicaOf({ vantage: 'ingress', replica }) ?? '')
  return names.length > 1 ? shared(names.map((name): ElementId => `ingress/${name}`)) : {}
}

function shared(elements: readonly ElementId[]): Crosses {
  return Object.fromEntries(elements.map((element) => [element, 1 / elements.length]))
}

/** The same way with more on it. */
export function through(path: Path, more: Crosses): Path {
  return { ...path, crosses: { ...path.crosses, ...more } }
}

/** The service behind a door, as an element of its own: another one may be well. */
export function upstreamOf({ host }: Door): Crosses {
  return { [`upstream/${host}`]: 1 }
}
