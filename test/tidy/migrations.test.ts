import { expect, test } from 'bun:test'
import { migrationProblems } from './migrations.ts'

const path = 'src/gate/session/sqlite/0001-sessions.sql'
const hash = 'ee0874170b7f6f32b8c2ac9573c428d35b575270a66b757c2c0185d2bd09718d'

test('migrationProblems() accepts what is pinned and nothing else', () => {
  const found = (text: string | null, hashes: Record<string, string>): string =>
    migrationProblems(text === null ? [] : [{ path, text }], hashes).join()
  expect(found('ddd', {})).toContain('new migration')
  expect(found('dd', { [path]: hash })).toContain('may not be edited')
  expect(found(null, { [path]: hash })).toContain('may not vanish')
  const pinned = new Bun.CryptoHasher('sha256').update('ddd').digest('hex')
  expect(found('ddd', { [path]: pinned })).toBe('')
})
