// The page of secrets: where each lives, never what it is.
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { code, docsTable, prose } from '../../render/docs/markup.ts'

/** Blocks of `architecture/secrets.md`. */
export function secretsPage({ areas }: Estate): readonly string[] {
  const { about, secrets, vault } = areas.secrets
  return [
    prose(about),
    vault === undefined ? '' : `Vault answers at ${vault}.`,
    chapter(
      'Secrets',
      docsTable(
        ['secret', 'lives in', 'where', 'needed by', 'changed'],
        secrets.map(({ name, place, ref, rotated, used_by: users }) => [
          ...[name, place, code(ref), users.join(', ')],
          rotated === undefined ? 'by hand' : `every ${formatDuration(rotated)}`,
        ]),
      ),
    ),
  ]
}
