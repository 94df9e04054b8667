// Which API server of Kubernetes a command means: the one of its options, or the one of the configuration.
import { type ApiServer, apiServerOf } from '../estate-discover.ts'
import type { KubernetesSource } from '../estate.ts'

/** Options of a command that reads a cluster. */
export interface ApiServerOptions {
  readonly url?: string
  readonly tokenFile?: string
  readonly caFile?: string
}

/** The API server that is meant, with the files that go with it; null: none is named. */
export function apiServer(
  { caFile, tokenFile, url }: ApiServerOptions,
  cluster: KubernetesSource | null,
): ApiServer | null {
  const address = url ?? cluster?.url
  if (address === undefined) return null
  // Files of another server are none for this one.
  const declared = address === cluster?.url ? cluster : null
  return apiServerOf({
    url: address,
    token_file: tokenFile ?? declared?.token_file,
    ca_file: caFile ?? declared?.ca_file,
  })
}
