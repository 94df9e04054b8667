// The twelve probes of the study (section 4.3) and rounds over them, for the tests of this folder.
import type { ElementId } from '../../model/layer.ts'
import type { ProbeMatrix, Round } from './matrix.ts'

function row(probe: string, elements: string): ProbeMatrix['rows'][number] {
  const crosses: Partial<Record<ElementId, number>> = { prober: 1 }
  for (const element of elements.split(' ').filter((name) => name !== ''))
    crosses[element as ElementId] = 1 // names below are those of the type
  return { probe, crosses }
}

/** Study, section 4.3. */
export const studyMatrix: ProbeMatrix = {
  rows: [
    row('control_inet', ''),
    row('dns', 'dns'),
    row('edge_anon_open', 'dns edge ingress'),
    row('edge_anon_fwd', 'dns edge ingress gate_new'),
    row('origin_anon_open', 'ingress'),
    row('origin_anon_fwd', 'ingress gate_new'),
    row('gate_anon', 'gate_new'),
    row('idp', 'idp'),
    row('idp_jwks', 'idp'),
    row('edge_auth', 'dns edge ingress gate_check upstream'),
    row('origin_auth', 'ingress gate_check upstream'),
    row('up_direct', 'upstream'),
  ],
  control: 'control_inet',
}

/** All probes of a matrix. */
export function probesOf(matrix: ProbeMatrix): readonly string[] {
  return matrix.rows.map(({ probe }) => probe)
}

/** A round in which these probes failed and all others passed. */
export function roundWith(matrix: ProbeMatrix, minute: number, failing: readonly string[]): Round {
  return {
    at: minute * 60_000,
    results: new Map(probesOf(matrix).map((probe) => [probe, !failing.includes(probe)])),
  }
}

/** Numbers in [0, 1) from a seed (mulberry32): the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What is broken in a simulated world: share of the requests through an element that fail. */
export type Broken = Readonly<Partial<Record<ElementId, number>>>

/** One round of a simulated world with noise `noise` on each probe. */
export function simulatedRound(
  matrix: ProbeMatrix,
  {
    minute,
    broken,
    noise,
    random,
  }: {
    readonly minute: number
    readonly broken: Broken
    readonly noise: number
    readonly random: () => number
  },
): Round {
  const results = new Map<string, boolean>()
  for (const { probe, crosses } of matrix.rows) {
    let passes = 1 - noise
    for (const [element, rate] of Object.entries(broken))
      passes *= 1 - (crosses[element as ElementId] ?? 0) * (rate ?? 0) // keys of Broken
    results.set(probe, random() < passes)
  }
  return { at: minute * 60_000, results }
}
