// Sessions over a real SQLite file, put together as the gate does it, for stories about that file.
import { Database } from 'bun:sqlite'
import { createSealer } from '../../src/gate/seal.ts'
import { createSessions } from '../../src/gate/session/create-sessions.ts'
import { sampleFacts, sampleSettings } from '../../src/gate/session/samples.fixture.ts'
import { cookieHeaderOf } from '../../src/gate/session/sessions-bench.fixture.ts'
import type { SessionLookup, Sessions } from '../../src/gate/session/sessions.ts'
import { createSqliteStore } from '../../src/gate/session/sqlite.ts'
import type { Clock } from '../../src/world/clock.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realRandom } from '../../src/world/random.ts'

/** The secret of every gate in these stories, so that one can open what another sealed. */
const secret = new Uint8Array(32).fill(7)

/** Sessions in the file at `path`, with the settings of a gate that was told nothing. */
export function storedSessions(path: string, clock: Clock): Sessions {
  const settings = sampleSettings({ store: 'sqlite', cacheEntriesMax: 10_000 })
  const log = memoryLog()
  const random = realRandom()
  return createSessions({
    config: () => settings,
    store: createSqliteStore({ path, bounds: () => settings, clock, log }),
    sealer: createSealer(secret, random),
    clock,
    random,
    log,
  })
}

/** A sign-in: the Cookie header that the browser sends from then on, and whether it is sealed. */
export async function signIn(
  sessions: Sessions,
  user: string,
): Promise<{ readonly header: string; readonly sealed: boolean }> {
  const { setCookies, sealed } = await sessions.open(sampleFacts(user), null)
  return { header: cookieHeaderOf(setCookies), sealed }
}

/** What `header` stands for; SQLite answers at once. */
export function lookUp(sessions: Sessions, header: string): SessionLookup['kind'] {
  const lookup = sessions.find(header)
  if (lookup instanceof Promise) throw new TypeError('Expected an answer at once')
  return lookup.kind
}

/** Lets sign-ins and moves that are under way reach the file. */
export async function settleWrites(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done))
}

/** SQLite's own verdict over the file: `ok` when nothing in it is damaged. */
export function integrityOf(path: string): unknown {
  const database = new Database(path, { readonly: true })
  try {
    return database.query<{ integrity_check: string }, []>('PRAGMA integrity_check').get()
      ?.integrity_check
  } finally {
    database.close()
  }
}
