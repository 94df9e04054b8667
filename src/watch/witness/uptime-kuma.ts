// Uptime Kuma's /metrics: the state of every monitor, whatever its version calls its labels.
import { type Result, err, ok } from '../../std/result.ts'
import type { Change } from '../incident/incident.ts'
import type { WitnessConfig } from '../config.ts'
import { askText } from '../../world/ask.ts'
import { type ExposedSample, parseExposition } from '../../std/exposition.ts'
import { hostOf } from './host-of.ts'
import { createMonitorList } from './monitor-list.ts'
import {
  type BlindWitness,
  type Testimony,
  type Witness,
  type WitnessReport,
  type WitnessWorld,
  emptyReport,
  testimoniesMax,
} from './witness.ts'

type KumaConfig = Extract<WitnessConfig, { kind: 'uptime-kuma' }>

/** States by the number that Uptime Kuma has for them, in all versions so far. */
export const kumaStates: Readonly<Record<number, Testimony['state']>> = {
  0: 'down',
  1: 'up',
  2: 'pending',
  3: 'maintenance',
}

/** Longest name of a monitor that is kept. */
const nameLengthMax = 200

/** A witness over `/metrics`, with the API key (`uk1_…`) as password, or that of the only account. */
export function kumaMetricsWitness(config: KumaConfig, world: WitnessWorld): Witness {
  const monitors = createMonitorList(config.name)
  return {
    name: config.name,
    read: async (): Promise<Result<WitnessReport, BlindWitness>> => {
      const blind = (detail: string) => err({ witness: config.name, detail })
      const text = await askText(world.http, {
        url: `${config.url.replace(/\/$/, '')}/metrics`,
        ...(config.password === null ? {} : { headers: basic(config.password) }),
      })
      if (!text.ok) return blind(text.error)
      const read = readKumaMetrics(text.value)
      if (!read.ok) return blind(read.error)
      const changes: readonly Change[] = monitors.take(read.value, world.clock.now())
      return ok({ ...emptyReport, testimonies: read.value, changes })
    },
  }
}

/** The user name is not looked at when the password is an API key. */
function basic(password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`gatehouse:${password}`).toString('base64')}` }
}

/**
 * Testimonies of a scrape. The metric is the one whose name is, or ends in, `monitor_status`; labels are
 * found by how their names end, so that prefixes and new labels change nothing.
 */
export function readKumaMetrics(text: string): Result<readonly Testimony[], string> {
  const { samples } = parseExposition(text, (name) => /(^|_)monitor_status$/.test(name))
  if (samples.length === 0) return err('Its answer has no metric "monitor_status"')
  if (samples.length > testimoniesMax) return err(`It has more than ${testimoniesMax} monitors`)
  const testimonies = samples.flatMap((sample) => testimonyOf(sample) ?? [])
  if (testimonies.length === 0) return err('None of its monitors has a state that is known')
  return ok(testimonies)
}

function testimonyOf(sample: ExposedSample): Testimony | null {
  const state = kumaStates[sample.value]
  if (state === undefined) return null
  const label = (...endings: readonly string[]): string | null => labelOf(sample, endings)
  const host = hostOf(label('url'), label('hostname', 'host'))
  const name = label('name') ?? label('id') ?? host ?? 'a monitor without a name'
  return { name: name.slice(0, nameLengthMax), host, state }
}

/** The label that is called `monitor_x`, else one that is called so or ends so. */
function labelOf({ labels }: ExposedSample, endings: readonly string[]): string | null {
  for (const ending of endings) {
    const names = Object.keys(labels)
    const found =
      names.find((name) => name === `monitor_${ending}`) ??
      names.find((name) => name === ending || name.endsWith(`_${ending}`))
    const value = found === undefined ? '' : (labels[found] ?? '')
    if (value !== '' && value !== 'null') return value
  }
  return null
}
