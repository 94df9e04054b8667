// Reload: on SIGHUP and when the file changes; a broken file keeps the configuration that is running.
import { isDeepStrictEqual } from 'node:util'
import type { GateConfig } from '../gate.ts'
import type { Cancel, Clock } from '../world/clock.ts'
import type { Files } from '../world/files.ts'
import type { Log } from '../world/log.ts'
import type { Process } from '../world/process.ts'
import { type LoadedConfig, loadConfig } from './load.ts'
import { formatMistake } from './mistake.ts'

/** What a watch needs. */
export interface WatchOptions {
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
  readonly process: Pick<Process, 'onSignal'>
  /** What runs now. */
  readonly loaded: LoadedConfig
  /** Given each good configuration, what needs a restart as it was; and the file as it was read. */
  onConfig(config: GateConfig, newest: LoadedConfig): void
  /** Called for each file that was refused. */
  onRefused(): void
}

/** Editors and `kubectl` write in several steps; what follows within this time is one change. */
const settleMs = 250

/** Settings that are read at start only, each as people know it. */
const fixedSettings = {
  'listen.http': ({ listen }: GateConfig) => listen.http,
  'listen.metrics': ({ listen }: GateConfig) => listen.metrics,
  data_dir: ({ dataDir }: GateConfig) => dataDir,
  'sessions.store': ({ sessions }: GateConfig) => sessions.store,
  'identity.authentik': ({ outpost }: GateConfig) => outpost,
  'identity.accounts': ({ identity }: GateConfig) => identity.accounts,
} as const

/** Watches the file of `loaded` until cancelled. Readings never overlap; the last change wins. */
export function watchConfig(options: WatchOptions): Cancel {
  const { clock, files, log, process } = options
  const { file } = options.loaded
  let running = options.loaded.gate
  let pending: Cancel = () => {}
  let busy = false
  let again = false
  let stopped = false

  const take = async (): Promise<void> => {
    const loaded = await loadConfig({ files, file, withSecrets: true, withEstate: false })
    if (stopped) return
    if (!loaded.ok) {
      const mistakes = loaded.error.map((mistake) => formatMistake(file, mistake))
      log.write('error', 'config-reload-failed', { file, mistakes })
      options.onRefused()
      return
    }
    running = keepFixed(running, loaded.value.gate, log)
    logWarnings(log, loaded.value)
    options.onConfig(running, loaded.value)
    log.write('info', 'config-reloaded', { file, services: running.services.length })
  }
  const reload = async (): Promise<void> => {
    again = busy
    if (busy) return
    busy = true
    do {
      again = false
      // oxlint-disable-next-line no-await-in-loop -- one reading after the other is the point
      await take()
    } while (wanted())
    busy = false
  }
  // A function, since the compiler does not see that `again` changes during an await.
  const wanted = (): boolean => again && !stopped
  const changed = (): void => {
    pending()
    pending = clock.after(settleMs, () => void reload())
  }
  const stopSignal = process.onSignal('SIGHUP', () => void reload())
  const stopWatch = files.watch(file, changed)
  return () => {
    stopped = true
    pending()
    stopSignal()
    stopWatch()
  }
}

/** The new configuration with what is fixed at start as it is running, so that it tells the truth. */
function keepFixed(running: GateConfig, next: GateConfig, log: Log): GateConfig {
  const changed = Object.entries(fixedSettings)
    .filter(([, read]) => !isDeepStrictEqual(read(running), read(next)))
    .map(([name]) => name)
  if (changed.length > 0) log.write('warn', 'config-needs-restart', { settings: changed })
  return Object.freeze({
    ...next,
    listen: running.listen,
    dataDir: running.dataDir,
    outpost: running.outpost,
    identity: Object.freeze({ ...next.identity, accounts: running.identity.accounts }),
    sessions: Object.freeze({ ...next.sessions, store: running.sessions.store }),
  })
}

/** Each warning of a configuration as a line of the log. */
export function logWarnings(log: Log, { file, warnings }: LoadedConfig): void {
  for (const { id, path, message, fix, position } of warnings)
    log.write('warn', 'config-warning', {
      id,
      file,
      line: position?.line ?? null,
      path,
      message,
      fix,
    })
}
