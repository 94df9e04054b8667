// The built-in accounts as one thing to open, use and close: people, what they enrolled, hashing, limits.
import { BoundedMap } from '../../../std/bounded-map.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { Files } from '../../../world/files.ts'
import type { Log } from '../../../world/log.ts'
import type { Random } from '../../../world/random.ts'
import type { AccountsConfig } from '../../config.ts'
import { type AccountDirectory, type CanonicalName, joinDirectories } from './account.ts'
import { type AccountsDatabase, openAccountsDatabase } from './accounts-database.ts'
import { AttemptTable } from './attempts.ts'
import { Decoys } from './decoys.ts'
import { PasswordHasher } from './password-hasher.ts'
import { mistakeText, openPeopleDirectory } from './people-directory.ts'
import { storedDirectory } from './stored-directory.ts'

/** The file in `data_dir` that holds people added by command, second factors and passkeys. */
export function accountsDatabasePath(dataDir: string): string {
  return `${dataDir}/accounts.sqlite`
}

/** What the accounts need. `config()` follows a reload; the file's path is read once. */
export interface AccountsOptions {
  config(): AccountsConfig
  /** Directory of the database; null keeps everything in memory, for demos and tests. */
  readonly dataDir: string | null
  /** People declared in code, before any other; for demos and tests. */
  readonly extra?: AccountDirectory
  readonly clock: Clock
  readonly random: Random
  readonly files: Files
  readonly log: Log
}

/** Open accounts. */
export interface Accounts {
  readonly directory: AccountDirectory
  readonly database: AccountsDatabase
  readonly hasher: PasswordHasher
  readonly decoys: Decoys
  /** Challenges whose answers were verified: none is taken twice. */
  readonly usedChallenges: BoundedMap<string, true>
  /** Last time step of a one-time code that each person used, for when it cannot be written. */
  readonly usedSteps: BoundedMap<CanonicalName, number>
  /** Attempts by (account, network), by network, and at second factors by account. */
  readonly limits: {
    readonly byAccount: AttemptTable
    readonly byNetwork: AttemptTable
    readonly byCode: AttemptTable
  }
  close(): void
}

/**
 * Keys that the tables of attempts hold: about 6 MiB of heap each when full. Filling one takes that many networks,
 * and then the oldest counters are forgotten; nobody is shut out by it.
 */
const accountCountersMax = 20_000
const networkCountersMax = 20_000
const codeCountersMax = 20_000
const usedStepsMax = 20_000
/** Sign-ins with passkeys within the life of a challenge. */
const usedChallengesMax = 20_000
/** A whole network may fail this many times as often as one account from it: offices share one. */
const networkFactor = 10

/** Opens the people file and the database. The errors are sentences for the operator. */
export function openAccounts(options: AccountsOptions): Result<Accounts, readonly string[]> {
  const { clock, random, files, log, dataDir } = options
  const path = dataDir === null ? ':memory:' : accountsDatabasePath(dataDir)
  if (dataDir !== null) {
    const made = files.ensureDirectory(dataDir, 0o700)
    if (!made.ok) return err([`Making the directory "${dataDir}" failed with "${made.error.code}"`])
  }
  const database = openAccountsDatabase(path, files)
  if (!database.ok) return err([`Opening "${path}" failed: ${database.error.detail}`])

  const stored = storedDirectory({ database: database.value, clock, log })
  const closers = [() => stored.close(), () => database.value.close()]
  const directories: AccountDirectory[] = options.extra === undefined ? [] : [options.extra]
  const file = options.config().file
  if (file !== null) {
    const people = openPeopleDirectory({ path: file, files, clock, log })
    if (!people.ok) {
      for (const close of closers) close()
      return err(people.error.map((mistake) => `${file}: ${mistakeText(mistake)}`))
    }
    closers.unshift(() => people.value.close())
    directories.push(people.value)
  }
  const directory = joinDirectories([...directories, stored])
  return ok({
    directory,
    database: database.value,
    hasher: new PasswordHasher(options.config),
    decoys: new Decoys(directory, random),
    usedSteps: new BoundedMap(usedStepsMax),
    usedChallenges: new BoundedMap(usedChallengesMax),
    limits: createLimits(options),
    close: () => {
      for (const close of closers) close()
    },
  })
}

/** One rule for all three tables, read from the configuration at each attempt. */
function createLimits({ clock, config }: AccountsOptions): Accounts['limits'] {
  const rule = (factor: number) => () => {
    const { attemptsMax, attemptWindowMs } = config()
    return { attemptsMax: attemptsMax * factor, windowMs: attemptWindowMs }
  }
  return {
    byAccount: new AttemptTable({ clock, entriesMax: accountCountersMax, rule: rule(1) }),
    byNetwork: new AttemptTable({
      clock,
      entriesMax: networkCountersMax,
      rule: rule(networkFactor),
    }),
    byCode: new AttemptTable({ clock, entriesMax: codeCountersMax, rule: rule(1) }),
  }
}
