// What a verdict says of each layer, as a number for metrics.
import { type ElementId, type Layer, layerOf } from '../model/layer.ts'
import type { Verdict } from './locate/verdict.ts'

/**
 * 0 nothing is wrong, 1 suspected, 2 down; -1 cannot be judged now. One replica or one service down is a
 * suspicion of its layer, not the layer down.
 */
export function layerState(verdict: Verdict, layer: Layer): number {
  if (verdict.kind === 'blind' || verdict.masked.some((element) => layerOf(element) === layer))
    return -1
  const named = verdict.leader.elements.filter((element) => layerOf(element) === layer)
  if (verdict.kind === 'healthy' || named.length === 0) return 0
  return verdict.kind === 'fault' && named.includes(layer) ? 2 : 1
}

/** How likely an element of the layer is broken, 0…1, as the verdict has it. */
export function layerProbability({ leader, runnerUp }: Verdict, layer: Layer): number {
  const names = (elements: readonly ElementId[]): boolean =>
    elements.some((element) => layerOf(element) === layer)
  return [leader, runnerUp].find((candidate) => names(candidate?.elements ?? []))?.probability ?? 0
}
