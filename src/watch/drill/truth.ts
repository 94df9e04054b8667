// Comparing what was concluded with what is the case, whatever the words for it.
import { layers } from '../../model/layer.ts'
import type { Incident } from '../incident/incident.ts'
import type { Scenario, Truth } from './scenario.ts'

/** One form for a cause: `layer:x` is `x`, a service is the upstream of its host. */
export function canonical(truth: Truth): string {
  if (truth.startsWith('layer:')) return truth.slice('layer:'.length)
  if (truth.startsWith('service:')) return `upstream/${truth.slice('service:'.length)}`
  if (truth === 'prober') return 'blind'
  return truth
}

/** What an incident says is the case, in that form. */
export function namedBy({
  cause,
  elements,
  phase,
}: Pick<Incident, 'cause' | 'elements' | 'phase'>): string[] {
  const isLocated = cause.startsWith('layer:') || cause.startsWith('service:')
  // A store, and the layer that failed for it.
  if (cause.startsWith('store:') && phase !== 'warning')
    return [...new Set([...elements, cause].map(canonical))].toSorted()
  const named = isLocated && elements.length > 0 ? [...elements] : [cause]
  return [...new Set(named.map(canonical))].toSorted()
}

/** `exact` the truth and nothing else · `accepted` the other answer that is right · `wrong` neither. */
export type Match = 'exact' | 'accepted' | 'wrong'

/** Compares everything that was named with the truth; causes that may be named beside it are left out. */
export function matchOf(scenario: Scenario, named: Iterable<string>): Match {
  const beside = new Set(scenario.beside.map(canonical))
  const found = new Set([...named].filter((one) => !beside.has(one)))
  if (isSame(found, scenario.truth)) return 'exact'
  return scenario.accept !== undefined && isSame(found, scenario.accept) ? 'accepted' : 'wrong'
}

function isSame(found: ReadonlySet<string>, truth: readonly Truth[]): boolean {
  const wanted = new Set(truth.map(canonical))
  return wanted.size === found.size && [...wanted].every((one) => found.has(one))
}

/** Whether a cause is about a layer or service, and not about stores, witnesses and the like. */
export function isLocation(named: string): boolean {
  return layers.some((layer) => named === layer || named.startsWith(`${layer}/`))
}
