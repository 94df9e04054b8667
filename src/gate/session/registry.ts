// Every session store by name: adding one is its file and a line here.
import { join } from 'node:path'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { World } from '../../world/world.ts'
import type { GateConfig, SessionsConfig } from '../config.ts'
import { createMemoryStore } from './memory.ts'
import { createSqliteStore } from './sqlite.ts'
import type { SessionBounds, SessionStore } from './store.ts'

/** What any store may need. `path` is the file of a store that has one. */
export interface StoreDeps {
  readonly path: string
  readonly bounds: () => SessionBounds
  readonly clock: Clock
  readonly log: Log
}

/** Makers of stores by their name in the configuration. None of them fails. */
export const sessionStores = {
  sqlite: createSqliteStore,
  memory: createMemoryStore,
} as const satisfies Readonly<Record<SessionsConfig['store'], (deps: StoreDeps) => SessionStore>>

const sessionFileName = 'sessions.db'

/** Path of the SQLite store's file inside the data directory. */
export function sessionFilePath(dataDir: string): string {
  return join(dataDir, sessionFileName)
}

/** Opens the store that the configuration names. Bounds follow a reload; kind and path do not. */
export function openSessionStore(config: () => GateConfig, world: World): SessionStore {
  const { dataDir, sessions } = config()
  return sessionStores[sessions.store]({
    path: sessionFilePath(dataDir),
    bounds: () => config().sessions,
    clock: world.clock,
    log: world.log,
  })
}
