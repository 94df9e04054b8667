// What authentik answered, as it answered it, and the configuration that is made of it.
import { type Result, err, ok } from '../../std/result.ts'
import { httpUrl } from './endpoints.ts'
import { FieldReader, type Fields, fieldOf, isFields } from '../../std/fields.ts'
import type {
  CertificatePair,
  OutpostConfig,
  OutpostIdentity,
  OutpostProvider,
  UnusableProvider,
} from './outpost.ts'
import { createOutpostConfig } from './outpost-config.ts'
import { isUnusable, readProvider } from './read-provider.ts'
import { type OutpostSettings, agentOf } from './settings.ts'
import { shut } from './unusable.ts'

/** Answers of one refresh. What is kept on disk is this, so that both ways are read by one reader. */
export interface Snapshot {
  /** `results[0]` of `/outposts/instances/`. */
  readonly outpost: Fields
  /** All elements of `/outposts/proxy/`, unread. */
  readonly providers: readonly unknown[]
  readonly certificates: readonly CertificatePair[]
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const intervalSecondsDefault = 300
const intervalSecondsMin = 30
const intervalSecondsMax = 86_400

/** Makes the configuration of a snapshot. The error is a sentence: the outpost itself cannot be read. */
export function readSnapshot(
  snapshot: Snapshot,
  settings: OutpostSettings,
  previous: OutpostConfig | null,
): Result<OutpostConfig, string> {
  const outpost = readOutpost(snapshot.outpost, settings)
  if (!outpost.ok) return outpost
  const certificates = new Map(snapshot.certificates.map((pair) => [pair.uuid, pair]))
  const context = {
    place: {
      browserOrigin: settings.browserOrigin,
      configuredOrigin: configuredOrigin(snapshot.outpost),
      embedded: outpost.value.embedded,
      agent: outpost.value.agent,
    },
    certificate: (uuid: string) => certificates.get(uuid) ?? null,
  }
  const once = pksThatAreThereOnce(snapshot.providers)
  const providers: OutpostProvider[] = []
  const unusable: UnusableProvider[] = []
  const clientIds = new Set<string>()
  for (const element of snapshot.providers) {
    // A pk that is there twice tells of none of the two what it was before.
    const known = isFields(element) && once.has(fieldOf(element, 'pk')) ? previous : null
    const provider = readProvider(element, { ...context, previous: known })
    if (isUnusable(provider)) unusable.push(provider)
    else if (clientIds.has(provider.clientId)) {
      const fields = isFields(element) ? element : {}
      unusable.push(shut(fields, ['Another provider has the same client id'], known))
    } else {
      clientIds.add(provider.clientId)
      providers.push(provider)
    }
  }
  const { fetchedAt } = snapshot
  return ok(createOutpostConfig({ outpost: outpost.value, providers, unusable, fetchedAt }))
}

function pksThatAreThereOnce(elements: readonly unknown[]): ReadonlySet<unknown> {
  const pks = elements.map((element) => (isFields(element) ? fieldOf(element, 'pk') : null))
  return new Set(pks.filter((pk) => pks.indexOf(pk) === pks.lastIndexOf(pk)))
}

/** UUID of the outpost in an answer, for the address of its WebSocket; null when it has none. */
export function outpostPk(outpost: Fields): string | null {
  const pk = fieldOf(outpost, 'pk')
  return typeof pk === 'string' && uuidPattern.test(pk) ? pk : null
}

function readOutpost(outpost: Fields, settings: OutpostSettings): Result<OutpostIdentity, string> {
  const reader = new FieldReader(outpost)
  const pk = outpostPk(outpost)
  const name = reader.filled('name')
  if (pk === null) reader.fault('pk', 'no UUID')
  if (pk === null || reader.faults.length > 0)
    return err(`The outpost cannot be read: ${reader.faults.join('; ')}`)
  const config = fieldOf(outpost, 'config')
  const logLevel = isFields(config) ? fieldOf(config, 'log_level') : null
  return ok({
    pk,
    name,
    embedded: fieldOf(outpost, 'managed') === 'goauthentik.io/outposts/embedded',
    refreshIntervalMs: intervalMs(fieldOf(outpost, 'refresh_interval_s')),
    logLevel: typeof logLevel === 'string' ? logLevel : null,
    agent: agentOf(settings),
  })
}

/** As upstream: nothing or less is 300 s, less than 30 s is 30 s; and no more than a day. */
function intervalMs(seconds: unknown): number {
  const wanted = typeof seconds === 'number' && seconds > 0 ? seconds : intervalSecondsDefault
  return 1000 * Math.min(intervalSecondsMax, Math.max(intervalSecondsMin, Math.round(wanted)))
}

function configuredOrigin(outpost: Fields): string | null {
  const config = fieldOf(outpost, 'config')
  const host = isFields(config) ? fieldOf(config, 'authentik_host') : null
  return typeof host === 'string' ? (httpUrl(host)?.origin ?? null) : null
}

/** A text that is the same for two configurations that answer the same. */
export function fingerprintOf({ outpost, providers, unusable }: OutpostConfig): string {
  return JSON.stringify([outpost, providers, unusable])
}
