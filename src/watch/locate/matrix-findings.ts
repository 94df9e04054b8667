// What a matrix cannot tell, before anything has failed: equal columns, gaps, layers seen too little.
import { type ElementId, type Layer, layerOf, layers } from '../../model/layer.ts'
import type { Finding } from '../../model/finding.ts'
import { locate } from './locate.ts'
import type { ProbeMatrix, Round } from './matrix.ts'
import { type Model, isWhole, modelOf } from './model.ts'

/** Rounds within which a hard fault without noise must be called. */
const roundsToCall = 3

/** The probe that sees a layer best, and what has to be declared for it. */
const bestProbes: Readonly<Record<Layer, { probe: string; declare: string }>> = {
  prober: { probe: 'control_inet', declare: 'list public addresses under "control"' },
  dns: { probe: 'dns', declare: 'leave "edge" on and name "resolvers"' },
  edge: {
    probe: 'edge_anon_open',
    declare: 'leave "edge" on and declare a service of tier "none"',
  },
  ingress: {
    probe: 'origin_anon_open',
    declare: 'list the addresses of the reverse proxy under "ingress"',
  },
  gate_new: { probe: 'gate_anon', declare: 'list the origins of the gate under "gates"' },
  gate_check: { probe: 'origin_auth', declare: 'declare "robot", and addresses under "ingress"' },
  idp: {
    probe: 'idp_jwks',
    declare: 'give "identity_provider" with its address and that of its key set',
  },
  upstream: { probe: 'up_direct', declare: 'give the protected canary an "upstream"' },
}

/** Which probe tells two layers apart that look alike without it (study, section 4.3). */
const separators: readonly { readonly pair: readonly [Layer, Layer]; readonly by: Layer }[] = [
  { pair: ['prober', 'dns'], by: 'prober' },
  { pair: ['prober', 'edge'], by: 'prober' },
  { pair: ['prober', 'ingress'], by: 'prober' },
  { pair: ['prober', 'gate_new'], by: 'prober' },
  { pair: ['prober', 'idp'], by: 'prober' },
  { pair: ['gate_check', 'upstream'], by: 'upstream' },
  { pair: ['edge', 'ingress'], by: 'ingress' },
  { pair: ['dns', 'edge'], by: 'dns' },
  { pair: ['dns', 'ingress'], by: 'ingress' },
  { pair: ['gate_new', 'ingress'], by: 'gate_new' },
  { pair: ['gate_check', 'ingress'], by: 'gate_check' },
]

/** Elements that no probe tells apart. */
export interface LookAlike {
  /** In the order of {@link layers}; at least two. */
  readonly elements: readonly ElementId[]
  readonly message: string
  /** The probes that are missing, and the settings that add them. */
  readonly fix: string
}

/**
 * Groups of elements that exactly the same probes cross, with the same shares: no outcome tells one from the
 * other (1-identifiability in Boolean network tomography). None in a matrix that is to be used without a word.
 */
export function lookAlikes(matrix: ProbeMatrix): readonly LookAlike[] {
  return equalColumns(modelOf(matrix)).map((group) => {
    const elements = group.toSorted((one, other) => rankOf(one) - rankOf(other))
    return {
      elements,
      message: `${quoted(elements)} cannot be told apart: the same probes go through each`,
      fix: separatorsOf(elements).join('; '),
    }
  })
}

function rankOf(element: ElementId): number {
  return layers.indexOf(layerOf(element))
}

/**
 * All that is wrong with a matrix, worst first: elements that nothing crosses, elements with equal columns
 * (an error: {@link lookAlikes}), pairs that look like something else, layers whose hard fault is not called
 * within three rounds even without noise. `expected` are the layers that there should be probes for. Pure;
 * milliseconds.
 */
export function matrixFindings(
  matrix: ProbeMatrix,
  expected: readonly Layer[] = layers,
): readonly Finding[] {
  const model = modelOf(matrix)
  const uncrossed = expected.filter(
    (layer) => !model.elements.some((element) => layerOf(element) === layer),
  )
  const alike = lookAlikes(matrix)
  const unclear = new Set(alike.flatMap(({ elements }) => elements))
  const weak = model.elements.filter(
    (element) =>
      isWhole(element) &&
      element !== 'prober' &&
      !unclear.has(element) &&
      !isCalled(matrix, element),
  )
  return [
    ...uncrossed.map((layer) => uncrossedFinding(layer)),
    ...alike.map(({ fix, message }): Finding => ({
      id: 'layers-look-alike',
      severity: 'error',
      ...{ path, message, fix },
    })),
    ...collapsingPairs(model, unclear).map(([one, other]) => pairFinding(one, other)),
    ...weak.map((element) => weakFinding(element, model)),
  ]
}

/** Groups of elements that exactly the same probes cross, with the same shares. */
function equalColumns(model: Model): readonly (readonly ElementId[])[] {
  const groups = new Map<string, ElementId[]>()
  for (const [i, element] of model.elements.entries()) {
    const column = (model.shares[i] ?? []).join()
    groups.set(column, [...(groups.get(column) ?? []), element])
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

/** Layers and services; a replica is told by its share of the probes, which takes longer (`locate.test.ts`). */
function isJudged(element: ElementId): boolean {
  return element !== 'prober' && (isWhole(element) || layerOf(element) === 'upstream')
}

/** Two faults, and what they look like. */
type Sets = readonly [readonly number[], readonly number[]]

/**
 * Pairs of whole layers that fail the same probes as another pair or a single layer, neither holding the
 * other: two faults at once would be taken for something else (2-identifiability in Boolean network
 * tomography; Ma, He, Swami, Towsley, Leung, 2014). A layer that hides another is no such case: it is said
 * with each verdict.
 */
function collapsingPairs(
  model: Model,
  unclear: ReadonlySet<ElementId>,
): readonly (readonly [ElementId[], ElementId[]])[] {
  const whole = model.elements.flatMap((element, i) =>
    isJudged(element) && !unclear.has(element) ? [i] : [],
  )
  const sets = whole.flatMap((one, i) => [
    [one],
    ...whole.slice(i + 1).map((other) => [one, other]),
  ])
  const byColumn = new Map<string, (readonly number[])[]>()
  for (const set of sets) {
    const column = model.rows.map((_, row) => set.some((e) => (model.shares[e]?.[row] ?? 0) > 0))
    byColumn.set(column.join(), [...(byColumn.get(column.join()) ?? []), set])
  }
  const names = (set: readonly number[]): ElementId[] => set.flatMap((i) => model.elements[i] ?? [])
  return [...byColumn.values()]
    .flatMap((group) =>
      group.flatMap((one, i) => group.slice(i + 1).map((other): Sets => [one, other])),
    )
    .filter(([one, other]) => !one.some((element) => other.includes(element)))
    .map(([one, other]) => [names(one), names(other)] as const)
}

/** Whether three rounds of a hard fault, seen without noise, are enough for a call that names it. */
function isCalled(matrix: ProbeMatrix, element: ElementId): boolean {
  const round = (minute: number, broken: boolean): Round => ({
    at: minute,
    results: new Map(
      matrix.rows.map(({ probe, crosses }) => [probe, !broken || (crosses[element] ?? 0) < 1]),
    ),
  })
  const rounds = [round(0, false)]
  for (let i = 1; i <= roundsToCall; i++) rounds.push(round(i, true))
  const verdict = locate(matrix, rounds)
  return verdict.kind === 'fault' && verdict.leader.elements.join() === element
}

/** Where all findings of a matrix are: the section as a whole. */
const path = 'watch'

function uncrossedFinding(layer: Layer): Finding {
  return {
    id: 'layer-without-probe',
    severity: 'warning',
    path,
    message: `No probe goes through "${layer}": its faults go unseen, or are taken for those of another layer`,
    fix: addProbe(layer),
  }
}

/** What to add for a group: for each that stands behind another, the probe that reaches it without that. */
function separatorsOf(group: readonly ElementId[]): readonly string[] {
  const wanted = group.slice(1).map((second, i) => {
    const first = group[i] ?? second
    const pair = [layerOf(first), layerOf(second)]
    const by = separators.find((known) => known.pair.every((layer) => pair.includes(layer)))?.by
    // The innermost one is the one that a direct probe reaches without the others.
    return by === undefined || by === layerOf(second) ? second : first
  })
  return [...new Set(wanted)].map((element) => addProbe(element))
}

function pairFinding(one: readonly ElementId[], other: readonly ElementId[]): Finding {
  return {
    id: 'faults-look-alike',
    severity: 'warning',
    path,
    message: `Faults of ${quoted(one)} together fail the same probes as ${quoted(other)}`,
    fix: addProbe(one[0] ?? 'prober'),
  }
}

function weakFinding(element: ElementId, model: Model): Finding {
  const column = model.shares[model.elements.indexOf(element)] ?? []
  const probes = model.rows.filter((_, row) => (column[row] ?? 0) > 0)
  return {
    id: 'layer-seen-too-little',
    severity: 'warning',
    path,
    message:
      `A hard fault of "${element}" cannot be called within "${roundsToCall}" rounds: ` +
      `the ${probes.length === 1 ? 'only probe through it is' : 'probes through it are'} ${quoted(probes)}`,
    fix: addProbe(element, probes),
  }
}

function addProbe(element: ElementId, present: readonly string[] = []): string {
  const { declare, probe } = bestProbes[layerOf(element)]
  const [, service] = layerOf(element) === 'upstream' ? element.split('/') : []
  const how = service === undefined ? declare : `give the service "${service}" an "upstream"`
  const more = present.includes(probe) ? `another probe like "${probe}"` : `"${probe}"`
  return `Add ${more}: ${how}`
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ')
}
