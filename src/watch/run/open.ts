// The watch in the real world: prober, robot, core, witnesses and channels, as configured.
import { join } from 'node:path'
import { type Result, err, ok } from '../../std/result.ts'
import type { World } from '../../world/world.ts'
import type { WatchConfig } from '../config.ts'
import type { Way } from '../contract/vantage.ts'
import { bookFile } from '../incident/book-file.ts'
import type { CauseId } from '../incident/incident.ts'
import { keepCore } from '../incident/kept-core.ts'
import { planOf, robotDoor } from '../plan/plan.ts'
import { type Prober } from '../probe/prober.ts'
import { probeMarker } from '../probe/mark.ts'
import { realProber } from '../probe/real-prober.ts'
import { type Robot, createRobot } from '../robot/robot.ts'
import { createWitnesses } from '../witness/registry.ts'
import { createNotifier } from '../notify/create.ts'
import { openOutbox } from '../notify/outbox.ts'
import { type RunningWatch, startWatch } from './run.ts'

/** Within the directory of the watch. */
const outboxFile = 'outbox.jsonl'
const lockFile = 'watch.lock'
const directoryMode = 0o700

/** What a watch is opened with. */
export interface OpenOptions {
  readonly config: WatchConfig
  readonly world: World
  readonly version: string
}

/**
 * Opens it and lets it run. The error, a sentence for the operator, is that another watch has the directory:
 * two of them on one outbox and one book would say things twice and forget others.
 */
export function openWatch(options: OpenOptions): Result<RunningWatch, string> {
  const release = lockDirectory(options)
  if (!release.ok) return release
  try {
    return ok(running(options, release.value))
  } catch (cause) {
    // A defect of ours: whoever tries again must not find the directory taken by this very process.
    release.value()
    throw cause
  }
}

/** A directory that cannot be locked for another reason keeps nobody from watching. */
function lockDirectory({ config, world }: OpenOptions): Result<() => void, string> {
  const { dataDir } = config
  world.files.ensureDirectory(dataDir, directoryMode)
  const taken = world.files.lock(join(dataDir, lockFile))
  if (taken.ok) return taken
  const { code, holder, path } = taken.error
  if (code === 'EBUSY') {
    const who = holder === '' ? 'another watch' : `the watch of ${holder}`
    return err(
      `Cannot watch: ${who} has "${dataDir}"; give each watch a "data_dir" of its own, or run one of them`,
    )
  }
  world.log.write('warn', 'watch-not-locked', { path, code })
  return ok(() => {})
}

function running({ config, version, world }: OpenOptions, release: () => void): RunningWatch {
  const { clock, random } = world
  const mark = config.probeKey === '' ? null : probeMarker(config.probeKey, clock, random)
  let running: RunningWatch | null = null
  const { core, save } = keepCore({
    settings: {
      matrix: planOf(config).matrix,
      stores: config.stores,
      isWatched: (cause) =>
        isWatched({ ...config, doors: running?.doors() ?? config.doors }, cause),
    },
    file: bookFile(world.files, config.dataDir),
    log: world.log,
  })
  running = startWatch({
    config,
    world,
    core,
    outbox: openOutbox({
      ...world,
      channels: config.channels.map((channel) => createNotifier(channel, { ...world, link: null })),
      path: config.channels.length === 0 ? null : join(config.dataDir, outboxFile),
    }),
    prober: realProber({ ...world, version }),
    robot: (prober) => openRobot(config, { ...world, prober, mark }),
    witnesses: createWitnesses(config, world),
    mark,
    closed: () => {
      save()
      release()
    },
  })
  return running
}

/** Whether anything of a configuration still tells of a cause; layers are told by the matrix. */
export function isWatched(config: WatchConfig, cause: CauseId): boolean {
  const { control, doors, peers, robot, stores, witnesses } = config
  const [kind = '', ...rest] = cause.split(':')
  const named = rest.join(':')
  const has = (list: readonly { readonly name: string }[]): boolean =>
    list.some(({ name }) => name === named)
  switch (kind) {
    case 'service':
    case 'certificate':
      return doors.some(({ host }) => host === named)
    case 'store':
      return has(stores) || has(witnesses)
    case 'witness':
      return has(witnesses)
    case 'peer':
      return has(peers)
    case 'blind':
      return control.length > 0
    default:
      return named !== 'sign-in' || robot !== null
  }
}

function openRobot(
  config: WatchConfig,
  parts: World & { readonly prober: Prober; readonly mark: (() => string) | null },
): Robot | null {
  const { ingress, robot } = config
  const door = robotDoor(config)
  const [replica] = ingress
  const way: Way | null = config.edge
    ? { vantage: 'edge' }
    : replica === undefined
      ? null
      : { vantage: 'ingress', replica }
  if (robot === null || door === null || way === null) return null
  return createRobot({ ...parts, robot, door, way, config })
}
