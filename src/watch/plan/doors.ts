// Doors out of declared services: one for each rule that a stranger can knock at, with a concrete path.
import { type Hostname, isHostPattern } from '../../model/host.ts'
import type { AuthTier, Rule, Service } from '../../model/service.ts'
import type { Door } from '../door.ts'

/** What is special about doors, as declared. */
export interface DoorOverride {
  /** Host as the service is declared, wildcard included. */
  readonly host: Service['host']
  /** Name that stands for a wildcard. */
  readonly probeHost: Hostname | null
  /** Null: all doors of the host. */
  readonly path: string | null
  readonly tier: AuthTier | null
  readonly headers: Readonly<Record<string, string>>
  readonly statuses: readonly number[]
  readonly marker: string | null
  /** Why no such door is knocked at; null: it is. */
  readonly skip: string | null
}

/** What doors are made from. */
export interface DoorSources {
  readonly services: readonly Service[]
  readonly overrides: readonly DoorOverride[]
  /** The rule that covers a GET by the watch, as the gate would find it for a decoded path; else null. */
  ruleAt(host: Hostname, path: string): Rule | null
}

/** A wildcard that nobody gave a name to knock at, by its position among the services. */
export interface UnprobedHost {
  readonly host: Service['host']
  readonly serviceIndex: number
}

/** All doors, in the order of the services, and the hosts that none could be made for. */
export interface DeclaredDoors {
  readonly doors: readonly Door[]
  readonly unprobed: readonly UnprobedHost[]
}

/** Stands for `*` in a sample path, and for something below `/**` where the plain path is another rule's. */
const sampleSegment = 'gatehouse-probe'

/** Every door. Same services, same doors, in the same order. */
export function declaredDoors(sources: DoorSources): DeclaredDoors {
  const doors = new Map<string, Door>()
  const unprobed: UnprobedHost[] = []
  for (const [serviceIndex, service] of sources.services.entries()) {
    const overrides = sources.overrides.filter(({ host }) => host === service.host)
    const host = hostOf(service, overrides)
    if (host === null) {
      // Who declared that nothing there is to be knocked at has given the reason already.
      if (!overrides.some(({ path, skip }) => path === null && skip !== null))
        unprobed.push({ host: service.host, serviceIndex })
      continue
    }
    for (const door of doorsOfService(service, { ...sources, overrides, host }))
      if (!doors.has(door.id)) doors.set(door.id, door)
  }
  return { doors: [...doors.values()], unprobed }
}

function hostOf(service: Service, overrides: readonly DoorOverride[]): Hostname | null {
  if (!isHostPattern(service.host)) return service.host
  return overrides.find(({ probeHost }) => probeHost !== null)?.probeHost ?? null
}

interface OneHost extends DoorSources {
  readonly host: Hostname
}

function doorsOfService(service: Service, given: OneHost): readonly Door[] {
  const { host, overrides, ruleAt } = given
  const general = overrides.filter(({ path }) => path === null)
  const special = overrides.filter(({ path }) => path !== null)
  if (general.some(({ skip }) => skip !== null)) return []
  const named = special.map((override) => ({
    override,
    rule: ruleAt(host, pathname(override.path ?? '/')),
  }))
  const chosen = new Set(
    named.flatMap(({ override, rule }) => (rule !== null && isPlain(override) ? [rule.id] : [])),
  )
  const derived = service.rules.flatMap((rule) => {
    const path = chosen.has(rule.id) ? null : samplePath(rule, given)
    return path === null ? [] : [{ path, tier: rule.auth, special: null }]
  })
  const declared = named.flatMap(({ override, rule }) => {
    const tier = override.tier ?? rule?.auth ?? null
    return tier === null || override.skip !== null || override.path === null
      ? []
      : [{ path: override.path, tier, special: override }]
  })
  return [...derived, ...declared].map(({ path, tier, special: own }) =>
    doorOf(service, { host, path, tier, layers: own === null ? general : [...general, own] }),
  )
}

/** An entry that names a path alone takes the place of the sample of its rule. */
function isPlain({ headers, tier }: DoorOverride): boolean {
  return Object.keys(headers).length === 0 && tier === null
}

interface OneDoor {
  readonly host: Hostname
  readonly path: string
  readonly tier: AuthTier
  /** From the most general to the most special; what the last one says counts. */
  readonly layers: readonly DoorOverride[]
}

function doorOf(service: Service, { host, path, tier, layers }: OneDoor): Door {
  const headers = Object.assign({}, ...layers.map((layer) => layer.headers)) as Door['headers']
  const names = Object.keys(headers)
  return {
    id: `${host}${path}${names.length === 0 ? '' : ` ${names.join('+')}`}`,
    host,
    path,
    headers,
    tier: layers.findLast((layer) => layer.tier !== null)?.tier ?? tier,
    statuses: layers.findLast(({ statuses }) => statuses.length > 0)?.statuses ?? [],
    marker: layers.findLast(({ marker }) => marker !== null)?.marker ?? null,
    upstream: service.upstream,
  }
}

/** A path that falls under `rule` and no other; null where a stranger's GET never does. */
function samplePath(rule: Rule, { host, ruleAt }: OneHost): string | null {
  if (rule.methods.length > 0 && !rule.methods.includes('GET')) return null
  const path = samples(rule.path).find((one) => ruleAt(host, one)?.id === rule.id)
  return path === undefined ? null : path.split('/').map(encodeURIComponent).join('/')
}

/** Candidates for a pattern, decoded, the plainest first: `/api/*\/x/**` gives `/api/gatehouse-probe/x` and one below. */
function samples(pattern: string): readonly string[] {
  const segments = pattern.split('/').map((segment) => (segment === '*' ? sampleSegment : segment))
  const isOpen = segments.at(-1) === '**'
  const fixed = (isOpen ? segments.slice(0, -1) : segments).join('/')
  return isOpen ? [fixed === '' ? '/' : fixed, `${fixed}/${sampleSegment}`] : [fixed]
}

/** The path of a target as the gate reads it; one that cannot be decoded is left as it is. */
function pathname(target: string): string {
  const path = target.split('?', 1)[0] ?? target
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
