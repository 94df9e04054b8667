// Puts an outpost's configuration together: frozen, with its lookups made once.
import { providerLookup } from './lookup.ts'
import type {
  OutpostConfig,
  OutpostIdentity,
  OutpostProvider,
  UnusableProvider,
} from './outpost.ts'

/** What a configuration is made of. */
export interface OutpostParts {
  readonly outpost: OutpostIdentity
  readonly providers: readonly OutpostProvider[]
  readonly unusable: readonly UnusableProvider[]
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number
}

/** Makes the configuration of checked parts. */
export function createOutpostConfig(parts: OutpostParts): OutpostConfig {
  const byClientId = new Map(parts.providers.map((provider) => [provider.clientId, provider]))
  return Object.freeze({
    outpost: Object.freeze(parts.outpost),
    providers: Object.freeze([...parts.providers]),
    unusable: Object.freeze([...parts.unusable]),
    fetchedAt: parts.fetchedAt,
    providerFor: providerLookup(parts),
    providerWithClientId: (clientId: string) => byClientId.get(clientId) ?? null,
  })
}
