// What belongs together: elements that share an incident, the cause it is known by, and what it is called.
import {
  type ElementId,
  type Layer,
  aspectOf,
  layerOf,
  layerTitles,
  partOf,
} from '../../model/layer.ts'
import type { CauseId, Urgency } from '../incident/incident.ts'

/**
 * Elements of one family share one incident: replicas of a layer with their layer, both halves of the gate,
 * which is one process. Each service is a family of its own.
 */
export function familyOf(element: ElementId): string {
  const layer = layerOf(element)
  if (layer === 'upstream') return element
  return layer === 'gate_new' || layer === 'gate_check' ? 'gate' : layer
}

/** Elements by family, in the order in which they come. */
export function byFamily(
  elements: readonly ElementId[],
): ReadonlyMap<string, readonly ElementId[]> {
  const groups = new Map<string, ElementId[]>()
  for (const element of elements) {
    const group = groups.get(familyOf(element)) ?? []
    group.push(element)
    groups.set(familyOf(element), group)
  }
  return groups
}

/** The cause that an incident over these elements is known by; the first gives it its name. */
export function causeOf(elements: readonly ElementId[]): CauseId {
  const first = elements[0] ?? 'prober'
  if (first.startsWith('upstream/')) return `service:${first.slice('upstream/'.length)}`
  return `layer:${first}`
}

/** A single service waits for the morning, a layer does not. */
export function urgencyOf(elements: readonly ElementId[]): Urgency {
  return elements.every((element) => layerOf(element) === 'upstream') ? 'notice' : 'page'
}

/** `the reverse proxy at 10.0.20.5`, `the gate`. */
export function titleOf(elements: readonly ElementId[]): string {
  const isWholeGate = elements.includes('gate_new') && elements.includes('gate_check')
  const names = isWholeGate
    ? ['the gate', ...elements.filter((each) => !each.startsWith('gate_')).map(nameOf)]
    : elements.map(nameOf)
  const text = names.join(' and ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `The reverse proxy fails`; what ends in an aside ends it with a comma. */
export function failureOf(elements: readonly ElementId[]): string {
  const title = titleOf(elements)
  return `${title}${title.includes(',') || title.includes(':') ? ', fails' : ' fails'}`
}

/** `The reverse proxy works again`. */
export function recoveryOf(elements: readonly ElementId[]): string {
  return failureOf(elements).replace(/ fails$/, ' works again')
}

function nameOf(element: ElementId): string {
  const part = partOf(element)
  const layer = layerOf(element)
  if (part === null) return layerTitles[layer]
  if (layer === 'upstream') return part
  switch (aspectOf(element)) {
    case 'ipv4':
      return `${layerTitles[layer]}, over IPv4`
    case 'ipv6':
      return `${layerTitles[layer]}, over IPv6`
    case 'inside':
      return 'the name service inside'
    case 'tokens':
      return 'the gate, for programs with a token'
    default:
      return `${layerTitles[layer]}, at ${part}`
  }
}

/** What to do next, most useful first. */
export const adviceFor: Readonly<Record<Layer, readonly string[]>> = {
  prober: [
    'Run gatehouse doctor on the machine of the watch: its own network is what fails',
    'Believe nothing about the services until the control probe passes again',
  ],
  dns: [
    'Run gatehouse doctor: it asks each resolver for the public names',
    'Compare the zone at the provider with what is declared; look for an expired domain',
  ],
  edge: [
    'Run gatehouse doctor: with the address pinned the same doors answer behind the edge',
    'Look at the status page of the CDN, at the tunnel, and at the newest change of its configuration',
  ],
  ingress: [
    'Run gatehouse doctor: it asks every replica of the reverse proxy by its address',
    'Restart or drain the replica that fails, and read its log before that',
  ],
  gate_new: [
    'Run gatehouse doctor: it looks at the store of the gate first',
    'Read the log of the gate or of the outpost for failed writes, such as "no space left on device"',
    'If its store is full, enlarge or empty it: whoever is signed in stays unharmed, nobody else gets in',
  ],
  gate_check: [
    'Run gatehouse doctor: it looks at the session store and at the keys',
    'Read the log of the gate for the reason session-store, and look for rotated keys',
  ],
  idp: [
    'Run gatehouse doctor: it asks the identity provider for its page and its keys',
    'Read the log of the identity provider and look at its database; sessions that exist go on meanwhile',
  ],
  upstream: [
    'Run gatehouse why with the host: it says whether one service or something before it fails',
    'Read the log of the service; the layers before it answer',
  ],
}

/** Advice over all elements, without repetitions. */
export function adviceOf(elements: readonly ElementId[]): readonly string[] {
  return [...new Set(elements.flatMap((element) => adviceFor[layerOf(element)]))]
}
