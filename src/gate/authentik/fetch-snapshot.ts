// One refresh: the outpost, its providers, their certificates; everything or nothing.
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { AuthentikApi } from '../../world/authentik-api.ts'
import { readCertificates } from './certificates.ts'
import { fieldOf, isFields } from '../../std/fields.ts'
import type { Snapshot } from './snapshot.ts'

/** A refresh is given up after this long, whatever each call may take. */
const refreshTimeoutMs = 60_000
/** Most certificates that are fetched. */
const certificatesMax = 200

/** What one refresh gave. */
export interface Fetched {
  readonly snapshot: Snapshot
  /** Sentences for the log: nothing that makes the snapshot unusable. */
  readonly remarks: readonly string[]
}

const uuidPattern = /^[0-9a-f-]{32,36}$/i

/** Asks authentik for everything. The error is a sentence for the log. */
export async function fetchSnapshot(
  api: AuthentikApi,
  clock: Clock,
  known: Snapshot | null,
): Promise<Result<Fetched, string>> {
  const begun = clock.monotonic()
  const mayGoOn = (): boolean => clock.monotonic() - begun < refreshTimeoutMs
  const instances = await api.firstPage('outposts/instances/')
  if (!instances.ok) return err(instances.error.detail)
  const [outpost] = instances.value
  if (outpost === undefined)
    return err('No outpost is visible with this token: is "AUTHENTIK_TOKEN" that of an outpost')
  if (!isFields(outpost)) return err('The outpost is not an object')
  const providers = await api.list('outposts/proxy/', mayGoOn)
  if (!providers.ok) return err(providers.error.detail)
  const uuids = new Set(
    providers.value.flatMap((provider) => {
      const uuid = isFields(provider) ? fieldOf(provider, 'certificate') : null
      return typeof uuid === 'string' && uuidPattern.test(uuid) ? [uuid] : []
    }),
  )
  const { pairs, faults } = await readCertificates(
    api,
    new Set([...uuids].slice(0, certificatesMax)),
    { known: known?.certificates ?? [], mayGoOn },
  )
  const snapshot: Snapshot = {
    outpost,
    providers: providers.value,
    certificates: pairs,
    fetchedAt: clock.now(),
  }
  return ok({ snapshot, remarks: faults })
}
