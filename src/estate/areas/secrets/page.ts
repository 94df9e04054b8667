// The page of secrets: where each lives, never what it is.
import { markdownCode, markdownTable } from '../../../std/markdown.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'

/** Blocks of `architecture/secrets.md`. */
export function secretsPage({ areas }: Estate): readonly string[] {
  const { about, secrets, vault } = areas.secrets
  return [
    about ?? '',
    vault === undefined ? '' : `Vault answers at ${vault}.`,
    chapter(
      'Secrets',
      markdownTable(
        ['secret', 'lives in', 'where', 'needed by', 'changed'],
        secrets.map(({ name, place, ref, rotated, used_by: users }) => [
          ...[name, place, markdownCode(ref), users.join(', ')],
          rotated === undefined ? 'by hand' : `every ${formatDuration(rotated)}`,
        ]),
      ),
    ),
  ]
}
