// Found doors as entries of `services`, in the form that a person would write. Pure.
import type { AuthTier } from '../../model/service.ts'
import { type FoundDoor, type NotUnderstood, doorOf, inOrder } from './discovery.ts'

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

/** One entry for each host, sorted by host; doors of any host at all (`*`) are named and left out. */
export function entriesOf(doors: readonly FoundDoor[]): Entries {
  const anyHost = doors.filter(({ host }) => host === '*')
  const several = doors.filter(({ headers, tier }) => headers.length > 1 && tier !== 'required')
  const notUnderstood = [
    ...anyHost.map(({ from, path, tier }) => ({
      object: from,
      why: `It opens "${path}" of every host as "${tier}", which no entry says`,
    })),
    ...several.map(({ from, path }) => ({
      object: from,
      why: `It opens "${path}" to several headers together, which no entry says`,
    })),
  ]
  const hosts = [...new Set(doors.map(({ host }) => host))]
    .filter((host) => host !== '*')
    .toSorted()
  return { services: hosts.map((host) => entryOf(host, doors)), notUnderstood }
}

function entryOf(host: string, all: readonly FoundDoor[]): ServiceEntry {
  const doors = inOrder(all.filter((door) => door.host === host))
  // What opens a part that nobody can tell opens nothing here; that it was not understood is said.
  const plain = doors.filter(
    ({ headers, isPartial, tier }) => headers.length === 0 && !(isPartial && tier !== 'required'),
  )
  const probe = host.startsWith('*.') ? `any${host.slice(1)}` : host
  const front = doorOf(plain, { host: probe, path: '/' })
  const { tier, upstream } = front ?? { tier: 'required', upstream: doors[0]?.upstream ?? null }
  const paths = plain.filter((door) => door !== front).flatMap((door) => pathEntry(door, front))
  const bypasses = doors.filter(({ headers }) => headers.length === 1).flatMap(bypassEntries)
  return {
    host,
    auth: tier,
    ...reasonOf(tier, front),
    ...groupsOf(tier, front?.groups ?? null),
    ...(upstream === null ? {} : { upstream }),
    ...(front === null ? { paths_only: true } : {}),
    ...(paths.length === 0 ? {} : { paths: uniquePaths(paths) }),
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
