// The schema's history, oldest first. A migration that was released is never edited.
import sessions from './0001-sessions.sql' with { type: 'text' }

/** Migration `n` (from 1) is at index `n - 1`; `user_version` of a file says how many it has seen. */
export const migrations: readonly string[] = [sessions]
