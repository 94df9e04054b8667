// The page of the overlay networks.
import { markdownCode, markdownTable } from '../../../std/markdown.ts'
import type { Estate } from '../../estate.ts'
import { chapter, codes } from '../../render/docs/page.ts'

/** Blocks of `architecture/vpn.md`. */
export function vpnPage({ areas }: Estate): readonly string[] {
  const { about, overlays } = areas.vpn
  return [
    about ?? '',
    chapter(
      'Overlay networks',
      markdownTable(
        ['overlay', 'kind', 'range', 'control server', 'who', 'exits', 'leads to', 'what for'],
        overlays.map((overlay) => [
          ...[
            overlay.name,
            overlay.kind,
            markdownCode(overlay.cidr),
            markdownCode(overlay.control ?? ''),
          ],
          ...[overlay.groups.join(', '), overlay.exit_nodes.join(', '), codes(overlay.routes)],
          overlay.about ?? '',
        ]),
      ),
    ),
  ]
}
