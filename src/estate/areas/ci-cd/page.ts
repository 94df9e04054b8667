// The page of change: what alters the estate by itself.
import { mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { docsTable, prose } from '../../render/docs/markup.ts'

/** Blocks of `architecture/ci-cd.md`. */
export function ciCdPage({ areas }: Estate): readonly string[] {
  const { about, image_sources: sources, pipelines } = areas.ci_cd
  const arrows = pipelines.flatMap(({ changes, name }) =>
    changes.map(
      (area) =>
        `  ${mermaidId(name)}[${mermaidLabel(name)}] --> ${mermaidId(`area ${area}`)}[${mermaidLabel(area)}]`,
    ),
  )
  return [
    prose(about),
    chapter('What changes what', arrows.length === 0 ? '' : mermaid(['flowchart LR', ...arrows])),
    chapter(
      'Pipelines',
      docsTable(
        ['pipeline', 'runs in', 'repository', 'by itself', 'applies'],
        pipelines.map(({ applies, every, kind, name, repository }) => [
          ...[name, kind, repository ?? ''],
          every === undefined ? 'on change' : `every ${formatDuration(every)}`,
          applies ? 'yes' : 'no, it only looks',
        ]),
      ),
    ),
    chapter(
      'Images',
      docsTable(
        ['source', 'registry', 'new ones come in by'],
        sources.map(({ name, registry, updates }) => [name, registry, updates]),
      ),
    ),
  ]
}
