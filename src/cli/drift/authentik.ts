// `gatehouse drift authentik`.
import { authentikDrift } from '../../estate-authentik.ts'
import { err, ok } from '../../std/result.ts'
import { authentikSource } from '../authentik-source.ts'
import { type DriftSource, unread } from './source.ts'

/** authentik: over its API, or from exported lists. */
export const authentik: DriftSource = {
  isDeclared: ({ estate }) =>
    estate.areas.authentication.authentik !== undefined ||
    estate.areas.authentication.providers.some(({ kind }) => kind === 'authentik'),
  compare: async ({ context, declared: { estate, secretKey }, options }) => {
    const file = options.from ?? options.file
    const named = authentikSource(
      context,
      { ...options, ...(file === undefined ? {} : { file }) },
      estate,
    )
    if (!named.ok) return named
    const { name, source } = named.value
    const found = await authentikDrift(estate, source, secretKey)
    return found.ok
      ? ok({ report: found.value, source: name })
      : err(unread('authentik', name, found.error))
  },
}
