// People of the accounts' database as a directory; sees what `gatehouse users` writes within a second.
import type { Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import {
  type Account,
  type AccountDirectory,
  type AccountsChanged,
  type CanonicalName,
  changedAccounts,
} from './account.ts'
import type { AccountsDatabase, DatabaseFault } from './accounts-database.ts'

/** How often another process's writing is looked for. */
const pollMs = 500

/** A directory over the database; `close` stops looking. The database stays open. */
export function storedDirectory(options: {
  readonly database: AccountsDatabase
  readonly clock: Clock
  readonly log: Log
}): AccountDirectory & { close(): void } {
  const { database, clock, log } = options
  const failed = (fault: DatabaseFault): void => {
    log.write('error', 'accounts-database-failed', { detail: fault.detail })
  }
  const readAll = (): Map<CanonicalName, Account> | null => {
    const people = database.listPeople()
    if (people.ok) return new Map(people.value.map((account) => [account.canonical, account]))
    failed(people.error)
    return null
  }
  let listener: AccountsChanged = () => {}
  let version = database.dataVersion()
  let known = readAll() ?? new Map<CanonicalName, Account>()

  // One PRAGMA twice a second: only when it differs are the people read again.
  const cancel = clock.every(pollMs, () => {
    const now = database.dataVersion()
    if (now === version) return
    const people = readAll()
    if (people === null) return
    version = now
    const changed = changedAccounts(known, people)
    known = people
    listener(changed)
  })
  return {
    // Asked of the file each time, so that a person who was added a moment ago can sign in.
    find: (name) => {
      const person = database.findPerson(name)
      if (!person.ok) {
        failed(person.error)
        return 'unavailable'
      }
      // Whoever comes and goes between two looks must be missed at the next one. What is known already
      // stays as it was, or a change of it would go unseen.
      if (person.value !== null && !known.has(name)) known.set(name, person.value)
      return person.value
    },
    list: () => [...known.values()],
    onChange: (called) => {
      listener = called
    },
    close: cancel,
  }
}
