// What a person should know of a watch before it runs: what it cannot tell, and what it costs others.
import { forecast, targetRatio } from '../../model/forecast.ts'
import { knownInflow } from '../../model/inflow.ts'
import type { Path } from '../../std/schema/json-schema.ts'
import { formatDuration } from '../../std/units.ts'
import type { WatchConfig, WatchedStore } from '../config.ts'
import { matrixFindings } from '../locate/matrix-findings.ts'
import { ownLoad } from '../schedule/load.ts'
import type { ProbePlan } from './plan.ts'

/** A finding; `path` is within the section `watch`. */
export interface WatchFinding {
  readonly id: string
  readonly path: Path
  readonly message: string
  readonly fix: string
}

/** Everything worth knowing, in the order of the section. Pure. */
export function watchFindings(config: WatchConfig, plan: ProbePlan): readonly WatchFinding[] {
  const missing = missingParts(config)
  return [...missing, ...matrixFindingsOf(plan, missing), ...storeFindings(config, plan)]
}

/** What looks alike for want of a part is said with the part; the rest of the matrix says for itself. */
function matrixFindingsOf(
  { matrix }: ProbePlan,
  missing: readonly WatchFinding[],
): readonly WatchFinding[] {
  return matrixFindings(matrix, [])
    .filter(({ id }) => id === 'layer-seen-too-little' || missing.length === 0)
    .map(({ fix, id, message }) => ({ id, path: [], message, fix }))
}

function missingParts(config: WatchConfig): readonly WatchFinding[] {
  const { canaries, control, edge, gates, ingress, robot } = config
  const found: WatchFinding[] = []
  const say = (id: string, message: string, fix: string): void =>
    void found.push({ id, path: [], message, fix })
  if (control.length === 0)
    say(
      'no-control-probe',
      'Nothing tells whether the watch itself can see: a broken uplink here would look like a broken estate',
      'Add "control" with one or two addresses of others that are always there',
    )
  if (!edge && ingress.length === 0 && gates.length === 0)
    say(
      'no-vantage',
      'There is nothing to look from: "edge" is off, and neither "ingress" nor "gates" is there',
      'Add "ingress" with the address of the reverse proxy',
    )
  else if (ingress.length === 0)
    say(
      'no-ingress-vantage',
      'The edge and the reverse proxy cannot be told apart: nothing asks the proxy directly',
      'Add "ingress" with the address of each replica of the reverse proxy',
    )
  if (gates.length === 0)
    say(
      'no-gate-vantage',
      'The reverse proxy and the gate cannot be told apart: nothing asks the gate directly',
      'Add "gates" with the origin of each replica of the gate',
    )
  if (canaries.open === null)
    say(
      'no-open-canary',
      'No door of tier "none" stands for all services that the gate does not guard',
      'Declare a service with "auth: none" that is always there',
    )
  if (canaries.protected === null)
    say(
      'no-protected-canary',
      'No door of tier "required" stands for all services that the gate guards',
      'Declare a service with "auth: required" that is always there',
    )
  if (robot === null)
    say(
      'no-robot',
      'Nobody signs in: whether people with a session get through is not tried',
      'Add "robot" with a user of its own',
    )
  else if (canaries.protected !== null && canaries.protected.upstream === null)
    say(
      'no-upstream-probe',
      `The gate and the service behind it cannot be told apart: "${canaries.protected.host}" has no "upstream"`,
      'Add "upstream" to that service, where the watch reaches it',
    )
  return found
}

/** The alarm that needs no data (study 5.4.3): what is declared alone fills more than half of the store. */
function storeFindings(config: WatchConfig, plan: ProbePlan): readonly WatchFinding[] {
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
