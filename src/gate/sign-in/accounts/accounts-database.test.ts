// The accounts' database: what is kept, what is used up once, and what happens when it cannot answer.
import { afterEach, describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CanonicalName, canonicalName, staticAccounts } from './account.ts'
import { type AccountsDatabase, type Passkey, openAccountsDatabase } from './accounts-database.ts'
import { alice } from './fake-desk.ts'
import { must } from '../../../std/assert.ts'
import { realFiles } from '../../../world/files.ts'

const directories: string[] = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

function freshPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-accounts-'))
  directories.push(directory)
  return join(directory, 'accounts.sqlite')
}

function open(path = ':memory:'): AccountsDatabase {
  const opened = openAccountsDatabase(path, realFiles())
  if (!opened.ok) throw new TypeError(opened.error.detail)
  return opened.value
}

const name = (text: string): CanonicalName => must(canonicalName(text), 'A name of the test')
const account = must(staticAccounts([alice]).list()[0], 'Alice')

const passkey: Passkey = {
  id: 'AAAA',
  canonical: account.canonical,
  userHandle: 'BBBB',
  publicKey: 'CCCC',
  counter: 3,
  transports: ['internal', 'hybrid'],
  title: 'Laptop',
  createdAt: 1000,
  usedAt: 0,
}

describe('openAccountsDatabase', () => {
  test('makes a file that only its owner can read, and opens it again with all that is in it', () => {
    const path = freshPath()
    const first = open(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(first.putPerson(account, 1).ok).toBe(true)
    first.close()
    const second = open(path)
    expect(second.findPerson(account.canonical)).toEqual({ ok: true, value: account })
    second.close()
  })

  test('is shut to others also where the file came open out of a backup', () => {
    const path = freshPath()
    open(path).close()
    chmodSync(path, 0o644)
    const database = open(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    database.close()
  })

  test('says why it could not: a directory that is not there, a file that is no database', () => {
    const missing = openAccountsDatabase('/nonexistent/accounts.sqlite', realFiles())
    expect(!missing.ok && missing.error.detail).toContain('ENOENT')
    const path = freshPath()
    realFiles().writeAtomic(
      path,
      'not a database, but long enough to be seen as none'.repeat(40),
      0o600,
    )
    const broken = openAccountsDatabase(path, realFiles())
    expect(!broken.ok && broken.error.detail).toContain('not a database')
  })
})

describe('people', () => {
  test('are found, listed by name, replaced and removed with all that is theirs', () => {
    const database = open()
    database.putPerson(account, 1)
    database.putPerson({ ...account, canonical: name('bob'), user: 'bob' }, 2)
    database.putPerson({ ...account, groups: ['admins'] }, 3)
    database.addPasskey(passkey)
    database.enrolCodes(account.canonical, { secret: 'S', lastStep: 1 }, ['d1'])
    const people = database.listPeople()
    expect(people.ok && people.value.map(({ user, groups }) => [user, groups])).toEqual([
      ['Alice', ['admins']],
      ['bob', ['staff']],
    ])
    expect(database.removePerson(account.canonical)).toEqual({ ok: true, value: true })
    expect(database.findPerson(account.canonical)).toEqual({ ok: true, value: null })
    expect(database.findPasskey('AAAA')).toEqual({ ok: true, value: null })
    expect(database.codeState(account.canonical)).toMatchObject({
      value: { secret: null, recoveryLeft: 0 },
    })
    expect(database.removePerson(account.canonical)).toEqual({ ok: true, value: false })
  })

  test('whose rows someone has damaged are nobody, not a crash', () => {
    const database = open()
    // A hash that would take 4 GiB, as if written by hand.
    const heavy = account.passwordHash.replace('m=7168', 'm=4194304') as typeof account.passwordHash
    database.putPerson({ ...account, passwordHash: heavy }, 1)
    expect(database.findPerson(account.canonical)).toEqual({ ok: true, value: null })
    expect(database.listPeople()).toEqual({ ok: true, value: [] })
  })

  test('are seen by another process’s connection, which notices the change', () => {
    const path = freshPath()
    const [gate, command] = [open(path), open(path)]
    const before = gate.dataVersion()
    command.putPerson(account, 1)
    expect(gate.dataVersion()).not.toBe(before)
    expect(gate.findPerson(account.canonical)).toMatchObject({ value: { user: 'Alice' } })
    gate.close()
    command.close()
  })
})

describe('useStep', () => {
  const cases: readonly (readonly [last: number, step: number, taken: boolean])[] = [
    [100, 99, false],
    [100, 100, false],
    [100, 101, true],
    [104, 100, false],
    // Noted while the clock was ahead.
    [105, 100, true],
  ]
  for (const [last, step, taken] of cases)
    test(`${taken ? 'takes' : 'refuses'} step ${step} after step ${last}`, () => {
      const database = open()
      expect(database.useStep(account.canonical, last)).toEqual({ ok: true, value: true })
      expect(database.useStep(account.canonical, step)).toEqual({ ok: true, value: taken })
    })

  test('keeps the secret, and turning codes off keeps the step', () => {
    const database = open()
    database.enrolCodes(account.canonical, { secret: 'S', lastStep: 5 }, [])
    database.useStep(account.canonical, 6)
    expect(database.codeState(account.canonical)).toMatchObject({
      value: { secret: 'S', lastStep: 6 },
    })
    database.dropCodes(account.canonical)
    expect(database.codeState(account.canonical)).toMatchObject({
      value: { secret: null, lastStep: 6 },
    })
  })
})

describe('recovery codes', () => {
  test('are used once, and only by their person', () => {
    const database = open()
    database.replaceRecovery(account.canonical, ['d1', 'd2'])
    expect(database.useRecovery(name('bob'), 'd1')).toEqual({ ok: true, value: false })
    expect(database.useRecovery(account.canonical, 'd1')).toEqual({ ok: true, value: true })
    expect(database.useRecovery(account.canonical, 'd1')).toEqual({ ok: true, value: false })
    expect(database.codeState(account.canonical)).toMatchObject({ value: { recoveryLeft: 1 } })
  })

  test('are replaced whole or not at all', () => {
    const database = open()
    database.replaceRecovery(account.canonical, ['d1', 'd2'])
    expect(database.replaceRecovery(account.canonical, ['d3', 'd3']).ok).toBe(false)
    expect(database.codeState(account.canonical)).toMatchObject({ value: { recoveryLeft: 2 } })
  })
})

describe('passkeys', () => {
  test('come back as they went in, oldest first', () => {
    const database = open()
    const younger = { ...passkey, id: 'DDDD', transports: [], createdAt: 2000 }
    database.addPasskey(younger)
    database.addPasskey(passkey)
    expect(database.listPasskeys(account.canonical)).toEqual({
      ok: true,
      value: [passkey, younger],
    })
  })

  test('have an id once, whoever they belong to', () => {
    const database = open()
    database.addPasskey(passkey)
    expect(database.addPasskey({ ...passkey, canonical: name('bob') }).ok).toBe(false)
    expect(database.findPasskey('AAAA')).toMatchObject({ value: { canonical: 'alice' } })
  })

  test('note a use, and never a counter that goes back', () => {
    const database = open()
    database.addPasskey(passkey)
    database.notePasskeyUse('AAAA', 9, 5000)
    database.notePasskeyUse('AAAA', 4, 6000)
    expect(database.findPasskey('AAAA')).toMatchObject({ value: { counter: 9, usedAt: 6000 } })
  })
})

describe('a database that is gone', () => {
  test('answers every operation with a fault, never by throwing', () => {
    const database = open()
    database.close()
    const who = account.canonical
    const results = [
      database.findPerson(who),
      database.listPeople(),
      database.putPerson(account, 1),
      database.removePerson(who),
      database.codeState(who),
      database.useStep(who, 1),
      database.enrolCodes(who, { secret: 'S', lastStep: 1 }, []),
      database.replaceRecovery(who, []),
      database.dropCodes(who),
      database.useRecovery(who, 'd'),
      database.findPasskey('A'),
      database.listPasskeys(who),
      database.addPasskey(passkey),
      database.renamePasskey(who, 'A', 'B'),
      database.removePasskey(who, 'A'),
      database.notePasskeyUse('A', 1, 1),
    ]
    expect(results.filter((result) => result.ok)).toEqual([])
    expect(database.dataVersion()).toBe(0)
  })
})
