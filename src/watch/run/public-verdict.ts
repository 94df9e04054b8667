// What a running watch lets everybody know.
import { layerOf } from '../../model/layer.ts'
import type { PublicStanding, PublicVerdict } from '../../model/public-verdict.ts'
import { type Incident, isOfLayer } from '../incident/incident.ts'
import type { RunningWatch } from './run.ts'

/** The parts of a running watch that it is read from. */
export interface PublicSources {
  readonly core: Pick<RunningWatch['core'], 'verdict' | 'incidents'>
  readonly readings: Pick<RunningWatch['readings'], 'rounds' | 'doors'>
  isReady(): boolean
}

/** Null before the first round. `isKnown`: some channel carries what the watch finds to a person. */
export function publicVerdictOf(watch: PublicSources, isKnown: boolean): PublicVerdict | null {
  const { endedAt } = watch.readings.rounds()
  if (endedAt === null) return null
  const open = watch.core.incidents().filter(({ closedAt }) => closedAt === null)
  const isBlind = !watch.isReady() || watch.core.verdict().kind === 'blind'
  const shared = isBlind ? blind : standingOf(open.filter((incident) => isShared(incident)))
  return {
    ...shared,
    at: endedAt,
    isKnown,
    host: (host) => hostStanding(watch, open, host),
  }
}

type Shared = Pick<PublicVerdict, 'state' | 'since' | 'part'>

const blind: Shared = { state: 'blind', since: null, part: null }

/** A layer, not one service and not the watch. */
function isShared(incident: Incident): boolean {
  if (!isOfLayer(incident)) return false
  return incident.elements.some((element) => !['upstream', 'prober'].includes(layerOf(element)))
}

/** Layers that only signing in needs. */
const signInLayers: readonly string[] = ['gate_new', 'gate_check', 'idp']

function standingOf(incidents: readonly Incident[]): Shared {
  const [first] = incidents.toSorted((one, two) => one.firstSymptomAt - two.firstSymptomAt)
  if (first === undefined) return { state: 'works', since: null, part: null }
  const elements = incidents.flatMap((incident) => incident.elements)
  const isPartly = elements.every((element) => element.includes('/'))
  const isSignIn = elements.every((element) => signInLayers.includes(layerOf(element)))
  return {
    state: isPartly ? 'partly' : 'broken',
    since: first.firstSymptomAt,
    part: isSignIn ? 'sign-in' : 'way',
  }
}

function hostStanding(
  { readings }: PublicSources,
  open: readonly Incident[],
  host: string,
): PublicStanding | null {
  const own = open.find(
    ({ cause, elements }) =>
      cause === `service:${host}` || elements.some((element) => element === `upstream/${host}`),
  )
  if (own !== undefined) return { state: 'broken', since: own.firstSymptomAt }
  for (const { instance } of readings.doors())
    if (isAt(instance, host)) return { state: 'works', since: null }
  return null
}

/** Whether an address is at a host; without taking apart each of thousands. */
function isAt(instance: string, host: string): boolean {
  const from = instance.indexOf('://') + 3
  const after = instance.charAt(from + host.length)
  return instance.startsWith(host, from) && (after === '/' || after === ':' || after === '')
}
