// A monitor that counts the failure as up: on 2026-04-18 all of them took a 400 for good.
import { ruleAt } from '../../tiers.ts'
import { acceptsStatus } from '../../status-list.ts'
import { quotedList } from '../../text.ts'
import type { EstateService } from '../../estate.ts'
import type { EstateRule, RuleFinding } from '../rule.ts'

/** What the gate answered that day to everyone who was new. */
const failure = 400

/** Monitors of protected hosts that accept a 400. */
export const monitorAcceptsFailure: EstateRule = {
  id: 'monitor-accepts-failure',
  severity: 'warning',
  title: 'Monitors of protected hosts count a 400 as up',
  reason: 'The failure that they are there to see leaves them green',
  fix: 'Accept "302" alone where a sign-in is asked for, without following it; "200-299" elsewhere',
  find: (estate) => {
    const { monitors } = estate.areas.monitoring
    const protectedHosts = estate.services.filter(isTriedBehindGate)
    const usual = protectedHosts.filter(({ facts }) => facts.monitor?.accepts === undefined)
    const all = (['accepts', 'accepts_with_path'] as const).flatMap((key): RuleFinding[] => {
      const hosts = usual.filter((service) => usualKey(service) === key).map(({ host }) => host)
      if (hosts.length === 0 || !acceptsStatus(monitors[key], failure)) return []
      const message = `Monitors accept "${monitors[key]}": a "${failure}" from the gate leaves ${quotedList(hosts, 3)} green`
      return [{ path: ['estate', 'monitoring', 'monitors', key], message }]
    })
    return [
      ...all,
      ...protectedHosts.flatMap(({ facts, host, index }): RuleFinding[] => {
        const own = facts.monitor?.accepts
        if (own === undefined || !acceptsStatus(own, failure)) return []
        const path = ['services', index, 'monitor', 'accepts']
        return [
          { path, message: `The monitor of "${host}" accepts "${own}", and so a "${failure}"` },
        ]
      }),
    ]
  },
  examples: {
    failing: {
      services: [{ host: 'wiki.example.com', monitor: {} }],
      estate: { monitoring: { monitors: { accepts: '200-499' } } },
    },
    passing: {
      services: [{ host: 'wiki.example.com', monitor: {} }],
      estate: { monitoring: { monitors: { accepts: '302' } } },
    },
  },
}

/** Which of the two usual lists a monitor without one of its own takes. */
function usualKey({ facts }: EstateService): 'accepts' | 'accepts_with_path' {
  return (facts.monitor?.path ?? '/') === '/' ? 'accepts' : 'accepts_with_path'
}

function isTriedBehindGate(service: EstateService): boolean {
  const { monitor } = service.facts
  return monitor?.enabled === true && ruleAt(service, monitor.path)?.auth === 'required'
}
