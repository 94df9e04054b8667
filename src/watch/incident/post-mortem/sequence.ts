// The way of a request through the layers, drawn twice: where it ends, and how the other one gets through.
import { type Layer, layerOf } from '../../../model/layer.ts'
import { mermaid } from '../../../std/markdown.ts'
import type { Facts } from './facts.ts'
import { diagramText } from './words.ts'

type Place = 'edge' | 'ingress' | 'gate' | 'idp' | 'upstream'

const titles: Readonly<Record<Place, string>> = {
  edge: 'Edge',
  ingress: 'Reverse proxy',
  gate: 'Gate',
  idp: 'Identity provider',
  upstream: 'Service',
}

const places: Readonly<Record<Layer, Place>> = {
  prober: 'edge',
  dns: 'edge',
  edge: 'edge',
  ingress: 'ingress',
  gate_new: 'gate',
  gate_check: 'gate',
  idp: 'idp',
  upstream: 'upstream',
}

/** Who gets through while a layer fails; the words stand where the record shows it, else "before". */
const spared: Readonly<Record<Layer, string>> = {
  prober: 'Before it began',
  dns: 'Who has the address already',
  edge: 'Who comes to the reverse proxy by its address',
  ingress: 'Before it began',
  gate_new: 'Visitor with a live session',
  gate_check: 'Visitor without a session',
  idp: 'Visitor with a live session',
  upstream: 'Another service',
}

/** The diagram. */
export function sequenceOf(facts: Facts): string {
  const { layer, record } = facts
  const isReplica = record.incident.elements.some(
    (element) => element.includes('/') && layerOf(element) !== 'upstream',
  )
  const ends = places[layer]
  const way: readonly Place[] =
    layer === 'idp' ? ['edge', 'ingress', 'gate', 'idp'] : ['edge', 'ingress', 'gate', 'upstream']
  const failing = way.slice(0, way.indexOf(ends) + 1)
  const who = isReplica ? 'Request that another replica takes' : spared[layer]
  return mermaid([
    'sequenceDiagram',
    '  participant visitor as Visitor',
    ...[...new Set<Place>([...way, 'upstream'])].map(
      (place) => `  participant ${place} as ${titles[place]}`,
    ),
    `  alt ${layer === 'gate_check' ? 'With a session' : 'Without a session'} (fails)`,
    ...there(failing, 'GET a protected page'),
    `    ${ends}-->>visitor: ${diagramText(answerOf(facts))}`,
    `  else ${diagramText(who)} (works)`,
    ...healthy(layer),
    '  end',
  ])
}

function there(way: readonly Place[], text: string): string[] {
  return way.map(
    (place, i) =>
      `    ${i === 0 ? 'visitor' : (way[i - 1] ?? 'visitor')}->>${place}: ${i === 0 ? text : 'passes it on'}`,
  )
}

function healthy(layer: Layer): string[] {
  if (layer === 'gate_check')
    return [
      ...there(['edge', 'ingress', 'gate'], 'GET a protected page'),
      '    gate-->>visitor: redirect to sign in',
    ]
  const way: readonly Place[] =
    layer === 'edge' || layer === 'dns'
      ? ['ingress', 'gate', 'upstream']
      : ['edge', 'ingress', 'gate', 'upstream']
  return [...there(way, 'GET a protected page'), '    upstream-->>visitor: the page']
}

function answerOf({ affected, failing: [probe] }: Facts): string {
  const answer = affected[0]?.answer ?? ''
  if (answer !== '') return answer
  if (probe === undefined || probe.class === null) return 'no answer that was promised'
  return probe.status === null ? probe.class : `${probe.class} ${probe.status}`
}
