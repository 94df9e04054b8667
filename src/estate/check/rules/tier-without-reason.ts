// An open door that nobody gave a reason for: nobody knows whether it was meant.
import { isOpen, routedRules } from '../../tiers.ts'
import type { EstateRule } from '../rule.ts'

/** Rules of tier `app` and `none` without a reason. */
export const tierWithoutReason: EstateRule = {
  id: 'tier-without-reason',
  severity: 'warning',
  title: 'The gate does not decide, and nobody said why',
  reason: 'A door left open on purpose looks like one that was forgotten',
  fix: 'Write "reason" beside "auth", or ask for a sign-in',
  find: ({ services }) =>
    services.flatMap((service) =>
      routedRules(service)
        .filter(({ auth, id }) => isOpen(auth) && !service.reasons.has(id))
        .map(({ auth, path }) => ({
          path: ['services', service.index],
          message: `The host "${service.host}" has the tier "${auth}" at "${path}" without a reason`,
        })),
    ),
  examples: {
    failing: { services: [{ host: 'wiki.example.com', auth: 'app' }] },
    passing: {
      services: [{ host: 'wiki.example.com', auth: 'app', reason: 'Has its own sign-in' }],
    },
  },
}
