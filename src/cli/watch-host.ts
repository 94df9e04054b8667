// The watch beside the gate in one process: started, restarted on reload, and never a danger to the gate.
import { isDeepStrictEqual } from 'node:util'
import { type GateConfig, compilePolicy } from '../gate.ts'
import type { Service } from '../model/service.ts'
import type { PublicVerdict } from '../model/public-verdict.ts'
import type { World } from '../world/world.ts'
import type * as watchRun from '../watch-run.ts'
import type { RunningWatch, WatchAnswers } from '../watch-run.ts'
import type { Change, WatchConfig } from '../watch.ts'
import { version } from './version.ts'
import { WatchOff } from './watch-off.ts'

/** Holds the watch that is running, if any. Nothing here rejects or throws. */
export interface WatchHost {
  /**
   * Runs the watch of a configuration; null: none. The same one again goes on undisturbed. Resolves when
   * the newest one given is in force, or could not begin.
   */
  apply(config: WatchConfig | null): Promise<void>
  /** Services of a cluster beside those of `gate`: their doors are tried by the watch that runs and any after it. */
  replaceServices(services: readonly Service[], gate: GateConfig): void
  /** Tells the watch that a new configuration is in force. */
  reloaded(): void
  answer(path: string, hostname: string): Response | null
  /** Metrics of the watch as exposition text; empty without one. */
  scrape(): Promise<string>
  /** What everybody may know; null without a watch. */
  publicVerdict(): PublicVerdict | null
  close(): Promise<void>
}

/** Loads what runs a watch: not before there is one, so that a gate without does not carry it. */
export async function loadWatch(): Promise<typeof watchRun> {
  return import('../watch-run.ts')
}

interface Held {
  readonly code: typeof watchRun
  readonly config: WatchConfig
  readonly watch: RunningWatch
  readonly answers: WatchAnswers
  /** True when what it finds reaches a person. */
  readonly isHeard: boolean
}

/** A host without a watch. */
export function createWatchHost(world: World): WatchHost {
  let held: Held | null = null
  let wanted: WatchConfig | null = null
  let changing: Promise<void> | null = null
  let reloads = 0
  const off = new WatchOff(world)
  let found: FoundServices | null = null
  const trouble = (event: string, cause: unknown): void => {
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    world.log.write('error', event, { detail })
  }
  const stop = async (): Promise<void> => {
    const stopped = held
    held = null
    await stopped?.watch.close().catch((cause: unknown) => trouble('watch-not-closed', cause))
  }
  const start = (code: Held['code'], config: WatchConfig): void => {
    const opened = code.openWatch({ config, world, version })
    if (!opened.ok) return off.because(opened.error, () => void (changing ??= change()))
    off.over()
    held = heldBy(code, config, opened.value)
    announceWatch(world, config, held.watch)
    if (found !== null) takeServices(world, held, found)
  }
  // One after the other: two outboxes on one file would say things twice.
  const change = async (): Promise<void> => {
    try {
      await stop()
      if (wanted === null) off.over()
      const code = wanted === null ? null : await loadWatch()
      if (code !== null && wanted !== null) start(code, wanted)
    } catch (cause) {
      wanted = null
      trouble('watch-not-started', cause)
    } finally {
      changing = null
    }
  }
  return {
    apply: async (config) => {
      if (!isDeepStrictEqual(wanted, config)) {
        wanted = config
        changing ??= change()
      }
      await changing
    },
    replaceServices: (services, gate) => {
      found = { services, gate }
      if (held !== null) takeServices(world, held, found)
    },
    reloaded: () => held?.watch.note(reloadAt(world.clock.now(), ++reloads)),
    answer: (path, hostname) =>
      held === null ? off.answer(path, hostname) : held.answers.answer(path, hostname),
    scrape: async () => {
      try {
        return held === null ? '' : (await held.answers.scrape()).text
      } catch (cause) {
        trouble('watch-defect', cause)
        return ''
      }
    },
    publicVerdict: () =>
      held === null ? null : held.code.publicVerdictOf(held.watch, held.isHeard),
    close: async () => {
      wanted = null
      off.over()
      await (changing ?? stop())
    },
  }
}

function heldBy(code: Held['code'], config: WatchConfig, watch: RunningWatch): Held {
  const answers = code.watchAnswers(watch)
  return { code, config, watch, answers, isHeard: config.channels.length > 0 }
}

function reloadAt(at: number, count: number): Change {
  return {
    id: `config-${count}-${at}`,
    at,
    source: 'config',
    title: 'The configuration of the gate was read again',
    touches: ['gate_new', 'gate_check'],
    actor: 'operator',
  }
}

/** Services of a cluster, and the file that they stand beside. */
interface FoundServices {
  readonly services: readonly Service[]
  readonly gate: GateConfig
}

/** Gives a watch the doors of a cluster, and says which hosts of it nobody knocks at. */
export function takeServices(
  { log }: Pick<World, 'log'>,
  { code, config, watch }: Pick<Held, 'code' | 'config' | 'watch'>,
  { gate, services }: FoundServices,
): void {
  const policy = compilePolicy([...gate.services, ...services])
  const { doorRules: rules } = config
  const clientAddress = rules?.clientAddress ?? null
  const { doors, leftOut, unprobed } = code.discoveredDoors({
    services,
    rules,
    ruleAt: (host, path) => {
      const match = policy.match({ host, path, method: 'GET', clientAddress })
      return match.kind === 'rule' ? match.compiled.rule : null
    },
  })
  watch.replaceDoors(doors)
  log.write(leftOut > 0 ? 'warn' : 'info', 'watch-doors', {
    doors: watch.doors().length,
    discovered: doors.length,
    left_out: leftOut,
    unprobed: unprobed.slice(0, namedMax),
  })
}

/** Wildcards that one line of the log names. */
const namedMax = 50
const minuteMs = 60_000

/** What a watch is about to do and what it costs others, in one line of the log. */
export function announceWatch(
  { log }: Pick<World, 'log'>,
  config: WatchConfig,
  { load }: RunningWatch,
): void {
  const perMinute = (perMs: number): number => Number((perMs * minuteMs).toFixed(2))
  log.write('info', 'watch-started', {
    doors: config.doors.length,
    interval_ms: config.intervalMs,
    door_interval_ms: config.doorIntervalMs,
    vantages: [
      ...(config.edge ? ['edge'] : []),
      ...(config.ingress.length > 0 ? ['ingress'] : []),
      ...(config.gates.length > 0 ? ['gate'] : []),
      ...(config.doors.some(({ upstream }) => upstream !== null) ? ['upstream'] : []),
    ],
    requests_per_minute: perMinute(load.requestsPerMs),
    strangers_at_the_gate_per_minute: perMinute(load.entriesPerMs),
    sign_ins_per_minute: perMinute(load.signInsPerMs),
    stores_filled: config.stores
      .filter((store) => store.probesLeaveEntries)
      .map(({ name }) => name),
    channels: config.channels.map(({ name }) => name),
    peers: config.peers.map(({ name }) => name),
  })
}
