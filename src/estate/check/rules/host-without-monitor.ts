// A public host that nobody tries: whoever uses it is its monitor.
import type { EstateRule } from '../rule.ts'

/** Public hosts without a monitor, in an estate that has monitors. */
export const hostWithoutMonitor: EstateRule = {
  id: 'host-without-monitor',
  severity: 'warning',
  title: 'A public host has no monitor',
  reason: 'The first to notice that it is down is somebody who wanted to use it',
  fix: 'Add "monitor: {}", or "monitor: { enabled: false }" where nothing is lost',
  find: ({ services }) => {
    if (services.every(({ facts }) => facts.monitor === undefined)) return []
    return services
      .filter(({ facts, host }) => {
        const isPublic = facts.exposure === 'proxied' || facts.exposure === 'direct'
        return isPublic && facts.monitor === undefined && !host.startsWith('*.')
      })
      .map(({ facts, host, index }) => ({
        path: ['services', index],
        message: `The host "${host}" has no monitor, and its name is "${facts.exposure}"`,
      }))
  },
  examples: {
    failing: {
      services: [{ host: 'wiki.example.com', monitor: {} }, { host: 'send.example.com' }],
    },
    passing: {
      services: [
        { host: 'wiki.example.com', monitor: {} },
        { host: 'send.example.com', exposure: 'internal' },
      ],
    },
  },
}
