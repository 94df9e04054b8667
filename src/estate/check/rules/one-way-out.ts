// All alerts leave by one way: when that is closed, silence looks like peace.
import type { EstateRule } from '../rule.ts'

/** Estates with an Alertmanager and one channel, or one replica of it. */
export const oneWayOut: EstateRule = {
  id: 'one-way-out',
  severity: 'warning',
  title: 'All alerts leave by one way',
  reason: 'When the channel or the one Alertmanager fails, silence looks like peace',
  fix: 'Add a second channel of another kind, and a watch outside that checks on the first',
  find: ({ areas }) => {
    const { channels, tools } = areas.monitoring
    const managers = tools.filter(({ kind }) => kind === 'alertmanager')
    const [manager] = managers
    const replicas = managers.reduce((sum, tool) => sum + tool.replicas, 0)
    if (manager === undefined || replicas > 1 || channels.length > 1) return []
    const at = tools.indexOf(manager)
    const [only] = channels
    return [
      {
        path: ['estate', 'monitoring', 'tools', at],
        message: `Every alert leaves by the one "${manager.name}" to ${only === undefined ? 'no channel' : `"${only}" alone`}`,
      },
    ]
  },
  examples: {
    failing: {
      estate: {
        monitoring: {
          tools: [{ name: 'alertmanager', kind: 'alertmanager' }],
          channels: ['slack'],
        },
      },
    },
    passing: {
      estate: {
        monitoring: {
          tools: [{ name: 'alertmanager', kind: 'alertmanager' }],
          channels: ['slack', 'email'],
        },
      },
    },
  },
}
