// The page of tiers and namespaces.
import { markdownTable } from '../../../std/markdown.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { formatBytes } from '../../text.ts'

/** Blocks of `architecture/tenancy.md`. */
export function tenancyPage({ areas }: Estate): readonly string[] {
  const { about, namespaces, tiers } = areas.tenancy
  return [
    about ?? '',
    chapter(
      'Tiers',
      markdownTable(
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
          ...[tier.name, tier.about ?? '', String(tier.priority), formatBytes(tier.memory)],
          ...[String(tier.cpus / 1000), String(tier.pods), formatBytes(tier.default_memory)],
        ]),
      ),
    ),
    chapter(
      'Namespaces',
      markdownTable(
        ['namespace', 'tier', 'answered for by', 'stacks'],
        namespaces.map(({ name, owner, stacks, tier }) => [name, tier, owner, stacks.join(', ')]),
      ),
    ),
  ]
}
