// The page of the overlay networks.
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { code, codes, docsTable, prose, sentence } from '../../render/docs/markup.ts'

/** Blocks of `architecture/vpn.md`. */
export function vpnPage({ areas }: Estate): readonly string[] {
  const { about, overlays } = areas.vpn
  return [
    prose(about),
    chapter(
      'Overlay networks',
      docsTable(
        ['overlay', 'kind', 'range', 'control server', 'who', 'exits', 'leads to', 'what for'],
        overlays.map((overlay) => [
          ...[overlay.name, overlay.kind, code(overlay.cidr), code(overlay.control ?? '')],
          ...[overlay.groups.join(', '), overlay.exit_nodes.join(', '), codes(overlay.routes)],
          sentence(overlay.about ?? ''),
        ]),
      ),
    ),
  ]
}
