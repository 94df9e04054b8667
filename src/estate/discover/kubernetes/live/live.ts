// A cluster as it is now: every resource watched, and the doors told anew after each change.
import type { Cancel } from '../../../../world/clock.ts'
import type { World } from '../../../../world/world.ts'
import type { Discovery } from '../../discovery.ts'
import { discoverKubernetes } from '../kubernetes.ts'
import { usualKubernetesSettings } from '../settings.ts'
import type { ApiServer } from './access.ts'
import type { KubernetesSource } from './config-schema.ts'
import { Reflector, type ReflectorState } from './reflector.ts'
import { watchedResources } from './resources.ts'

/** What is watched, and who is told. */
export interface LiveOptions {
  readonly source: KubernetesSource
  readonly world: Pick<World, 'clock' | 'files' | 'http' | 'log' | 'random' | 'streams'>
  /** Given the doors once every resource was read, and then after each change. */
  onDiscovery(discovery: Discovery): void
}

/** How one kind of object is known. */
export interface KindStatus {
  readonly kind: string
  readonly state: ReflectorState
  readonly objects: number
}

/** A running watch on a cluster. */
export interface LiveKubernetes {
  status(): readonly KindStatus[]
  stop(): void
}

/** `kubectl apply` writes several objects at once: what follows within this time is one change. */
const settleMs = 100
const settleMostMs = 1000

/** Starts watching. */
export function watchKubernetes({ onDiscovery, source, world }: LiveOptions): LiveKubernetes {
  const { clock } = world
  const namespaces = source.namespaces.length === 0 ? [null] : source.namespaces
  const settings = {
    ...usualKubernetesSettings,
    authAnnotations: source.auth_annotations,
    groupAnnotations: source.group_annotations,
  }
  const server = apiServerOf(source)
  let pending: Cancel | null = null
  let waitMs = settleMs
  const tell = (): void => {
    pending = null
    const known = reflectors.map(({ objects }) => objects)
    if (known.some((objects) => objects === null)) return
    const begun = clock.monotonic()
    onDiscovery(
      discoverKubernetes(
        known.flatMap((objects) => objects ?? []),
        settings,
      ),
    )
    // A storm of changes in a large cluster may take a fifth of the time, not all of it.
    waitMs = Math.min(settleMostMs, Math.max(settleMs, 4 * (clock.monotonic() - begun)))
  }
  const onChange = (): void => {
    pending ??= clock.after(waitMs, tell)
  }
  const reflectors = watchedResources.flatMap((resource) =>
    namespaces.map((namespace) => new Reflector({ server, resource, namespace, world, onChange })),
  )
  for (const reflector of reflectors) reflector.start()
  return {
    status: () => watchedResources.map(({ kind }) => statusOf(kind, reflectors)),
    stop: () => {
      pending?.()
      for (const reflector of reflectors) reflector.stop()
    },
  }
}

const inCluster = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Inside a cluster the files of the service account; elsewhere those that are named. */
export function apiServerOf({
  ca_file: ca,
  token_file: token,
  url,
}: Pick<KubernetesSource, 'ca_file' | 'token_file' | 'url'>): ApiServer {
  const isInside = url === inClusterUrl
  return {
    url,
    tokenFile: token ?? (isInside ? `${inCluster}/token` : null),
    caFile: ca ?? (isInside ? `${inCluster}/ca.crt` : null),
  }
}

/** Where the API server is for a pod. */
const inClusterUrl = 'https://kubernetes.default.svc'

/** The worst of all namespaces. */
function statusOf(kind: string, reflectors: readonly Reflector[]): KindStatus {
  const own = reflectors.filter((reflector) => reflector.kind === kind)
  const states = own.map(({ state }) => state)
  const state = (['faulty', 'starting', 'good', 'absent'] as const).find((one) =>
    states.includes(one),
  )
  return {
    kind,
    state: state ?? 'starting',
    objects: own.reduce((sum, { size }) => sum + size, 0),
  }
}
