// The layers between a visitor and a service: what a verdict of the watch can name.

/**
 * Every layer, from the prober outwards in. `gate_new` lets in whoever has no session yet (mints one, or
 * sends to sign in), `gate_check` looks at a session that is there: they fail apart from one another.
 */
export const layers = [
  'prober',
  'dns',
  'edge',
  'ingress',
  'gate_new',
  'gate_check',
  'idp',
  'upstream',
] as const

/** One of {@link layers}; the values are those of the label `layer` in metrics and alerts. */
export type Layer = (typeof layers)[number]

/** A layer as a whole, or one replica or service of it: `ingress`, `ingress/10.0.20.5`, `upstream/grafana.example.com`. */
export type ElementId = Layer | `${Layer}/${string}`

/** The layer that an element belongs to. */
export function layerOf(element: ElementId): Layer {
  const name = element.split('/', 1)[0]
  return layers.find((layer) => layer === name) ?? 'prober'
}

/**
 * Parts of a layer that are no replicas, by what stands after the slash: whom it fails for
 * (`edge/ipv6`, `gate_check/tokens`).
 */
export const aspects = ['ipv4', 'ipv6', 'inside', 'tokens'] as const

/** One of {@link aspects}; null for layers, replicas and services. */
export function aspectOf(element: ElementId): (typeof aspects)[number] | null {
  const part = partOf(element)
  return aspects.find((aspect) => aspect === part) ?? null
}

/** What stands after the slash; null for a layer as a whole. */
export function partOf(element: ElementId): string | null {
  const slash = element.indexOf('/')
  return slash < 0 ? null : element.slice(slash + 1)
}

/** True for one of several machines that do the same: neither a layer, nor a service, nor an aspect. */
export function isReplica(element: ElementId): boolean {
  const part = partOf(element)
  return part !== null && layerOf(element) !== 'upstream' && aspectOf(element) === null
}

/** What each layer is, for people. */
export const layerTitles: Readonly<Record<Layer, string>> = {
  prober: 'the watch itself, or its network',
  dns: 'public DNS',
  edge: 'the edge: CDN, tunnel or public address',
  ingress: 'the reverse proxy',
  gate_new: 'the gate, for whoever has no session yet',
  gate_check: 'the gate, for whoever is signed in',
  idp: 'the identity provider',
  upstream: 'the service behind',
}
