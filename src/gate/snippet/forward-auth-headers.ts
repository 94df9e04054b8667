// Which headers pass between proxy, gate and service, for whoever writes a proxy's configuration elsewhere.
import type { GateConfig } from '../config.ts'
import { askedHeaders, identityNames, spellingsToDrop } from './parts.ts'
import { snippetInput } from './input.ts'

/** Header names by their way. */
export interface ForwardAuthHeaders {
  /** From the client to the gate; no others. */
  readonly asked: readonly string[]
  /** From the gate's answer to the service; Cookie is the client's without the session. */
  readonly answered: readonly string[]
  /** Taken away from what a client sends, in every spelling that a service may read alike. */
  readonly dropped: readonly string[]
}

/** The headers of a configuration; null when its identity headers cannot be written so. */
export function forwardAuthHeaders(config: GateConfig): ForwardAuthHeaders | null {
  const input = snippetInput(config, {
    service: null,
    gateAddress: 'gatehouse:9000',
    directory: '/',
  })
  if (!input.ok) return null
  return {
    asked: askedHeaders,
    answered: [...identityNames(input.value), 'Cookie'],
    dropped: spellingsToDrop(input.value),
  }
}
