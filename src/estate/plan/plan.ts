// What the difference between two estates would do to doors, monitors, stores and findings. Pure.
import { targetRatio } from '../../model/forecast.ts'
import { layers } from '../../model/layer.ts'
import type { AuthTier } from '../../model/service.ts'
import { estateRules } from '../check/registry.ts'
import type { Estate, EstateService } from '../estate.ts'
import { type StoreOutlook, monitorsPerMs, storeOutlooks } from '../stores.ts'
import { isOpen, routedRules, ruleAt, serviceOf } from '../tiers.ts'
import { type Addressed, type Difference, differences } from './difference.ts'

/** A door that would be other for strangers. */
export interface DoorChange {
  readonly host: string
  readonly path: string
  /** Null: no such door. */
  readonly before: AuthTier | null
  readonly after: AuthTier | null
  /** True where somebody without a session would get in who does not now. */
  readonly opens: boolean
}

/** A store that would fill differently. */
export interface StoreChange {
  readonly store: string
  /** Ratio of plateau to capacity; 0 where nothing arrives or there is no such store. */
  readonly before: number
  readonly after: number
  /** Milliseconds to full afterwards; null: never. */
  readonly timeToFullMs: number | null
}

/** A shared layer that would gain its first alert that can fire, or lose its last. */
export interface AlertChange {
  readonly layer: string
  /** Alerts that can fire, before and after. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** A path that is tried, and held open, only before or only after. */
export interface GuardChange {
  readonly host: string
  readonly path: string
  readonly action: 'added' | 'removed'
}

/** What would come of it. */
export interface Plan {
  readonly differences: readonly Difference[]
  readonly doors: readonly DoorChange[]
  readonly monitors: { readonly before: number; readonly after: number }
  /** Knocks without a session at protected front pages, per minute. */
  readonly strangersPerMinute: { readonly before: number; readonly after: number }
  readonly guards: readonly GuardChange[]
  readonly stores: readonly StoreChange[]
  readonly alerts: readonly AlertChange[]
  /** Findings that come, and that go, as `<id>: <message>`. */
  readonly findings: { readonly appear: readonly string[]; readonly vanish: readonly string[] }
}

const minuteMs = 60_000
/** Change of a ratio that is worth a line. */
const ratioStep = 0.005

/** The plan from one estate to another. */
export function planBetween(before: Estate, after: Estate): Plan {
  const findingsBefore = findingsOf(before)
  const findingsAfter = findingsOf(after)
  return {
    differences: differences(addressed(before), addressed(after)),
    doors: doorChanges(before, after),
    monitors: { before: monitorsOf(before), after: monitorsOf(after) },
    strangersPerMinute: {
      before: monitorsPerMs(before, 'required') * minuteMs,
      after: monitorsPerMs(after, 'required') * minuteMs,
    },
    guards: guardChanges(before, after),
    stores: storeChanges(storeOutlooks(before), storeOutlooks(after)),
    alerts: alertChanges(before, after),
    findings: {
      appear: [...findingsAfter].filter((finding) => !findingsBefore.has(finding)),
      vanish: [...findingsBefore].filter((finding) => !findingsAfter.has(finding)),
    },
  }
}

/** True where something would be worse: a door opens, a store fills that did not, a layer goes unwatched. */
export function isRisky({ alerts, doors, stores }: Plan): boolean {
  return (
    doors.some(({ opens }) => opens) ||
    alerts.some(({ after, before }) => after.length === 0 && before.length > 0) ||
    stores.some(({ before, after }) => after > targetRatio && after > before)
  )
}

function addressed(estate: Estate): readonly Addressed[] {
  const services = estate.services.map((service) => ({
    address: `service["${service.host}"]`,
    value: declaredOf(service),
  }))
  const entries = Object.entries(estate.areas).flatMap(([area, section]) =>
    Object.entries(section).flatMap(([key, value]) => entriesOf(`${area}.${key}`, value)),
  )
  return [...services, ...entries]
}

/** What a person declared of a service, by rule, without what follows from its place in the file. */
function declaredOf({
  host: _host,
  index: _index,
  reasons,
  rules,
  ...rest
}: EstateService): unknown {
  const byRule = rules.map(({ id, ...rule }) => [id, { ...rule, reason: reasons.get(id) }] as const)
  return { ...rest, rules: Object.fromEntries(byRule) }
}

/** Named entries of a list each by itself; anything else as one thing. */
function entriesOf(address: string, value: unknown): readonly Addressed[] {
  if (!Array.isArray(value)) return value === undefined ? [] : [{ address, value }]
  const named = value.every(hasName)
  if (!named || value.length === 0) return value.length === 0 ? [] : [{ address, value }]
  const seen = new Map<string, number>()
  return value.map((entry) => {
    // Two entries of one name are two things, each held against its like.
    const turn = (seen.get(entry.name) ?? 0) + 1
    seen.set(entry.name, turn)
    const which = turn === 1 ? '' : `[${turn}]`
    return { address: `${address}["${entry.name}"]${which}`, value: entry }
  })
}

function hasName(value: unknown): value is { readonly name: string } {
  return (
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
  )
}

function doorChanges(before: Estate, after: Estate): readonly DoorChange[] {
  const was = doorsOf(before)
  const is = doorsOf(after)
  const doors = new Map([...was, ...is])
  return [...doors.keys()].toSorted().flatMap((key): DoorChange[] => {
    const door = doors.get(key)
    if (door === undefined) return []
    const from = was.get(key)?.auth ?? tierWithout(before, door)
    const to = is.get(key)?.auth ?? tierWithout(after, door)
    if (from === to) return []
    const { host, path } = door
    return [{ host, path, before: from, after: to, opens: lets(to) && !lets(from) }]
  })
}

/** What requests for a door meet where it is not declared: the rule above it, or that of a wildcard. */
function tierWithout({ services }: Estate, { host, sample }: Door): AuthTier | null {
  const service = serviceOf(services, host)
  return service === undefined ? null : (ruleAt(service, sample)?.auth ?? null)
}

/** Whether a stranger gets in; a door that is not there lets nobody in. */
function lets(tier: AuthTier | null): boolean {
  return tier !== null && (isOpen(tier) || tier === 'public')
}

/** A rule or a bypass of a host that leads somewhere. */
interface Door {
  readonly host: string
  /** As it is shown: with methods, networks or the header that it is for. */
  readonly path: string
  /** A path that falls under it, and under nothing more specific. */
  readonly sample: string
  readonly auth: AuthTier
}

function doorsOf({ services }: Estate): ReadonlyMap<string, Door> {
  const all = services.flatMap((service) => [
    ...routedRules(service).map(({ auth, methods, networks, path }) => {
      const conditions = [...methods, ...networks]
      return doorOf(service, { auth, path, conditions })
    }),
    ...service.facts.bypasses.map(({ auth, header, path, value }) =>
      doorOf(service, { auth, path, conditions: [`${header}: ${value}`] }),
    ),
  ])
  return new Map(all.map((door) => [`${door.host} ${door.path}`, door]))
}

function doorOf(
  { host }: EstateService,
  {
    auth,
    conditions,
    path,
  }: Pick<Door, 'auth' | 'path'> & { readonly conditions: readonly string[] },
): Door {
  const shown = conditions.length === 0 ? path : `${path} (${conditions.join(', ')})`
  const sample = path.replaceAll('**', '~/~').replaceAll('*', '~')
  return { host, path: shown, sample, auth }
}

function monitorsOf({ services }: Estate): number {
  return services.filter(({ facts }) => facts.monitor?.enabled === true).length
}

function guardChanges(before: Estate, after: Estate): readonly GuardChange[] {
  const [was, is] = [guardsOf(before), guardsOf(after)]
  const missingIn = (
    others: ReadonlyMap<string, unknown>,
    guards: ReturnType<typeof guardsOf>,
    action: GuardChange['action'],
  ): readonly GuardChange[] =>
    [...guards].flatMap(([key, guard]) => (others.has(key) ? [] : [{ ...guard, action }]))
  return [...missingIn(is, was, 'removed'), ...missingIn(was, is, 'added')]
}

function guardsOf({ areas }: Estate) {
  return new Map(
    areas.monitoring.guards.map(({ host, path }) => [`${host} ${path}`, { host, path }] as const),
  )
}

/** Only layers whose alerts that can fire are others. */
function alertChanges(before: Estate, after: Estate): readonly AlertChange[] {
  const [was, is] = [aliveOf(before), aliveOf(after)]
  return layers.flatMap((layer): AlertChange[] => {
    const [from, to] = [was.get(layer) ?? [], is.get(layer) ?? []]
    return from.join('\n') === to.join('\n') ? [] : [{ layer, before: from, after: to }]
  })
}

function aliveOf({ areas }: Estate): ReadonlyMap<string, readonly string[]> {
  const alive = areas.monitoring.alerts.filter(({ state }) => state === 'alive')
  return new Map(
    layers.map((layer) => [
      layer,
      alive.flatMap((alert) => (alert.layer === layer ? [alert.name] : [])).toSorted(),
    ]),
  )
}

function storeChanges(
  before: readonly StoreOutlook[],
  after: readonly StoreOutlook[],
): readonly StoreChange[] {
  const ratioOf = (outlook: StoreOutlook | undefined): number =>
    outlook?.forecast.ratioWithoutRestart.mid ?? 0
  const names = [...new Set([...before, ...after].map(({ volume }) => volume.name))]
  return names.flatMap((store): StoreChange[] => {
    const was = before.find(({ volume }) => volume.name === store)
    const is = after.find(({ volume }) => volume.name === store)
    // Two endless ratios are the same, though their difference is no number.
    const isSame = ratioOf(is) === ratioOf(was) || Math.abs(ratioOf(is) - ratioOf(was)) < ratioStep
    if (isSame) return []
    const timeToFullMs = is?.forecast.timeToFullMs.mid ?? null
    return [{ store, before: ratioOf(was), after: ratioOf(is), timeToFullMs }]
  })
}

function findingsOf(estate: Estate): ReadonlySet<string> {
  return new Set(
    estateRules.flatMap((rule) => rule.find(estate).map(({ message }) => `${rule.id}: ${message}`)),
  )
}
