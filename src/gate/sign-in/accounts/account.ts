// People of the built-in accounts: the noun, its name in comparable form, and where they are found.
import type { Brand } from '../../../std/brand.ts'
import { type PasswordHash, parsePasswordHash } from './password-hash.ts'
import { assert } from '../../../std/assert.ts'

/**
 * A name in the one form that names are compared and counted in: NFKC, case-folded, trimmed. Variants
 * of spelling share one account and one counter of attempts.
 */
export type CanonicalName = Brand<string, 'CanonicalName'>

/** Longest name of an account, in UTF-16 units, as written or typed. */
export const nameLengthMax = 128

/** One person. Strings hold no control characters. */
export interface Account {
  readonly canonical: CanonicalName
  /** The name as declared; becomes the identity's `user`. */
  readonly user: string
  /** Name to show and e-mail address; empty when unknown. */
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly passwordHash: PasswordHash
  /** Secret for one-time codes (RFC 6238) as declared in a file, in base32; null when there is none. */
  readonly totpSecret: string | null
}

/** Told the accounts whose sessions no longer say the truth: removed, or with other facts. */
export type AccountsChanged = (accounts: readonly Account[]) => void

/** Where people are found. Finding never changes anything. */
export interface AccountDirectory {
  /** Null for a name that nobody has; `unavailable` when that cannot be known. */
  find(name: CanonicalName): Account | null | 'unavailable'
  list(): readonly Account[]
  /** Registers the one listener for accounts that were removed or changed. */
  onChange(listener: AccountsChanged): void
}

const controlCharacters = /[\p{Cc}\p{Cs}]/u

/** The comparable form of a typed name; null when it is empty, too long or has control characters. */
export function canonicalName(text: string): CanonicalName | null {
  if (text.length > nameLengthMax) return null
  // Upper case folds letters that have no single lower form of their own, such as the sharp s; lower
  // case before it folds those that have no upper one, such as the capital sharp s.
  const lower = text.normalize('NFKC').toLowerCase()
  const folded = lower.toUpperCase().toLowerCase().normalize('NFKC').trim()
  if (folded === '' || folded.length > nameLengthMax || controlCharacters.test(folded)) return null
  return folded as CanonicalName
}

/** True when two accounts say the same of a person, password included. */
export function isSameAccount(a: Account, b: Account): boolean {
  return (
    a.user === b.user &&
    a.name === b.name &&
    a.email === b.email &&
    a.passwordHash === b.passwordHash &&
    a.totpSecret === b.totpSecret &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, i) => group === b.groups[i])
  )
}

/** The accounts of `before` that are gone or differ in `after`. */
export function changedAccounts(
  before: ReadonlyMap<CanonicalName, Account>,
  after: ReadonlyMap<CanonicalName, Account>,
): readonly Account[] {
  return [...before.values()].filter((account) => {
    const now = after.get(account.canonical)
    return now === undefined || !isSameAccount(account, now)
  })
}

/** A person as given to {@link staticAccounts}. */
export interface StaticPerson {
  readonly user: string
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly passwordHash: string
}

/** A directory that never changes, for demos and tests. Wrong names or hashes are a defect of ours. */
export function staticAccounts(people: readonly StaticPerson[]): AccountDirectory {
  const accounts = new Map<CanonicalName, Account>()
  for (const person of people) {
    const canonical = canonicalName(person.user)
    const passwordHash = parsePasswordHash(person.passwordHash)
    assert(canonical !== null && passwordHash.ok, `Unusable sample account ${person.user}`)
    accounts.set(canonical, {
      ...person,
      canonical,
      passwordHash: passwordHash.value,
      totpSecret: null,
    })
  }
  return {
    find: (name) => accounts.get(name) ?? null,
    list: () => [...accounts.values()],
    onChange: () => {},
  }
}

/** Several directories as one; where two have the same name, the first one counts. */
export function joinDirectories(directories: readonly AccountDirectory[]): AccountDirectory {
  return {
    find: (name) => {
      for (const directory of directories) {
        const account = directory.find(name)
        if (account !== null) return account
      }
      return null
    },
    list: () => {
      const byName = new Map<CanonicalName, Account>()
      for (const account of directories.flatMap((directory) => directory.list()))
        if (!byName.has(account.canonical)) byName.set(account.canonical, account)
      return [...byName.values()]
    },
    onChange: (listener) => {
      for (const directory of directories) directory.onChange(listener)
    },
  }
}
