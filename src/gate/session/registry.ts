// Every session store by name: adding one is its file and a line here.
import { unreachable } from '../../std/assert.ts'
import type { World } from '../../world/world.ts'
import type { GateConfig } from '../config.ts'
import { createMemoryStore } from './memory.ts'
import type { SessionStore } from './store.ts'

/** Opens the store that the configuration names. Bounds follow a reload; the kind does not. */
export function openSessionStore(config: () => GateConfig, world: World): SessionStore {
  const bounds = (): { perUserMax: number; sessionsMax: number } => config().sessions
  const kind = config().sessions.store
  switch (kind) {
    case 'memory':
    case 'sqlite':
      return createMemoryStore({ bounds, clock: world.clock })
    default:
      return unreachable(kind)
  }
}
