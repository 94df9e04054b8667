// The whole of `drift uptime-kuma`: declared monitors against live ones, as far as the source shows them.
import { type Result, ok } from '../../../std/result.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { hostnameOf } from '../../authentik/hosts.ts'
import type { Estate } from '../../estate.ts'
import { monitorsOf } from '../../render/uptime-kuma/monitors.ts'
import { quotedList } from '../../text.ts'
import { ruleAt } from '../../tiers.ts'
import { type Comparison, type Entry, compareSides, namedEntries, subjectAt } from '../compare.ts'
import { IgnoreRules } from '../ignore.ts'
import { type Look, lookTwice } from '../look-twice.ts'
import type { DriftReport, Invariant } from '../report.ts'
import {
  type LiveMonitors,
  type Monitor,
  accepts,
  monitorAttributes,
  normalCodes,
  normalUrl,
} from './monitor.ts'
import { type KumaSource, readKuma } from './read-live.ts'

export type { KumaSource } from './read-live.ts'

/** Type of a monitor in addresses. */
const resource = 'uptime_kuma_monitor'

/** Reads, compares and confirms. The error is a sentence for each thing that could not be read. */
export async function kumaDrift(
  estate: Estate,
  source: KumaSource,
  http: HttpClient,
): Promise<Result<DriftReport, readonly string[]>> {
  const declared = declaredMonitors(estate)
  const look = async (): Promise<Result<Look<Monitor, LiveMonitors>, readonly string[]>> => {
    const live = await readKuma(source, http)
    return live.ok
      ? ok({
          ...compareMonitors(estate, declared, live.value),
          live: live.value,
          invariants: refusalsAreSeen(estate, live.value),
        })
      : live
  }
  const looked = await lookTwice(look, source.kind === 'files')
  if (!looked.ok) return looked
  const { compared, drift, ignored, invariants, live, unconfirmed, unmanaged } = looked.value
  return ok({
    ...{ system: 'uptime-kuma', called: 'Uptime Kuma', ignored, invariants, unconfirmed },
    drift: drift.map(({ difference }) => ({
      ...subjectAt(difference.address),
      ...{ difference, change: null },
    })),
    unmanaged: unmanaged.map(({ address, object }) => ({
      ...subjectAt(address),
      ...{ id: object.id, about: aboutUrl(object), change: null },
    })),
    ...{ skipped: live.skipped, notUnderstood: live.notUnderstood },
    notCompared: [...live.remarks, ...notShown(declared, live)],
    counts: { declared: declared.length, live: live.monitors.length, compared },
    attributionFault:
      drift.length + unmanaged.length === 0
        ? null
        : 'Uptime Kuma keeps no record of who changed a monitor',
  })
}

function aboutUrl({ attributes }: Monitor): string | null {
  const url = attributes['url']
  return typeof url === 'string' && URL.canParse(url) ? `tries ${JSON.stringify(url)}` : null
}

/** What is declared, in the form of {@link Monitor}. */
function declaredMonitors(estate: Estate): readonly Monitor[] {
  return monitorsOf(estate).map(({ name, ...monitor }) => ({
    ...{ name, id: null },
    attributes: {
      ...monitor,
      url: normalUrl(monitor.url),
      accepted_statuscodes: normalCodes(monitor.accepted_statuscodes),
      keyword: '',
    },
  }))
}

/** Uptime Kuma allows a name twice: the monitor with the declared address has it, the next is `name #2`. */
function entriesOf(
  monitors: readonly Monitor[],
  wanted: ReadonlyMap<string, Monitor>,
): readonly Entry<Monitor>[] {
  const isMeant = ({ attributes, name }: Monitor): boolean =>
    wanted.get(name)?.attributes['url'] === attributes['url']
  const ordered = [...monitors.filter(isMeant), ...monitors.filter((one) => !isMeant(one))]
  return namedEntries(
    resource,
    ordered.map((object) => ({ name: object.name, value: object.attributes, object })),
  )
}

function compareMonitors(
  estate: Estate,
  declared: readonly Monitor[],
  live: LiveMonitors,
): Comparison<Monitor> {
  const wanted = new Map(declared.map((one) => [one.name, one]))
  const there = entriesOf(live.monitors, wanted)
  const shown = new Map(there.map(({ address, object }) => [address, object]))
  return compareSides({
    live: there,
    // Only what the live side shows is compared: the rest is said, and taken for nothing.
    declared: entriesOf(declared, wanted).map((entry) => {
      const now = shown.get(entry.address)
      return now === undefined ? entry : { ...entry, value: shownOf(entry.object, now) }
    }),
    rules: new IgnoreRules(estate.areas.monitoring.ignore),
    mayBeThere: ({ name }) =>
      !live.isWhole ||
      live.notUnderstood.some(
        ({ object }) =>
          object === `monitor ${JSON.stringify(name)}` || !object.startsWith('monitor "'),
      ),
  })
}

function shownOf({ attributes }: Monitor, now: Monitor): Monitor['attributes'] {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => Object.hasOwn(now.attributes, name)),
  )
}

/** A sentence for the attributes that no live monitor shows. */
function notShown(declared: readonly Monitor[], live: LiveMonitors): readonly string[] {
  const names = new Set(declared.map(({ name }) => name))
  const both = live.monitors.filter(({ name }) => names.has(name))
  const counts = Object.keys(monitorAttributes).flatMap((attribute) => {
    const hidden = both.filter(({ attributes }) => !Object.hasOwn(attributes, attribute)).length
    return hidden === 0 ? [] : [`${attribute} (${hidden})`]
  })
  return counts.length === 0
    ? []
    : [`The source does not show, of so many monitors: ${counts.join(', ')}`]
}

/** A gate that is broken answers 400: a monitor of a protected host that accepts it cannot go red. */
function refusalsAreSeen(estate: Estate, { monitors }: LiveMonitors): readonly Invariant[] {
  const asked = monitors.flatMap(({ attributes, name }) => {
    const { accepted_statuscodes: codes, active, url } = attributes
    const target = typeof url === 'string' ? URL.parse(url) : null
    const service = estate.services.find(({ host }) => host === hostnameOf(target?.href ?? ''))
    const tier = service === undefined ? null : ruleAt(service, target?.pathname ?? '/')?.auth
    return tier === 'required' && active !== false && Array.isArray(codes)
      ? [{ name, isBlind: accepts(codes.map(String), 400) }]
      : []
  })
  if (asked.length === 0) return []
  const blind = asked.filter(({ isBlind }) => isBlind).map(({ name }) => name)
  return [
    {
      id: 'monitors-see-refusals',
      holds: blind.length === 0,
      text:
        blind.length === 0
          ? `No monitor of a protected host ("${asked.length}") accepts a 400`
          : `A gate that answers 400 leaves green: ${quotedList(blind)}`,
    },
  ]
}
