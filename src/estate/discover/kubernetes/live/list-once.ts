// A cluster as it is at one moment: every resource listed once. Of what makes doors all is read, or nothing is.
import { type Result, err, ok } from '../../../../std/result.ts'
import type { Discovery, NotUnderstood } from '../../discovery.ts'
import type { Json } from '../../json.ts'
import { discoverKubernetes } from '../kubernetes.ts'
import type { KubernetesSettings } from '../settings.ts'
import { type ListParts, listObjects } from './access.ts'
import { endpointSlices, services, watchedResources } from './resources.ts'

/** What is read for what stands behind a door: no tier hangs on it, so a token may do without it. */
const besides = [endpointSlices, services]

/**
 * Doors and replicas of a cluster. The errors name each resource that could not be read; where only resources
 * beside the doors could not, the rest is read, and these are among what was not understood.
 */
export async function listKubernetes(
  parts: ListParts,
  settings: KubernetesSettings,
): Promise<Result<Discovery, readonly string[]>> {
  const faults: string[] = []
  const unread: NotUnderstood[] = []
  const objects: Json[] = []
  // One at a time: an API server has others to answer.
  const answers = await Array.fromAsync([...watchedResources, ...besides], async (resource) => ({
    resource,
    listed: await listObjects(parts, resource, null),
  }))
  for (const { resource, listed } of answers) {
    if (listed.ok) {
      objects.push(...listed.value.objects)
      continue
    }
    if (listed.error.kind === 'absent' && resource.isOptional) continue
    const why = `${listed.error.kind}: ${listed.error.detail}`
    const object = `${resource.plural} of "${parts.server.url}"`
    if (besides.includes(resource)) unread.push({ object, why: `Cannot be read (${why})` })
    else faults.push(`Cannot read ${object}: ${why}`)
  }
  if (faults.length > 0)
    return err([...faults, ...unread.map(({ object, why }) => `${object}: ${why}`)])
  const found = discoverKubernetes(objects, settings)
  return ok({ ...found, notUnderstood: [...unread, ...found.notUnderstood] })
}
