// The directory over the database notices everyone who leaves or changes, however briefly they were there.
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from '../../../std/assert.ts'
import { fakeClock } from '../../../world/clock.ts'
import { realFiles } from '../../../world/files.ts'
import { memoryLog } from '../../../world/log.ts'
import { canonicalName, staticAccounts } from './account.ts'
import { type AccountsDatabase, openAccountsDatabase } from './accounts-database.ts'
import { alice } from './fake-desk.ts'
import { storedDirectory } from './stored-directory.ts'

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-directory-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function open(path: string): AccountsDatabase {
  const opened = openAccountsDatabase(path, realFiles())
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}

const name = must(canonicalName('alice'), 'A name')
const account = must(staticAccounts([alice]).list()[0], 'Alice')

/** A directory over a file of its own, and another process's view of that file. */
function start(file: string) {
  const path = join(directory, file)
  const clock = fakeClock(0)
  const stored = storedDirectory({ database: open(path), clock, log: memoryLog() })
  const gone: string[] = []
  stored.onChange((accounts) => gone.push(...accounts.map(({ user }) => user)))
  return { stored, clock, gone, other: open(path) }
}

describe('storedDirectory', () => {
  test('notices who came, was asked for and left between two looks', () => {
    const { stored, clock, gone, other } = start('brief.sqlite')
    expect(other.putPerson(account, 0).ok).toBe(true)
    expect(stored.find(name)).toMatchObject({ user: 'Alice' })
    expect(other.removePerson(name).ok).toBe(true)
    clock.advance(500)
    expect(gone).toEqual(['Alice'])
    expect(stored.find(name)).toBeNull()
  })

  test('notices a change of somebody who was asked for before the next look', () => {
    const { stored, clock, gone, other } = start('changed.sqlite')
    other.putPerson(account, 0)
    clock.advance(500)
    other.putPerson({ ...account, groups: [] }, 0)
    expect(stored.find(name)).toMatchObject({ groups: [] })
    clock.advance(500)
    expect(gone).toEqual(['Alice'])
  })
})
