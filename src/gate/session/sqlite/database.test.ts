// The open session file: durable commits, and nothing of its own that would grow.
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeSessionDatabase, openSessionDatabase } from './database.ts'

test('openSessionDatabase asks SQLite for durable commits and a bounded log', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-database-'))
  const open = openSessionDatabase(join(directory, 'sessions.db'), true)
  const pragma = (name: string): unknown =>
    open.database.query<Record<string, unknown>, []>(`PRAGMA ${name}`).values()[0]?.[0]
  try {
    const fullSync = 2
    const inMemory = 2
    expect(pragma('synchronous')).toBe(fullSync)
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('wal_autocheckpoint')).toBe(100)
    expect(pragma('journal_size_limit')).toBe(512 * 1024)
    expect(pragma('temp_store')).toBe(inMemory)
    expect(pragma('trusted_schema')).toBe(0)
    expect(pragma('mmap_size')).toBe(0)
  } finally {
    closeSessionDatabase(open)
    rmSync(directory, { recursive: true })
  }
})
