// Starts the control plane of a gate that authentik drives, and lets the outpost say how much is logged.
import type { Log, LogLevel } from '../../world/log.ts'
import type { World } from '../../world/world.ts'
import type { GateConfig } from '../config.ts'
import { createSealer } from '../seal.ts'
import { startControlPlane } from './control-plane.ts'
import type { ControlPlane } from './outpost.ts'

/** A started outpost. */
export interface StartedOutpost {
  readonly plane: ControlPlane
  /** The log of the world, less what nobody wants to read. */
  readonly log: Log
}

/** Levels in authentik's words and ours, least important first. */
const ranks: ReadonlyMap<string, number> = new Map([
  ['trace', 0],
  ['debug', 0],
  ['info', 1],
  ['warning', 2],
  ['warn', 2],
  ['error', 3],
])

/** Starts it; null when the configuration has no outpost. */
export function startOutpost(options: {
  readonly config: GateConfig
  readonly world: World
  readonly secret: Uint8Array
}): StartedOutpost | null {
  const { config, world, secret } = options
  const settings = config.outpost
  if (settings === null) return null
  let current: ControlPlane['current'] = () => null
  const log = levelledLog(world.log, () => settings.logLevel ?? current()?.outpost.logLevel ?? null)
  const plane = startControlPlane({
    ...world,
    log,
    settings,
    dataDir: config.dataDir,
    sealer: createSealer(secret, world.random),
    hostname: world.process.hostname(),
  })
  current = () => plane.current()
  return { plane, log }
}

/** Leaves out lines below `level()`; a level that is none, or unknown, is "info". */
export function levelledLog(log: Log, level: () => LogLevel | string | null): Log {
  return {
    write: (lineLevel, event, fields) => {
      const least = ranks.get(level() ?? 'info') ?? 1
      if ((ranks.get(lineLevel) ?? 3) >= least) log.write(lineLevel, event, fields)
    },
  }
}
