// Found doors as entries of `services`, in the form that a person would write. Pure.
import type { AuthTier } from '../../model/service.ts'
import {
  type FoundDoor,
  type FoundMonitor,
  type NotUnderstood,
  doorOf,
  inOrder,
} from './discovery.ts'

/** One entry of `services`, keys as in the file. */
export interface ServiceEntry {
  readonly host: string
  readonly auth: AuthTier
  readonly reason?: string
  readonly groups?: readonly string[]
  readonly upstream?: string
  readonly paths_only?: true
  readonly paths?: readonly PathEntry[]
  readonly bypasses?: readonly BypassEntry[]
  readonly monitor?: MonitorEntry
}

interface MonitorEntry {
  readonly enabled?: false
  readonly path?: string
  readonly accepts?: string
  readonly interval?: string
}

interface PathEntry {
  readonly path: string
  readonly auth: AuthTier
  readonly methods?: readonly string[]
  readonly groups?: readonly string[]
  readonly reason?: string
}

interface BypassEntry {
  readonly path: string
  readonly header: string
  readonly value: string
  readonly auth: AuthTier
  readonly reason: string
}

/** Entries, and doors that no entry can say. */
export interface Entries {
  readonly services: readonly ServiceEntry[]
  readonly notUnderstood: readonly NotUnderstood[]
}

/**
 * One entry for each host, sorted by host; doors of any host at all (`*`) are named and left out. A host of
 * which only a monitor is known is shut: who may enter nobody told.
 */
export function entriesOf(
  doors: readonly FoundDoor[],
  monitors: readonly FoundMonitor[] = [],
): Entries {
  const anyHost = doors.filter(({ host }) => host === '*')
  const several = doors.filter(({ headers, tier }) => headers.length > 1 && tier !== 'required')
  const notUnderstood: NotUnderstood[] = [
    ...anyHost.map(({ from, path, tier }) => ({
      object: from,
      why: `It opens "${path}" of every host as "${tier}", which no entry says`,
    })),
    ...several.map(({ from, path }) => ({
      object: from,
      why: `It opens "${path}" to several headers together, which no entry says`,
    })),
  ]
  const watched = monitorsByHost(monitors)
  notUnderstood.push(...watched.notUnderstood)
  const hosts = [...new Set([...doors, ...monitors].map(({ host }) => host))]
    .filter((host) => host !== '*')
    .toSorted()
  return {
    services: hosts.map((host) => ({ ...entryOf(host, doors), ...watched.of(host) })),
    notUnderstood,
  }
}

/** The monitor of each host. An entry has one: of several the first, the others are named. */
function monitorsByHost(monitors: readonly FoundMonitor[]): {
  readonly of: (host: string) => { readonly monitor?: MonitorEntry }
  readonly notUnderstood: readonly NotUnderstood[]
} {
  const byHost = new Map<string, MonitorEntry>()
  const notUnderstood: NotUnderstood[] = []
  for (const { accepts, from, host, intervalSeconds, isActive, path } of monitors)
    if (byHost.has(host))
      notUnderstood.push({ object: from, why: `It is a further monitor of "${host}"` })
    else
      byHost.set(host, {
        ...(isActive ? {} : { enabled: false }),
        ...(path === '/' ? {} : { path }),
        ...(accepts === null ? {} : { accepts }),
        ...(intervalSeconds === null ? {} : { interval: `${intervalSeconds}s` }),
      })
  return {
    of: (host) => {
      const monitor = byHost.get(host)
      return monitor === undefined ? {} : { monitor }
    },
    notUnderstood,
  }
}

function entryOf(host: string, all: readonly FoundDoor[]): ServiceEntry {
  const doors = inOrder(all.filter((door) => door.host === host))
  // What opens a part that nobody can tell opens nothing here; that it was not understood is said.
  const plain = doors.filter(
    ({ headers, isPartial, tier }) => headers.length === 0 && !(isPartial && tier !== 'required'),
  )
  const probe = host.startsWith('*.') ? `any${host.slice(1)}` : host
  const front = doorOf(plain, { host: probe, path: '/' })
  const upstream = (front ?? doors[0])?.upstream ?? null
  return {
    host,
    ...frontOf(front),
    ...(upstream === null ? {} : { upstream }),
    ...(front === null && doors.length > 0 ? { paths_only: true } : {}),
    ...belowOf(doors, front, plain),
  }
}

/** What holds for the whole host; a host without a front page is shut but for its paths. */
function frontOf(front: FoundDoor | null): Pick<ServiceEntry, 'auth' | 'reason' | 'groups'> {
  const auth = front?.tier ?? 'required'
  return { auth, ...reasonOf(auth, front), ...groupsOf(auth, front?.groups ?? null) }
}

/** What paths and headers make different. */
function belowOf(
  doors: readonly FoundDoor[],
  front: FoundDoor | null,
  plain: readonly FoundDoor[],
): Pick<ServiceEntry, 'paths' | 'bypasses'> {
  const others = plain.filter((door) => door !== front)
  const paths = uniquePaths(others.flatMap((door) => pathEntry(door, front)))
  const bypasses = doors.filter(({ headers }) => headers.length === 1).flatMap(bypassEntries)
  return {
    ...(paths.length === 0 ? {} : { paths }),
    ...(bypasses.length === 0 ? {} : { bypasses }),
  }
}

/** A path that says the same as the front page says nothing. */
function pathEntry(door: FoundDoor, front: FoundDoor | null): readonly PathEntry[] {
  const { groups, isExact, methods, path, tier } = door
  const isSame =
    front !== null &&
    front.tier === tier &&
    String(front.groups) === String(groups) &&
    methods.length === 0
  if (isSame) return []
  const trimmed = path.replace(/\/+$/, '')
  return [
    {
      path: isExact ? path : `${trimmed}/**`,
      auth: tier,
      ...(methods.length === 0 ? {} : { methods }),
      ...groupsOf(tier, groups),
      ...reasonOf(tier, door),
    },
  ]
}

/** The first of several doors to one path is the one that requests go through. */
function uniquePaths(paths: readonly PathEntry[]): readonly PathEntry[] {
  const seen = new Set<string>()
  return paths.filter(({ methods = [], path }) => {
    const key = `${path} ${methods.join()}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

function bypassEntries({ from, headers, path, tier }: FoundDoor): readonly BypassEntry[] {
  if (tier === 'required') return []
  return headers.map(({ name, value }) => ({
    ...{ path, header: name, value, auth: tier },
    reason: `Found in ${from}`,
  }))
}

/** Groups mean something only where somebody signs in. */
function groupsOf(
  tier: AuthTier,
  groups: readonly string[] | null,
): { readonly groups?: readonly string[] } {
  return tier !== 'required' || groups === null ? {} : { groups }
}

/** Why it is open nobody told: the entry says where it was found, for a person to complete. */
function reasonOf(tier: AuthTier, door: FoundDoor | null): { readonly reason?: string } {
  return tier === 'required' || tier === 'public' || door === null
    ? {}
    : { reason: `Found in ${door.from}` }
}
