// What an operator does with sessions from the command line: list, revoke. Works beside a running gate,
// which refuses a revoked session within a second.
import { type Session, type SessionKey, isLive, parseSessionKey } from '../../model/session.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'
import type { Log } from '../../world/log.ts'
import type { GateConfig } from '../config.ts'
import { sessionFilePath } from './registry.ts'
import { createSqliteStore } from './sqlite.ts'
import type { SessionSelector, SessionStore } from './store.ts'

/** What {@link administerSessions} works on. */
export interface SessionAdministrationOptions {
  readonly config: Pick<GateConfig, 'dataDir' | 'sessions'>
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
}

/** A session as listed: everything but its secrets. Times are epoch milliseconds. */
export type ListedSession = Omit<Session, 'idTokenHint' | 'version'>

/** The operator's hands on the sessions. Errors are sentences for the operator. */
export interface SessionAdministration {
  /** Live sessions, newest first, at most `limit`. */
  list(selector: SessionSelector, limit: number): Promise<Result<readonly ListedSession[], string>>
  /** Ends every session that matches, sealed ones too; gives how many stood in the store. */
  revoke(selector: SessionSelector): Promise<Result<number, string>>
  /** The one key that begins with `prefix`; a whole key is taken as it is. */
  findKey(prefix: string): Promise<Result<SessionKey, string>>
  close(): Promise<void>
}

/** How many sessions are looked through for a key. */
const searchedMax = 1_000_000
/** Ended sessions that may wait for the sweep: they must not use up the limit of a list. */
const endedMax = 10_000

/** Opens the sessions of a configuration for an operator. Makes no file. */
export function administerSessions(
  options: SessionAdministrationOptions,
): Result<SessionAdministration, string> {
  const { dataDir, sessions } = options.config
  if (sessions.store === 'memory')
    return err(
      'Sessions stand in the memory of the running gate alone, since "sessions.store" is "memory"',
    )
  const path = sessionFilePath(dataDir)
  if (!options.files.exists(path))
    return err(`There is no session file "${path}" yet: the gate makes it when it starts`)
  const store = createSqliteStore({ ...options, path, bounds: () => sessions })
  return ok(new StoreAdministration(store, options))
}

class StoreAdministration implements SessionAdministration {
  readonly #store: SessionStore
  readonly #options: SessionAdministrationOptions

  constructor(store: SessionStore, options: SessionAdministrationOptions) {
    this.#store = store
    this.#options = options
  }

  async list(
    selector: SessionSelector,
    limit: number,
  ): Promise<Result<readonly ListedSession[], string>> {
    const listed = await this.#store.list(selector, limit + endedMax)
    if (!listed.ok) return err(`Reading the sessions failed: ${listed.error.detail}`)
    const now = this.#options.clock.now()
    const live = listed.value.filter((session) => isLive(session, now))
    return ok(live.slice(0, limit).map(withoutSecrets))
  }

  async revoke(selector: SessionSelector): Promise<Result<number, string>> {
    const revoked = await this.#store.revoke(selector, this.#options.clock.now())
    return revoked.ok ? revoked : err(`Ending the sessions failed: ${revoked.error.detail}`)
  }

  async findKey(prefix: string): Promise<Result<SessionKey, string>> {
    const whole = parseSessionKey(prefix)
    if (whole !== null) return ok(whole)
    const listed = await this.#store.list({}, searchedMax)
    if (!listed.ok) return err(`Reading the sessions failed: ${listed.error.detail}`)
    const keys = listed.value.map(({ key }) => key).filter((key) => key.startsWith(prefix))
    const [key] = keys
    if (key === undefined) return err(`There is no session with the key "${prefix}"`)
    if (keys.length > 1)
      return err(`Found "${keys.length}" sessions with a key like "${prefix}", wanted one`)
    return ok(key)
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

function withoutSecrets(session: Session): ListedSession {
  const { idTokenHint: _idTokenHint, version: _version, ...listed } = session
  return listed
}
