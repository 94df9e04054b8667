// A protected host that anyone enters who sends a header: the gate is not asked.
import { coversPath, frontRule, isOpen } from '../../tiers.ts'
import type { EstateRule } from '../rule.ts'

/** Bypasses of protected hosts that any value of a header opens. */
export const headerOpensDoor: EstateRule = {
  id: 'header-opens-door',
  severity: 'warning',
  title: 'A header that anyone can send leads past the gate of a protected host',
  reason:
    'The proxy looks at the form of the header, not at what it says: whether it is true, the service alone can tell',
  fix: 'Lead only the paths past the gate that check the header themselves, and guard them',
  find: ({ services }) =>
    services.flatMap((service) => {
      if (frontRule(service)?.auth !== 'required') return []
      return service.facts.bypasses.flatMap(({ auth, header, path, value }, i) =>
        isOpen(auth) && coversPath(path, '/') && value.includes('*')
          ? [
              {
                path: ['services', service.index, 'bypasses', i],
                message: `Every page of "${service.host}" is open to whoever sends "${header}: ${value}"`,
              },
            ]
          : [],
      )
    }),
  examples: {
    failing: {
      services: [
        {
          host: 'app.example.com',
          bypasses: [{ header: 'Authorization', value: 'Bearer *', reason: 'Native clients' }],
        },
      ],
    },
    passing: {
      services: [
        {
          host: 'app.example.com',
          bypasses: [
            { path: '/api', header: 'Authorization', value: 'Bearer *', reason: 'Native clients' },
          ],
        },
      ],
    },
  },
}
