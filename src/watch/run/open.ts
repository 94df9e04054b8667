// The watch in the real world: prober, robot, core, witnesses and channels, as configured.
import type { World } from '../../world/world.ts'
import type { WatchConfig } from '../config.ts'
import type { Way } from '../contract/vantage.ts'
import { planOf, robotDoor } from '../plan/plan.ts'
import { type Prober } from '../probe/prober.ts'
import { realProber } from '../probe/real-prober.ts'
import { type Robot, createRobot } from '../robot/robot.ts'
import { silentOutbox, verdictCore } from './interim.ts'
import { type RunningWatch, startWatch } from './run.ts'

/** What a watch is opened with. */
export interface OpenOptions {
  readonly config: WatchConfig
  readonly world: World
  readonly version: string
}

/** Opens it and lets it run. */
export function openWatch({ config, version, world }: OpenOptions): RunningWatch {
  return startWatch({
    config,
    world,
    core: verdictCore(planOf(config)),
    outbox: silentOutbox,
    prober: realProber({ ...world, version }),
    robot: (prober) => openRobot(config, world, prober),
    witnesses: [],
    mark: null,
  })
}

function openRobot(config: WatchConfig, world: World, prober: Prober): Robot | null {
  const { ingress, robot } = config
  const door = robotDoor(config)
  const [replica] = ingress
  const way: Way | null = config.edge
    ? { vantage: 'edge' }
    : replica === undefined
      ? null
      : { vantage: 'ingress', replica }
  if (robot === null || door === null || way === null) return null
  return createRobot({ ...world, robot, door, way, config, prober })
}
