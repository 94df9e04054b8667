// Two networks that hold the same addresses: routes, firewalls and rules by network then mean two things.
import { networkRange, rangesOverlap } from '../../../model/network.ts'
import type { Estate } from '../../estate.ts'
import type { EstateRule, RuleFinding } from '../rule.ts'

/** Networks and overlays whose ranges overlap. */
export const networksOverlap: EstateRule = {
  id: 'networks-overlap',
  severity: 'error',
  title: 'Two networks hold the same addresses',
  reason:
    'A route, a firewall rule or a rule by client address means one of them, and which one depends on where it is read',
  fix: 'Give each network a range of its own',
  find: (estate) => {
    const declared = rangesOf(estate)
    return declared.flatMap((one, i) =>
      declared.slice(0, i).flatMap((other): RuleFinding[] =>
        rangesOverlap(one.range, other.range)
          ? [
              {
                path: one.path,
                message: `The network "${one.name}" ("${one.cidr}") overlaps with "${other.name}" ("${other.cidr}")`,
              },
            ]
          : [],
      ),
    )
  },
  examples: {
    failing: {
      estate: {
        networking: {
          networks: [
            { name: 'lan', cidr: '10.0.0.0/16' },
            { name: 'kubernetes', cidr: '10.0.20.0/24' },
          ],
        },
      },
    },
    passing: {
      estate: {
        networking: {
          networks: [
            { name: 'lan', cidr: '10.0.10.0/24' },
            { name: 'kubernetes', cidr: '10.0.20.0/24' },
          ],
        },
      },
    },
  },
}

function rangesOf({ areas }: Estate) {
  const networks = areas.networking.networks.map(({ name, cidr }, i) => ({
    ...{ name, cidr },
    path: ['estate', 'networking', 'networks', i, 'cidr'],
  }))
  const overlays = areas.vpn.overlays.map(({ name, cidr }, i) => ({
    ...{ name, cidr },
    path: ['estate', 'vpn', 'overlays', i, 'cidr'],
  }))
  return [...networks, ...overlays].flatMap((network) => {
    const range = networkRange(network.cidr)
    return range === null ? [] : [{ ...network, range }]
  })
}
