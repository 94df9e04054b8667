// The matrix in canonical order, with numbers for names: what every calculation starts from.
import { type ElementId, type Layer, layerOf, layers } from '../../model/layer.ts'
import type { ProbeMatrix, Round } from './matrix.ts'

/** Rows and elements sorted by name, so that no result depends on the order that they came in. */
export interface Model {
  readonly rows: readonly string[]
  /** Row of the control probe, -1 for none. */
  readonly control: number
  readonly elements: readonly ElementId[]
  /** By element, then row: share of the attempts of the probe that go through the element. */
  readonly shares: readonly (readonly number[])[]
}

/** Outcome of a probe in a round. */
export const passed = 0
/** See {@link passed}. */
export const failed = 1
/** The probe did not run. */
export const absent = 2

/** Rows that name the same probe are the last of them; the control probe crosses the prober alone. */
export function modelOf(matrix: ProbeMatrix): Model {
  const byProbe = new Map(matrix.rows.map((row) => [row.probe, row.crosses]))
  if (matrix.control !== null && !byProbe.has(matrix.control))
    byProbe.set(matrix.control, { prober: 1 })
  const rows = [...byProbe.keys()].toSorted(byName)
  const elements = [
    ...new Set([...byProbe.values()].flatMap((crosses) => elementsOf(crosses))),
  ].toSorted(byName)
  const shares = elements.map((element) =>
    rows.map((row) => Math.min(1, Math.max(0, byProbe.get(row)?.[element] ?? 0))),
  )
  return {
    rows,
    control: matrix.control === null ? -1 : rows.indexOf(matrix.control),
    elements,
    shares,
  }
}

/** Elements that a probe crosses with some share. */
export function elementsOf(
  crosses: Readonly<Partial<Record<ElementId, number>>>,
): readonly ElementId[] {
  return Object.entries(crosses).flatMap(([name, share]) =>
    isElement(name) && (share ?? 0) > 0 ? [name] : [],
  )
}

/** Layers that some probe goes through. */
export function layersIn({ rows }: ProbeMatrix): ReadonlySet<Layer> {
  return new Set(rows.flatMap(({ crosses }) => elementsOf(crosses).map(layerOf)))
}

function isElement(name: string): name is ElementId {
  return layers.some((layer) => name === layer || name.startsWith(`${layer}/`))
}

/** True for a layer as a whole, false for a replica or a service of one. */
export function isWhole(element: ElementId): boolean {
  return !element.includes('/')
}

/** Outcomes by row; results of probes that the matrix does not hold are left out. */
export function outcomesOf(model: Model, round: Round): Uint8Array {
  const outcomes = new Uint8Array(model.rows.length)
  for (const [row, probe] of model.rows.entries()) {
    const result = round.results.get(probe)
    outcomes[row] = result === undefined ? absent : result ? passed : failed
  }
  return outcomes
}

/** Order of code units: the same on every machine. */
export function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
