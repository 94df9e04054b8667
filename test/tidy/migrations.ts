// Migrations that have been released are never edited: their content is pinned here by hash.
import type { Problem, SourceFile } from './tree.ts'

/** SHA-256 of every migration. A new one adds its line; an old one never changes. */
export const migrationHashes: Readonly<Record<string, string>> = {
  'src/gate/session/sqlite/0001-sessions.sql':
    '1c3a46cdd86c880d8fee768f56d3651927dc6fb528d09f1eb6fcf0096ad90238',
  'src/gate/sign-in/accounts/0001-accounts.sql':
    'd73f437d7e62a5d0d7d81496492bba0f5741589eff0593e7e9f7f629e672bf06',
}

/** Migrations that changed, appeared without a line or vanished. */
export function migrationProblems(
  files: readonly SourceFile[],
  hashes: Readonly<Record<string, string>>,
): Problem[] {
  const migrations = files.filter((file) => /^src\/.*\.sql$/.test(file.path))
  const paths = new Set(migrations.map((file) => file.path))
  const gone = Object.keys(hashes).filter((path) => !paths.has(path))
  return [
    ...gone.map((path) => `${path}: a migration may not vanish`),
    ...migrations.flatMap(({ path, text }) => {
      const hash = new Bun.CryptoHasher('sha256').update(text).digest('hex')
      if (hashes[path] === hash) return []
      return hashes[path] === undefined
        ? [`${path}: new migration, add '${path}': '${hash}' to test/tidy/migrations.ts`]
        : [`${path}: a migration may not be edited; write another one`]
    }),
  ]
}
