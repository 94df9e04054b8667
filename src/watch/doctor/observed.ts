// Checks that are read off observations: control, doors, certificates, replicas. Pure.
import { layerTitles } from '../../model/layer.ts'
import type { Observation, Vantage } from '../door.ts'
import { vantages } from '../door.ts'
import { type DoctorCheck, checkOf } from './check.ts'

const dayMs = 24 * 60 * 60 * 1000
/** Days before the end of a certificate from which it is doubtful, and wrong. */
const certificateDoubtDays = 14
const certificateWrongDays = 3

/** The control probe: whether anything can be seen from here at all. */
export function controlCheck(observations: readonly Observation[]): DoctorCheck {
  const title = 'Whether anything can be seen from here'
  const seen = observations.find(({ probe }) => probe === 'control_inet')
  if (seen === undefined)
    return checkOf({ id: 'control', status: 'unknown', title, detail: 'No "control" is declared' })
  return checkOf({ id: 'control', status: seen.ok ? 'well' : 'wrong', title, detail: seen.detail })
}

/** Every door over every vantage. `skipped`: knocks for which no time was left. */
export function doorsCheck(observations: readonly Observation[], skipped: number): DoctorCheck {
  const title = 'Every door, as a stranger'
  const id = 'doors'
  if (observations.length === 0)
    return checkOf({ id, status: 'unknown', title, detail: 'There is no door, or no way to one' })
  const failing = observations.filter(({ ok }) => !ok)
  const parts = vantages.flatMap((vantage) => partOf(observations, vantage))
  const late = skipped === 0 ? '' : `; ${skipped} were not tried for want of time`
  return checkOf(
    {
      id,
      status: failing.length > 0 ? 'wrong' : 'well',
      title,
      detail: `Kept their promise: ${parts.join(', ')}${late}`,
    },
    failing.map((observation) => `${placeOf(observation)}: ${observation.detail}`),
  )
}

function partOf(observations: readonly Observation[], vantage: Vantage): readonly string[] {
  const own = observations.filter((observation) => observation.vantage === vantage)
  const kept = own.filter(({ ok }) => ok).length
  return own.length === 0 ? [] : [`${kept} of ${own.length} from ${vantage}`]
}

/** Host and path, and from where it was tried. */
function placeOf({ door, probe, replica, vantage }: Observation): string {
  const what = door === null ? probe : `${door.host}${door.path}`
  return [what, vantage ?? '', replica ?? ''].filter((part) => part !== '').join(' ')
}

/** Certificates as the doors showed them. `now` is epoch ms. */
export function certificatesCheck(observations: readonly Observation[], now: number): DoctorCheck {
  const title = 'Certificates'
  const id = 'certificates'
  const refused = observations.filter((observation) => observation.class === 'TLS')
  const ends = new Map<string, number>()
  for (const { certificateNotAfter: end, door } of observations)
    if (end !== undefined && door !== null)
      ends.set(door.host, Math.min(end, ends.get(door.host) ?? Infinity))
  if (ends.size === 0 && refused.length === 0)
    return checkOf({ id, status: 'unknown', title, detail: 'No door was reached over TLS' })
  const left = [...ends]
    .map(([host, end]) => ({ host, days: Math.floor((end - now) / dayMs) }))
    .toSorted((one, two) => one.days - two.days || (one.host < two.host ? -1 : 1))
  const soon = left.filter(({ days }) => days < certificateDoubtDays)
  const isWrong = refused.length > 0 || soon.some(({ days }) => days < certificateWrongDays)
  const first = left[0]
  const detail =
    first === undefined
      ? 'None verifies'
      : `${ends.size} hosts, the first ends in ${first.days} days (${first.host})`
  return checkOf(
    { id, status: isWrong ? 'wrong' : soon.length > 0 ? 'doubtful' : 'well', title, detail },
    [
      ...refused.map((observation) => `${placeOf(observation)}: ${observation.detail}`),
      ...soon.map(({ days, host }) => `${host}: ends in ${days} days`),
    ],
  )
}

/** From this share of failing probes on it is the replica, not the services behind it. */
const replicaBadShare = 0.5

/** Replicas of proxy and gate, each by the probes that are pinned to it. */
export function replicasCheck(observations: readonly Observation[]): DoctorCheck {
  const title = 'Replicas'
  const id = 'replicas'
  const byReplica = new Map<string, { vantage: Vantage; failed: number; all: number }>()
  for (const { ok, replica, vantage } of observations) {
    if (replica === null || vantage === null) continue
    const name = `${vantage} ${replica}`
    const counts = byReplica.get(name) ?? { vantage, failed: 0, all: 0 }
    byReplica.set(name, { vantage, failed: counts.failed + (ok ? 0 : 1), all: counts.all + 1 })
  }
  if (byReplica.size === 0)
    return checkOf({ id, status: 'unknown', title, detail: 'No replica is declared' })
  const bad = [...byReplica].filter(([, { all, failed }]) => failed >= all * replicaBadShare)
  return checkOf(
    {
      id,
      status: bad.length > 0 ? 'wrong' : 'well',
      title,
      detail: `${byReplica.size - bad.length} of ${byReplica.size} are well`,
    },
    bad.map(
      ([name, { all, failed, vantage }]) =>
        `${name}: ${failed} of ${all} probes fail (${vantage === 'gate' ? 'the gate' : layerTitles.ingress})`,
    ),
  )
}
