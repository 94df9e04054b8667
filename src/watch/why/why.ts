// "Is it only me?", answered in seconds: one cookie-less run over every way, and what to do next.
import type { Clock } from '../../world/clock.ts'
import type { Connector } from '../../world/connector.ts'
import type { Dns } from '../../world/dns.ts'
import type { Random } from '../../world/random.ts'
import type { WatchConfig } from '../config.ts'
import type { Door } from '../door.ts'
import { probeMarker } from '../probe/mark.ts'
import { realProber } from '../probe/real-prober.ts'
import { layerAdvice, personalAdvice, personalCauses, serviceAdvice } from './advice.ts'
import { askRounds } from './ask.ts'
import { type Conclusion, conclude } from './conclude.ts'
import { inquiryOf } from './inquiry.ts'

/** What {@link askWhy} needs. */
export interface WhyOptions {
  readonly config: WatchConfig
  readonly world: {
    readonly clock: Clock
    readonly random: Random
    readonly connector: Connector
    readonly dns: Dns
  }
  /** Of the program, for the User-Agent of its probes. */
  readonly version: string
}

/** The answer, with what to do. */
export interface WhyAnswer extends Conclusion {
  readonly door: Door
  /** What one person could have; empty unless the door is fine. */
  readonly personal: readonly string[]
  /** What to do next, most useful first. */
  readonly next: readonly string[]
}

/** Knocks at `door` as a stranger by every way, at its neighbours, and says who is to blame. Never throws. */
export async function askWhy(options: WhyOptions, door: Door): Promise<WhyAnswer> {
  const { config, version, world } = options
  const inquiry = inquiryOf(config, door)
  const prober = realProber({ ...world, version })
  const { probeKey } = config
  const mark = probeKey === '' ? null : probeMarker(probeKey, world.clock, world.random)
  const rounds = await askRounds({ config, prober, clock: world.clock, mark }, inquiry.probes)
  const conclusion = conclude(inquiry, rounds)
  return { ...conclusion, door, ...whatNext(conclusion) }
}

function whatNext(conclusion: Conclusion): Pick<WhyAnswer, 'personal' | 'next'> {
  const { elements, kind, tried, verdict } = conclusion
  const failing = tried.find(({ failed, role }) => role === 'asked' && failed > 0)
  switch (kind) {
    case 'fine':
      return { personal: personalCauses, next: personalAdvice }
    case 'service':
      return { personal: [], next: serviceAdvice(failing?.observation.class ?? null) }
    case 'unclear':
      return {
        personal: [],
        next: [
          ...(verdict.discriminating === null
            ? []
            : [`Look at the probe "${verdict.discriminating}": it would tell most`]),
          'Run "gatehouse doctor": it tries every door and every part',
        ],
      }
    default:
      return { personal: [], next: layerAdvice(elements) }
  }
}
