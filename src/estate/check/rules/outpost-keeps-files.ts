// An outpost that writes a file for each request without a session: anyone can fill it.
import type { EstateRule } from '../rule.ts'

/** Outposts whose sessions are files. */
export const outpostKeepsFiles: EstateRule = {
  id: 'outpost-keeps-files',
  severity: 'warning',
  title: 'An outpost writes one session file for each request without a session',
  reason:
    'Strangers and monitors fill the store; once it is full nobody who is new gets in (authentik #23001, #25248)',
  fix: 'Keep its sessions in PostgreSQL, or let Gatehouse answer in its place',
  find: ({ areas }) =>
    areas.authentication.outposts.flatMap(({ name, replicas, sessions, tier }, i) =>
      sessions === 'filesystem'
        ? [
            {
              path: ['estate', 'authentication', 'outposts', i, 'sessions'],
              message: `The outpost "${name}" of tier "${tier}" keeps sessions as files${replicas > 1 ? `, apart in each of "${replicas}" replicas` : ''}`,
            },
          ]
        : [],
    ),
  examples: {
    failing: {
      estate: {
        authentication: {
          outposts: [{ name: 'embedded', sessions: 'filesystem', validity: '7d' }],
        },
      },
    },
    passing: {
      estate: {
        authentication: {
          outposts: [{ name: 'embedded', sessions: 'postgresql', validity: '7d' }],
        },
      },
    },
  },
}
