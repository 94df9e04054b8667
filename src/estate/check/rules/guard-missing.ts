// A host that mixes tiers, and nobody watches that its open part stays open.
import type { Rule } from '../../../model/service.ts'
import { isOpen, routedRules } from '../../tiers.ts'
import type { EstateRule } from '../rule.ts'

/** Mixed hosts without a walling-off guard, where there are guards at all. */
export const guardMissing: EstateRule = {
  id: 'guard-missing',
  severity: 'warning',
  title: 'A host mixes open and protected parts, and no probe holds the open part open',
  reason:
    'A change of the middleware sends programs to a sign-in page that they cannot use, and nothing turns red',
  fix: 'Add it to "estate.monitoring.guards", with a path that must not ask for a sign-in',
  find: ({ areas, services }) => {
    const guarded = new Set<string>(areas.monitoring.guards.map(({ host }) => host))
    return services.flatMap((service) => {
      const rules = routedRules(service)
      const first = rules.find(isOpenToProbes)?.path
      const isProtected = rules.some(({ auth }) => auth === 'required')
      if (first === undefined || !isProtected || guarded.has(service.host)) return []
      return [
        {
          path: ['services', service.index],
          message: `The host "${service.host}" is open at "${first}" and protected elsewhere, and no guard tries it`,
          fix: `Add "{ host: ${service.host}, path: ${first.replace(/\/?\*.*$/, '') || '/'} }" to "estate.monitoring.guards"`,
        },
      ]
    })
  },
  examples: {
    failing: {
      services: [
        {
          host: 'api.example.com',
          paths: [{ path: '/hook/**', auth: 'none', reason: 'Senders sign' }],
        },
      ],
    },
    passing: {
      services: [
        {
          host: 'api.example.com',
          paths: [{ path: '/hook/**', auth: 'none', reason: 'Senders sign' }],
        },
      ],
      estate: { monitoring: { guards: [{ host: 'api.example.com', path: '/hook' }] } },
    },
  },
}

/** A probe comes from anywhere with a GET and without headers: what such a request does not open, none can hold. */
function isOpenToProbes({ auth, methods, networks }: Rule): boolean {
  return isOpen(auth) && networks.length === 0 && (methods.length === 0 || methods.includes('GET'))
}
