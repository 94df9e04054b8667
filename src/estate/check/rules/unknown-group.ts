// A group that no provider has: whoever it was meant for does not get in.
import { suggest } from '../../../std/suggest.ts'
import type { EstateRule } from '../rule.ts'

/** Groups of rules that are not declared, where groups are declared. */
export const unknownGroup: EstateRule = {
  id: 'unknown-group',
  severity: 'warning',
  title: 'A service names a group that is not declared',
  reason: 'Nobody is in it, so nobody gets in; with a slip in its name that goes unseen for long',
  fix: 'Declare it under "estate.authentication.groups"',
  find: ({ areas, services }) => {
    const known = areas.authentication.groups.map(({ name }) => name)
    if (known.length === 0) return []
    return services.flatMap(({ host, index, rules }) =>
      [...new Set(rules.flatMap(({ groups }) => groups))]
        .filter((group) => !known.includes(group))
        .map((group) => {
          const meant = suggest(group, known)
          const message = `The host "${host}" lets in the group "${group}", which is not declared`
          const fix = meant === null ? {} : { fix: `Write "${meant}"` }
          return { path: ['services', index], message, ...fix }
        }),
    )
  },
  examples: {
    failing: {
      services: [{ host: 'wiki.example.com', groups: ['stafff'] }],
      estate: { authentication: { groups: [{ name: 'staff' }] } },
    },
    passing: {
      services: [{ host: 'wiki.example.com', groups: ['staff'] }],
      estate: { authentication: { groups: [{ name: 'staff' }] } },
    },
  },
}
