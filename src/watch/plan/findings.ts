// What a person should know of a watch before it runs: what it cannot tell, and what it costs others.
import { forecast, targetRatio } from '../../model/forecast.ts'
import type { Severity } from '../../model/finding.ts'
import { knownInflow } from '../../model/inflow.ts'
import { type ElementId, type Layer, layerOf } from '../../model/layer.ts'
import type { Path } from '../../std/schema/json-schema.ts'
import { formatDuration } from '../../std/units.ts'
import type { WatchConfig, WatchedStore } from '../config.ts'
import { type LookAlike, lookAlikes, matrixFindings } from '../locate/matrix-findings.ts'
import { layersIn } from '../locate/model.ts'
import { ownLoad } from '../schedule/load.ts'
import type { ProbePlan } from './plan.ts'

/** A finding; `path` is within the section `watch`. An `error` is one for `gatehouse check` alone. */
export interface WatchFinding {
  readonly id: string
  readonly severity: Severity
  readonly path: Path
  readonly message: string
  readonly fix: string
}

/** A finding that everything goes on with. */
export type WatchWarning = Omit<WatchFinding, 'severity'>

/** Everything worth knowing, the errors first, then in the order of the section. Pure. */
export function watchFindings(config: WatchConfig, plan: ProbePlan): readonly WatchFinding[] {
  const alike = lookAlikes(plan.matrix)
  const accepted = config.layersAsOne ?? []
  const refused = alike.filter(({ elements }) => !isAccepted(elements, accepted))
  const missing = missingParts(config, alike)
  const warnings = [
    ...missing,
    ...needless(plan, alike, accepted),
    ...matrixWarnings(plan, missing.length + alike.length > 0),
    ...storeFindings(config, plan),
  ]
  return [
    ...refused.map(alikeFinding),
    ...warnings.map((warning) => ({ ...warning, severity: 'warning' }) as const),
  ]
}

function alikeFinding({ elements, fix, message }: LookAlike): WatchFinding {
  const names = [...new Set(elements.map(layerOf))].join(', ')
  return {
    id: 'layers-look-alike',
    severity: 'error',
    path: [],
    message: `${message}. A verdict can only name them together`,
    fix: `${fix}. Or accept them as one: "layers_as_one: [[${names}]]"`,
  }
}

/** Whether everything in a group is one after what was accepted has been put together. */
function isAccepted(group: readonly ElementId[], accepted: readonly (readonly Layer[])[]): boolean {
  const [first, ...others] = group.map(layerOf)
  let known = new Set(first === undefined ? [] : [first])
  for (let before = 0; before < known.size;) {
    before = known.size
    const joined = accepted.filter((layers) => layers.some((layer) => known.has(layer)))
    known = new Set([...known, ...joined.flat()])
  }
  return others.every((layer) => known.has(layer))
}

/** What was accepted and is told apart by now. */
function needless(
  { matrix }: ProbePlan,
  alike: readonly LookAlike[],
  accepted: readonly (readonly Layer[])[],
): readonly WatchWarning[] {
  const crossed = layersIn(matrix)
  return accepted.flatMap((layers, i) => {
    const isSeen = layers.filter((layer) => crossed.has(layer)).length > 1
    const isUsed = alike.some(
      ({ elements }) => elements.filter((one) => layers.includes(layerOf(one))).length > 1,
    )
    if (!isSeen || isUsed) return []
    const names = layers.map((layer) => `"${layer}"`).join(' and ')
    return [
      {
        id: 'layers-told-apart',
        path: ['layers_as_one', i],
        message: `${names} are accepted as one, and the probes tell them apart`,
        fix: 'Remove this entry',
      },
    ]
  })
}

/** What looks alike for want of a part is said with the part; the rest of the matrix says for itself. */
function matrixWarnings({ matrix }: ProbePlan, isPartial: boolean): readonly WatchWarning[] {
  return matrixFindings(matrix, [])
    .filter(
      ({ id }) => id === 'layer-seen-too-little' || (id === 'faults-look-alike' && !isPartial),
    )
    .map(({ fix, id, message }) => ({ id, path: [], message, fix }))
}

/** A part that may not be there, and what is said then. */
type Part = readonly [isMissing: boolean, id: string, message: string, fix: string]

/** Parts that are not there; what nothing tells apart for want of one is said by itself. */
function missingParts(config: WatchConfig, alike: readonly LookAlike[]): readonly WatchWarning[] {
  const unclear = new Set(alike.flatMap(({ elements }) => elements.map(layerOf)))
  const parts = [...missingVantages(config, unclear), ...missingCallers(config)]
  return parts.flatMap(([isMissing, id, message, fix]) =>
    isMissing ? [{ id, path: [], message, fix }] : [],
  )
}

/** From where nothing is tried. */
function missingVantages(
  { control, edge, families = [], gates, ingress }: WatchConfig,
  unclear: ReadonlySet<Layer>,
): readonly Part[] {
  const isNowhere = !edge && ingress.length === 0 && gates.length === 0
  return [
    [
      control.length === 0,
      'no-control-probe',
      'Nothing tells whether the watch itself can see: a broken uplink here would look like a broken estate',
      'Add "control" with one or two addresses of others that are always there',
    ],
    [
      isNowhere,
      'no-vantage',
      'There is nothing to look from: "edge" is off, and neither "ingress" nor "gates" is there',
      'Add "ingress" with the address of the reverse proxy',
    ],
    [
      !isNowhere && ingress.length === 0 && !unclear.has('ingress'),
      'no-ingress-vantage',
      'Nothing asks the reverse proxy itself: its faults go unseen, or are taken for those of what is before it',
      'Add "ingress" with the address of each replica of the reverse proxy',
    ],
    [
      !isNowhere && !edge,
      'no-edge-vantage',
      'Nothing asks by the public names: faults of "edge" and of "dns" go unseen from here',
      'Leave "edge" on, with "resolvers" of the public network where names lead elsewhere inside',
    ],
    [
      edge && families.length === 0,
      'families-unknown',
      'The public names are asked over one address family: what fails over IPv6 alone goes unseen',
      'Write "families: [ipv4, ipv6]", or "families: [ipv4]" where there is no IPv6',
    ],
    [
      gates.length === 0 && !unclear.has('gate_new'),
      'no-gate-vantage',
      'Nothing asks the gate itself: its faults take longer to be told from those of the reverse proxy',
      'Add "gates" with the origin of each replica of the gate',
    ],
  ]
}

/** Who does not ask, and at which door. */
function missingCallers({ canaries, robot }: WatchConfig): readonly Part[] {
  return [
    [
      canaries.open === null,
      'no-open-canary',
      'No door of tier "none" stands for all services that the gate does not guard',
      'Declare a service with "auth: none" that is always there',
    ],
    [
      canaries.protected === null,
      'no-protected-canary',
      'No door of tier "required" stands for all services that the gate guards',
      'Declare a service with "auth: required" that is always there',
    ],
    [
      robot === null,
      'no-robot',
      'Nobody signs in: a gate that refuses people with a session ("gate_check") goes unseen',
      'Add "robot" with a user of its own',
    ],
  ]
}

/** The alarm that needs no data (study 5.4.3): what is declared alone fills more than half of the store. */
function storeFindings(config: WatchConfig, plan: ProbePlan): readonly WatchWarning[] {
  const probes = ownLoad(config, plan).entriesPerMs
  return config.stores.flatMap((store, i) => {
    const own = store.probesLeaveEntries ? probes : 0
    const total = own + (store.declaredPerMs ?? 0)
    if (store.sizeBytes === null || total === 0) return []
    const { ratio, levers } = forecast({ ...shapeOf(store, store.sizeBytes) }, knownInflow(total))
    if (ratio.mid <= targetRatio) return []
    const rho = Number.isFinite(ratio.mid) ? ratio.mid.toFixed(2) : 'without end'
    return [
      {
        id: 'store-will-fill',
        path: ['stores', i],
        message:
          `The store "${store.name}" comes to "${rho}" of its capacity by what is declared: ` +
          `"${perMinute(total)}" entries a minute, "${perMinute(own)}" of them from this watch`,
        fix:
          `For half of it: ${levers.ratePerMs === null ? '' : `at most "${perMinute(levers.ratePerMs)}" a minute, or `}` +
          `keep entries for "${formatDuration(levers.retentionMs)}"` +
          `${levers.sizeBytes === null ? '' : `, or make it "${Math.ceil(levers.sizeBytes / 1024 ** 2)}MiB"`}`,
      },
    ]
  })
}

function shapeOf(store: WatchedStore, sizeBytes: number) {
  const { blockBytes, entryBytes, restartMs, retentionMs } = store
  return { sizeBytes, blockBytes, entryBytes, retentionMs, restartMs, inodes: null }
}

function perMinute(perMs: number): string {
  return String(Number((perMs * 60_000).toFixed(2)))
}
