// The section `services_from`: paths made absolute.
import { resolve } from 'node:path'
import type { KubernetesSource } from '../estate.ts'
import type { Inspection } from './inspection.ts'

/** The cluster that services are taken from; null: none. */
export function buildServicesFrom({
  baseDirectory,
  settings,
}: Inspection): KubernetesSource | null {
  const source = settings.services_from?.kubernetes
  if (source === undefined) return null
  const { ca_file: ca, token_file: token } = source
  return Object.freeze({
    ...source,
    ...(ca === undefined ? {} : { ca_file: resolve(baseDirectory, ca) }),
    ...(token === undefined ? {} : { token_file: resolve(baseDirectory, token) }),
  })
}
