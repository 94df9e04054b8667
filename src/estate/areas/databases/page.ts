// The page of databases and of who falls with them.
import { mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { docsTable, prose } from '../../render/docs/markup.ts'

/** Blocks of `architecture/databases.md`. */
export function databasesPage({ areas }: Estate): readonly string[] {
  const { about, databases } = areas.databases
  const arrows = databases.flatMap(({ name, used_by: users }) =>
    users.map(
      (stack) =>
        `  ${mermaidId(stack)}[${mermaidLabel(stack)}] --> ${mermaidId(`db ${name}`)}[(${mermaidLabel(name)})]`,
    ),
  )
  return [
    prose(about),
    chapter('Who depends on what', arrows.length === 0 ? '' : mermaid(['flowchart LR', ...arrows])),
    chapter(
      'Databases',
      docsTable(
        ['database', 'engine', 'run by', 'instances', 'namespace', 'volume', 'pooler'],
        databases.map((it) => [
          ...[
            it.name,
            [it.engine, it.version ?? ''].join(' ').trim(),
            it.operator ?? '',
            String(it.instances),
          ],
          ...[it.namespace ?? '', it.volume ?? '', it.pooler ?? ''],
        ]),
      ),
    ),
  ]
}
