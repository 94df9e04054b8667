// A cluster as it is at one moment: every resource listed once, all or nothing.
import { type Result, err, ok } from '../../../../std/result.ts'
import type { Discovery } from '../../discovery.ts'
import type { Json } from '../../json.ts'
import { discoverKubernetes } from '../kubernetes.ts'
import type { KubernetesSettings } from '../settings.ts'
import { type ListParts, listObjects } from './access.ts'
import { endpointSlices, services, watchedResources } from './resources.ts'

/** Doors and replicas of a cluster; the errors name each resource that could not be read. */
export async function listKubernetes(
  parts: ListParts,
  settings: KubernetesSettings,
): Promise<Result<Discovery, readonly string[]>> {
  const faults: string[] = []
  const objects: Json[] = []
  // One at a time: an API server has others to answer.
  const answers = await Array.fromAsync(
    [...watchedResources, endpointSlices, services],
    async (resource) => ({ resource, listed: await listObjects(parts, resource, null) }),
  )
  for (const { resource, listed } of answers) {
    if (listed.ok) objects.push(...listed.value.objects)
    else if (listed.error.kind !== 'absent' || !resource.isOptional)
      faults.push(
        `Cannot read ${resource.plural} of "${parts.server.url}": ${listed.error.kind}: ${listed.error.detail}`,
      )
  }
  return faults.length > 0 ? err(faults) : ok(discoverKubernetes(objects, settings))
}
