// Nobody gets in when the table of groups is wrong.
import type { EstateRule } from '../rule.ts'

/** Estates with groups and no break-glass group. */
export const noBreakGlass: EstateRule = {
  id: 'no-break-glass',
  severity: 'warning',
  title: 'No group gets in everywhere',
  reason: 'A mistake in who may enter where then shuts out those who could mend it',
  fix: 'Name a small group under "estate.authentication.break_glass"',
  find: ({ areas }) => {
    const { break_glass: glass, groups } = areas.authentication
    if (groups.length === 0 || glass.length > 0) return []
    const path = ['estate', 'authentication', 'break_glass']
    return [
      { path, message: `There are "${groups.length}" groups, and none is a break-glass group` },
    ]
  },
  examples: {
    failing: { estate: { authentication: { groups: [{ name: 'staff' }] } } },
    passing: {
      estate: {
        authentication: {
          groups: [{ name: 'staff' }, { name: 'admins' }],
          break_glass: ['admins'],
        },
      },
    },
  },
}
