// Which elements each probe crosses: the matrix that faults are located by.
import type { ElementId } from '../../model/layer.ts'

/**
 * One probe. `crosses` gives the share of its attempts that go through an element: 1 for every element on
 * its way, 1/n for one of n replicas behind a balancer, 1 for the replica that it is pinned to.
 */
export interface MatrixRow {
  readonly probe: string
  readonly crosses: Readonly<Partial<Record<ElementId, number>>>
}

/** All probes. Two elements with equal columns cannot be told apart. */
export interface ProbeMatrix {
  readonly rows: readonly MatrixRow[]
  /** Id of the probe that tells whether the watch itself can see at all (`control_inet`); null: none. */
  readonly control: string | null
}

/** One round: what each probe came to; a probe that did not run is absent. */
export interface Round {
  /** Epoch ms. */
  readonly at: number
  /** By probe: true when its contract held. */
  readonly results: ReadonlyMap<string, boolean>
}
