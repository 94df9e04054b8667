// The page of the networks: ranges, domains, the way of a request, and every host by its exposure.
import { mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { code, codes, docsTable, prose, sentence } from '../../render/docs/markup.ts'
import { hostNames, hostNamesNote } from '../../render/docs/host-names.ts'
import { exposures } from '../../service-schema.ts'

/** Blocks of `architecture/networking.md`. */
export function networkingPage({ areas, services }: Estate): readonly string[] {
  const { about, domains, edge, ingresses, middleware, networks } = areas.networking
  return [
    prose(about),
    chapter(
      'Networks',
      docsTable(
        ['network', 'range', 'VLAN', 'what is in it'],
        networks.map((net) => [
          net.name,
          code(net.cidr),
          String(net.vlan ?? ''),
          sentence(net.about ?? ''),
        ]),
      ),
    ),
    chapter(
      'Domains',
      docsTable(
        ['domain', 'kind', 'inside it leads elsewhere'],
        domains.map((domain) => [
          code(domain.name),
          domain.kind,
          domain.split_horizon ? 'yes' : 'no',
        ]),
      ),
    ),
    chapter('The way of a request', wayOfRequest({ areas, services })),
    chapter(
      'Reverse proxies',
      docsTable(
        ['name', 'controller', 'namespace', 'replicas', 'addresses'],
        ingresses.map((ingress) => [
          ...[ingress.name, ingress.controller, ingress.namespace ?? '', String(ingress.replicas)],
          codes(ingress.addresses),
        ]),
      ),
      middleware.required === undefined
        ? ''
        : `A host of tier \`required\` has the middleware ${code(middleware.required).markdown}.`,
      edge.workers.length === 0
        ? ''
        : `At the edge, ${codes(edge.workers).markdown} may answer in place of what is behind.`,
    ),
    chapter(
      'Hosts',
      hostNamesNote({ areas }),
      docsTable(
        ['exposure', 'hosts', 'which'],
        exposures.map((exposure) => {
          const hosts = services.filter(({ facts }) => facts.exposure === exposure)
          return [
            exposure,
            String(hosts.length),
            hostNames(
              { areas },
              hosts.map(({ host }) => host),
            ),
          ]
        }),
      ),
    ),
  ]
}

function wayOfRequest({ areas }: Pick<Estate, 'areas' | 'services'>): string {
  const { edge, ingresses } = areas.networking
  const front = edge.kind === 'direct' ? [] : [edge.kind]
  const [first] = ingresses
  if (first === undefined) return ''
  const stations = ['visitor', ...front, first.name, 'service'] as const
  const nodes = stations.map((station) => `  ${mermaidId(station)}[${mermaidLabel(station)}]`)
  const arrows = stations
    .slice(1)
    .map((station, i) => `  ${mermaidId(stations[i] ?? '')} --> ${mermaidId(station)}`)
  const gate = `  ${mermaidId(first.name)} -. ${mermaidLabel('may this request go on?')} .-> ${mermaidId('gate')}[${mermaidLabel('the gate')}]`
  return mermaid(['flowchart LR', ...nodes, ...arrows, gate])
}
