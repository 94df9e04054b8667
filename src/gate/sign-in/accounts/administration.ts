// What an operator does with people from the command line: add, list, remove. Works beside a running
// gate, which sees each change within a second.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { Files } from '../../../world/files.ts'
import type { GateConfig } from '../../config.ts'
import { type Account, type CanonicalName, canonicalName, nameLengthMax } from './account.ts'
import {
  type AccountsDatabase,
  type DatabaseFault,
  openAccountsDatabase,
} from './accounts-database.ts'
import { accountsDatabasePath } from './accounts.ts'
import { hashPassword } from './password-hasher.ts'
import { mistakeText, readPeopleFile } from './people-directory.ts'
import { type People, isEmailOrEmpty } from './people-file.ts'

/** What {@link administerPeople} works on. */
export interface AdministrationOptions {
  readonly config: Pick<GateConfig, 'dataDir' | 'identity'>
  readonly files: Files
  readonly clock: Clock
}

/** A person to add. */
export interface NewPerson {
  readonly user: string
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly password: string
  /** Replace a person of that name; their second factors and passkeys stay. */
  readonly replace: boolean
}

/** A person as listed. */
export interface ListedPerson {
  readonly user: string
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly source: 'file' | 'command'
  /** True when a one-time code is asked for. */
  readonly codes: boolean
  readonly passkeys: number
}

/** What became of a removal: `file` when the person still stands in the people file. */
export type Removal = 'removed' | 'file'

/** The operator's hands on the people. Errors are sentences for the operator. */
export interface Administration {
  /** True when the name is free or may be replaced; asked before a password is. */
  checkNew(person: Omit<NewPerson, 'password'>): Result<void, string>
  add(person: NewPerson): Promise<Result<void, string>>
  list(): Result<readonly ListedPerson[], string>
  /** Removes a person, their second factors and passkeys. */
  remove(user: string): Result<Removal, string>
  close(): void
}

const groupLengthMax = 256

/** Opens people for an operator. Makes the database only if `create`. */
export function administerPeople(
  options: AdministrationOptions & { readonly create: boolean },
): Result<Administration, string> {
  const { config, files } = options
  const { accounts } = config.identity
  if (accounts === null)
    return err('The configuration has no accounts, wanted "identity: { accounts: {} }"')
  const people = accounts.file === null ? ok(new Map()) : readPeopleFile(files, accounts.file)
  if (!people.ok)
    return err(people.error.map((one) => `${accounts.file ?? ''}: ${mistakeText(one)}`).join('\n'))
  const path = accountsDatabasePath(config.dataDir)
  if (!options.create && !files.exists(path))
    return ok(new PeopleAdministration(options, { database: null, declared: people.value }))
  const made = files.ensureDirectory(config.dataDir, 0o700)
  if (!made.ok) return err(`Making the directory "${config.dataDir}" failed: ${made.error.code}`)
  const database = openAccountsDatabase(path, files)
  if (!database.ok) return err(`Opening "${path}" failed: ${database.error.detail}`)
  return ok(new PeopleAdministration(options, { database: database.value, declared: people.value }))
}

class PeopleAdministration implements Administration {
  readonly #options: AdministrationOptions
  /** Null while there is no file, which is the same as nobody in it. */
  readonly #database: AccountsDatabase | null
  readonly #declared: People

  constructor(
    options: AdministrationOptions,
    of: { readonly database: AccountsDatabase | null; readonly declared: People },
  ) {
    this.#options = options
    this.#database = of.database
    this.#declared = of.declared
  }

  checkNew(person: Omit<NewPerson, 'password'>): Result<void, string> {
    const checked = checkFacts(person)
    if (!checked.ok) return checked
    if (this.#declared.has(checked.value))
      return err(`"${person.user}" stands in "${this.#file()}", wanted a change there`)
    const known = this.#database?.findPerson(checked.value) ?? ok(null)
    if (!known.ok) return faulty(known.error)
    if (known.value !== null && !person.replace)
      return err(`"${known.value.user}" is there already, wanted "--replace" to replace it`)
    return ok(undefined)
  }

  async add(person: NewPerson): Promise<Result<void, string>> {
    const allowed = this.checkNew(person)
    if (!allowed.ok) return allowed
    const canonical = canonicalName(person.user)
    if (canonical === null || this.#database === null) return err('The name cannot be used')
    const account: Account = {
      canonical,
      user: person.user.trim(),
      name: person.name,
      email: person.email,
      groups: [...new Set(person.groups)],
      passwordHash: await hashPassword(person.password),
      totpSecret: null,
    }
    const put = this.#database.putPerson(account, this.#options.clock.now())
    return put.ok ? put : faulty(put.error)
  }

  list(): Result<readonly ListedPerson[], string> {
    const stored = this.#database?.listPeople() ?? ok([])
    if (!stored.ok) return faulty(stored.error)
    const listed: ListedPerson[] = []
    for (const account of this.#declared.values()) {
      const one = this.#listed(account, 'file')
      if (!one.ok) return faulty(one.error)
      listed.push(one.value)
    }
    for (const account of stored.value.filter((one) => !this.#declared.has(one.canonical))) {
      const one = this.#listed(account, 'command')
      if (!one.ok) return faulty(one.error)
      listed.push(one.value)
    }
    return ok(listed.toSorted((a, b) => (a.user < b.user ? -1 : 1)))
  }

  remove(user: string): Result<Removal, string> {
    const name = canonicalName(user)
    const removed = name === null ? ok(false) : (this.#database?.removePerson(name) ?? ok(false))
    if (!removed.ok) return faulty(removed.error)
    if (name !== null && this.#declared.has(name)) return ok('file')
    return removed.value ? ok('removed') : err(`There is nobody with the name "${user}"`)
  }

  close(): void {
    this.#database?.close()
  }

  #listed(account: Account, source: ListedPerson['source']): Result<ListedPerson, DatabaseFault> {
    const codes = this.#database?.codeState(account.canonical) ?? ok({ secret: null })
    if (!codes.ok) return codes
    const passkeys = this.#database?.listPasskeys(account.canonical) ?? ok([])
    if (!passkeys.ok) return passkeys
    return ok({
      user: account.user,
      name: account.name,
      email: account.email,
      groups: account.groups,
      source,
      codes: account.totpSecret !== null || codes.value.secret !== null,
      passkeys: passkeys.value.length,
    })
  }

  #file(): string {
    return this.#options.config.identity.accounts?.file ?? ''
  }
}

/** The same rules as for the people file, in the words of a command line. */
function checkFacts(person: Omit<NewPerson, 'password'>): Result<CanonicalName, string> {
  const canonical = canonicalName(person.user)
  if (canonical === null)
    return err(`Found an unusable name, wanted "1" to "${nameLengthMax}" characters of plain text`)
  if (/[\p{Cc}\p{Cs}]/u.test(person.name))
    return err('Found a control character in the display name')
  if (!isEmailOrEmpty(person.email))
    return err(`Found the e-mail address "${person.email}", wanted the form "name@domain"`)
  const bad = person.groups.find((group) => !isGroupName(group))
  return bad === undefined ? ok(canonical) : err(`Found the group "${bad}", wanted plain text`)
}

function isGroupName(group: string): boolean {
  return group !== '' && group.length <= groupLengthMax && !/[\p{Cc}\p{Cs}]/u.test(group)
}

/** SQLite's own words are for the operator, who is the only one to read them here. */
function faulty(fault: DatabaseFault): Result<never, string> {
  return err(`The accounts' file did not do as asked: ${fault.detail}`)
}
