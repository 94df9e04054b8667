// People from a file and from the database, while both change under a running gate.
import { describe, expect, test } from 'bun:test'
import { canonicalName } from './account.ts'
import { openAccounts } from './accounts.ts'
import { openAccountsDatabase } from './accounts-database.ts'
import { Decoys } from './decoys.ts'
import { alice } from './fake-desk.ts'
import { openPeopleDirectory } from './people-directory.ts'
import { storedDirectory } from './stored-directory.ts'
import { staticAccounts } from './account.ts'
import { must } from '../../../std/assert.ts'
import { fakeWorld } from '../../../world/fake-world.ts'
import { seededRandom } from '../../../world/random.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { realFiles } from '../../../world/files.ts'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const name = (text: string) => must(canonicalName(text), 'A name of the test')
const person = (user: string, groups = 'staff'): string =>
  `- { user: ${user}, groups: [${groups}], password_hash: "${alice.passwordHash}" }\n`

describe('openPeopleDirectory', () => {
  function opened(text: string) {
    const world = fakeWorld({ args: [], files: { '/people.yaml': text } })
    const directory = openPeopleDirectory({ path: '/people.yaml', ...world })
    if (!directory.ok) throw new TypeError('The file of the test is right')
    return { world, directory: directory.value }
  }
  const users = ({ directory }: ReturnType<typeof opened>) =>
    directory.list().map(({ user }) => user)

  test('reads the file again after it changed, once for many changes in a row', () => {
    const at = opened(person('alice'))
    at.world.files.writeAtomic('/people.yaml', '', 0o600)
    at.world.clock.advance(50)
    at.world.files.writeAtomic('/people.yaml', person('alice') + person('bob'), 0o600)
    expect(users(at)).toEqual(['alice'])
    at.world.clock.advance(100)
    expect(users(at)).toEqual(['alice', 'bob'])
    const read = at.world.log.lines.filter(({ event }) => event === 'accounts-file-read')
    expect(read).toHaveLength(1)
  })

  test('keeps the people that were there when the file breaks, and says what is wrong', () => {
    const at = opened(person('alice'))
    at.world.files.writeAtomic('/people.yaml', '- { user: bob, password_hash: hunter2 }', 0o600)
    at.world.clock.advance(100)
    expect(users(at)).toEqual(['alice'])
    const line = at.world.log.lines.at(-1)
    expect(line).toMatchObject({ level: 'error', event: 'accounts-file-refused' })
    expect(JSON.stringify(line)).not.toContain('hunter2')
  })

  test('tells who changed and stops looking when it is closed', () => {
    const at = opened(person('alice') + person('bob'))
    const told: string[][] = []
    at.directory.onChange((accounts) => told.push(accounts.map(({ user }) => user)))
    at.world.files.writeAtomic('/people.yaml', person('alice', 'admins') + person('bob'), 0o600)
    at.world.clock.advance(100)
    at.directory.close()
    at.world.files.writeAtomic('/people.yaml', '', 0o600)
    at.world.clock.advance(100)
    expect(told).toEqual([['alice']])
  })

  test('does not open with a file that is missing or wrong', () => {
    const world = fakeWorld({ args: [], files: { '/wrong.yaml': '- {}' } })
    const missing = openPeopleDirectory({ path: '/missing.yaml', ...world })
    expect(!missing.ok && missing.error[0]?.message).toContain('ENOENT')
    const wrong = openPeopleDirectory({ path: '/wrong.yaml', ...world })
    expect(!wrong.ok && wrong.error.length).toBe(2)
  })
})

describe('storedDirectory', () => {
  test('sees what a command writes beside it: at once when asked, within a second for sessions', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-accounts-'))
    const path = join(directory, 'accounts.sqlite')
    const [gate, command] = [path, path].map((one) => openAccountsDatabase(one, realFiles()))
    if (gate?.ok !== true || command?.ok !== true) throw new TypeError('The database opens')
    const world = fakeWorld({ args: [] })
    const stored = storedDirectory({ database: gate.value, clock: world.clock, log: world.log })
    const told: string[][] = []
    stored.onChange((accounts) => told.push(accounts.map(({ user }) => user)))
    const account = must(staticAccounts([alice]).list()[0], 'Alice')

    command.value.putPerson(account, 1)
    expect(stored.find(account.canonical)).toEqual(account)
    world.clock.advance(1000)
    command.value.putPerson({ ...account, groups: [] }, 1)
    world.clock.advance(1000)
    command.value.removePerson(account.canonical)
    expect(stored.find(account.canonical)).toBeNull()
    world.clock.advance(1000)
    expect(told).toEqual([[], ['Alice'], ['Alice']])

    stored.close()
    gate.value.close()
    command.value.close()
    rmSync(directory, { recursive: true })
  })

  test('says that it cannot know when the database does not answer', () => {
    const database = openAccountsDatabase(':memory:', realFiles())
    if (!database.ok) throw new TypeError(database.error.detail)
    const world = fakeWorld({ args: [] })
    const stored = storedDirectory({ database: database.value, clock: world.clock, log: world.log })
    database.value.close()
    expect(stored.find(name('alice'))).toBe('unavailable')
    expect(world.log.lines.at(-1)?.event).toBe('accounts-database-failed')
  })
})

describe('openAccounts', () => {
  const config = (file: string | null) => () => ({
    file,
    hashesMax: 1,
    hashQueueMax: 1,
    attemptsMax: 3,
    attemptWindowMs: 1000,
  })

  test('reports every mistake of the people file with its path', () => {
    const world = fakeWorld({
      args: [],
      files: { '/people.yaml': '- { user: a }\n- { user: b }\n' },
    })
    const opened = openAccounts({ config: config('/people.yaml'), dataDir: null, ...world })
    expect(!opened.ok && opened.error).toEqual([
      '/people.yaml: line 1: people[0].password_hash: Value is missing or not "string"',
      '/people.yaml: line 2: people[1].password_hash: Value is missing or not "string"',
    ])
  })

  test('reports a data directory that cannot be used', () => {
    const world = fakeWorld({ args: [] })
    const opened = openAccounts({
      config: config(null),
      dataDir: '/proc/none',
      ...world,
      files: realFiles(),
    })
    expect(!opened.ok && opened.error[0]).toContain('"/proc/none"')
  })
})

describe('Decoys', () => {
  const costs = ['m=7168,t=1', 'm=8192,t=2']
  const people = costs.map((cost, i) => ({
    ...alice,
    user: `user${i}`,
    passwordHash: alice.passwordHash.replace('m=7168,t=1', cost),
  }))

  test('cost what the accounts cost, in the same mix, the same for one name every time', () => {
    const decoys = new Decoys(staticAccounts(people), seededRandom(1))
    const costOf = (typed: string) => decoys.for(typed).split('$')[3]?.replace(',p=1', '') ?? ''
    const seen = Array.from({ length: 200 }, (_, i) => costOf(`nobody${i}`))
    expect([...new Set(seen)].toSorted()).toEqual(costs)
    const first = seen.filter((cost) => cost === costs[0]).length
    expect(first).toBeGreaterThan(60)
    expect(first).toBeLessThan(140)
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => costOf(`nobody${i}`)))
  })

  test('have keys of one length that cannot be turned back without our pepper', () => {
    const [ours, theirs] = [1, 2].map((seed) => new Decoys(staticAccounts([]), seededRandom(seed)))
    expect(ours?.keyOf('alice')).toHaveLength(22)
    expect(ours?.keyOf('x'.repeat(100_000))).toHaveLength(22)
    expect(ours?.keyOf('alice')).not.toBe(theirs?.keyOf('alice') ?? '')
  })
})
