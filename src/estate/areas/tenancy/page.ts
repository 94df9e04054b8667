// The page of tiers and namespaces.
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { docsTable, prose, sentence } from '../../render/docs/markup.ts'
import { formatBytes } from '../../text.ts'

/** Blocks of `architecture/tenancy.md`. */
export function tenancyPage({ areas }: Estate): readonly string[] {
  const { about, namespaces, tiers } = areas.tenancy
  return [
    prose(about),
    chapter(
      'Tiers',
      docsTable(
        [
          'tier',
          'what belongs in it',
          'priority',
          'memory',
          'processors',
          'pods',
          'limit of a container that names none',
        ],
        tiers.map((tier) => [
          ...[
            tier.name,
            sentence(tier.about ?? ''),
            String(tier.priority),
            formatBytes(tier.memory),
          ],
          ...[String(tier.cpus / 1000), String(tier.pods), formatBytes(tier.default_memory)],
        ]),
      ),
    ),
    chapter(
      'Namespaces',
      docsTable(
        ['namespace', 'tier', 'answered for by', 'stacks'],
        namespaces.map(({ name, owner, stacks, tier }) => [name, tier, owner, stacks.join(', ')]),
      ),
    ),
  ]
}
