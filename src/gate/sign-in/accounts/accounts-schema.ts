// The history of the accounts' schema, oldest first. A migration that was released is never edited.
import accounts from './0001-accounts.sql' with { type: 'text' }

/** After running entry `i`, `PRAGMA user_version` is `i + 1`. */
export const migrations: readonly string[] = [accounts]
