// The page of the networks: ranges, domains, the way of a request, and every host by its exposure.
import {
  markdownCode,
  markdownTable,
  mermaid,
  mermaidId,
  mermaidLabel,
} from '../../../std/markdown.ts'
import type { Estate, EstateService } from '../../estate.ts'
import { chapter, codes } from '../../render/docs/page.ts'
import { exposures } from '../../service-schema.ts'

/** Blocks of `architecture/networking.md`. */
export function networkingPage({ areas, services }: Estate): readonly string[] {
  const { about, domains, edge, ingresses, middleware, networks } = areas.networking
  return [
    about ?? '',
    chapter(
      'Networks',
      markdownTable(
        ['network', 'range', 'VLAN', 'what is in it'],
        networks.map((net) => [
          net.name,
          markdownCode(net.cidr),
          String(net.vlan ?? ''),
          net.about ?? '',
        ]),
      ),
    ),
    chapter(
      'Domains',
      markdownTable(
        ['domain', 'kind', 'inside it leads elsewhere'],
        domains.map((domain) => [
          markdownCode(domain.name),
          domain.kind,
          domain.split_horizon ? 'yes' : 'no',
        ]),
      ),
    ),
    chapter('The way of a request', wayOfRequest({ areas, services })),
    chapter(
      'Reverse proxies',
      markdownTable(
        ['name', 'controller', 'namespace', 'replicas', 'addresses'],
        ingresses.map((ingress) => [
          ...[ingress.name, ingress.controller, ingress.namespace ?? '', String(ingress.replicas)],
          codes(ingress.addresses),
        ]),
      ),
      middleware.required === undefined
        ? ''
        : `A host of tier \`required\` has the middleware ${markdownCode(middleware.required)}.`,
      edge.workers.length === 0
        ? ''
        : `At the edge, ${codes(edge.workers)} may answer by themselves.`,
    ),
    chapter(
      'Hosts',
      markdownTable(
        ['exposure', 'hosts', 'which'],
        exposures.map((exposure) => {
          const hosts = services.filter(({ facts }) => facts.exposure === exposure)
          return [exposure, String(hosts.length), names(hosts)]
        }),
      ),
    ),
  ]
}

function names(services: readonly EstateService[]): string {
  return services
    .map(({ host }) => host)
    .toSorted()
    .join(' ')
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
