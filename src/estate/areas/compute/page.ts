// The page of machines.
import { mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { codes, docsTable, prose } from '../../render/docs/markup.ts'
import { formatBytes } from '../../text.ts'

/** Blocks of `architecture/compute.md`. */
export function computePage({ areas }: Estate): readonly string[] {
  const { about, machines } = areas.compute
  const carried = machines.flatMap(({ name, on }) =>
    on === undefined
      ? []
      : [`  ${mermaidId(on)}[${mermaidLabel(on)}] --> ${mermaidId(name)}[${mermaidLabel(name)}]`],
  )
  return [
    prose(about),
    chapter('What runs on what', carried.length === 0 ? '' : mermaid(['flowchart TD', ...carried])),
    chapter(
      'Machines',
      docsTable(
        ['machine', 'kind', 'role', 'processors', 'memory', 'GPU', 'addresses', 'taints'],
        machines.map((machine) => [
          ...[
            machine.name,
            machine.kind,
            machine.role,
            String(machine.cpus),
            formatBytes(machine.memory),
          ],
          ...[machine.gpu ?? '', codes(machine.addresses), codes(machine.taints)],
        ]),
      ),
    ),
  ]
}
