// What the difference between two estates would do to doors, monitors, stores and findings. Pure.
import { targetRatio } from '../../model/forecast.ts'
import type { AuthTier } from '../../model/service.ts'
import { estateRules } from '../check/registry.ts'
import type { Estate, EstateService } from '../estate.ts'
import { type StoreOutlook, monitorsPerMs, storeOutlooks } from '../stores.ts'
import { isOpen } from '../tiers.ts'
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

/** What would come of it. */
export interface Plan {
  readonly differences: readonly Difference[]
  readonly doors: readonly DoorChange[]
  readonly monitors: { readonly before: number; readonly after: number }
  /** Knocks without a session at protected front pages, per minute. */
  readonly strangersPerMinute: { readonly before: number; readonly after: number }
  readonly stores: readonly StoreChange[]
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
    stores: storeChanges(storeOutlooks(before), storeOutlooks(after)),
    findings: {
      appear: [...findingsAfter].filter((finding) => !findingsBefore.has(finding)),
      vanish: [...findingsBefore].filter((finding) => !findingsAfter.has(finding)),
    },
  }
}

/** True where something would be worse: a door opens, or a store fills that did not. */
export function isRisky({ doors, stores }: Plan): boolean {
  return (
    doors.some(({ opens }) => opens) ||
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
  const keys = [...new Set([...was.keys(), ...is.keys()])].toSorted()
  return keys.flatMap((key): DoorChange[] => {
    const from = was.get(key) ?? null
    const to = is.get(key) ?? null
    if (from === to) return []
    const [host = '', path = ''] = key.split(' ')
    return [{ host, path, before: from, after: to, opens: lets(to) && !lets(from) }]
  })
}

/** Whether a stranger gets in; a door that is not there lets nobody in. */
function lets(tier: AuthTier | null): boolean {
  return tier !== null && (isOpen(tier) || tier === 'public')
}

function doorsOf({ services }: Estate): ReadonlyMap<string, AuthTier> {
  return new Map(
    services.flatMap(({ facts, host, rules }) => [
      ...rules.map(({ auth, methods, networks, path }) => {
        const conditions = [...methods, ...networks].join(',')
        return [`${host} ${path}${conditions === '' ? '' : `(${conditions})`}`, auth] as const
      }),
      ...facts.bypasses.map(
        ({ auth, header, path }) => [`${host} ${path}(${header})`, auth] as const,
      ),
    ]),
  )
}

function monitorsOf({ services }: Estate): number {
  return services.filter(({ facts }) => facts.monitor?.enabled === true).length
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
