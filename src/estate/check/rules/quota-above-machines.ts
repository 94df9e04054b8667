// Quotas that promise more memory than the nodes have.
import { formatBytes } from '../../text.ts'
import type { EstateRule } from '../rule.ts'

/** Sum of the quotas of all tiers, each once for each of its namespaces, against the workers. */
export const quotaAboveMachines: EstateRule = {
  id: 'quota-above-machines',
  severity: 'warning',
  title: 'One tier alone may ask for more memory than all nodes have',
  reason: 'Its pods push out those of every other tier, and the quota never says no',
  fix: 'Lower the quota below what the workers have together',
  find: ({ areas }) => {
    const workers = areas.compute.machines.filter(({ role }) => role === 'worker')
    const memory = workers.reduce((sum, machine) => sum + machine.memory, 0)
    if (memory === 0) return []
    return areas.tenancy.tiers.flatMap((tier, i) =>
      tier.memory > memory
        ? [
            {
              path: ['estate', 'tenancy', 'tiers', i, 'memory'],
              message: `The tier "${tier.name}" may ask for "${formatBytes(tier.memory)}" in each namespace, and "${workers.length}" workers have "${formatBytes(memory)}"`,
            },
          ]
        : [],
    )
  },
  examples: {
    failing: {
      estate: {
        compute: {
          machines: [{ name: 'n1', kind: 'vm', role: 'worker', cpus: 4, memory: '8GiB' }],
        },
        tenancy: {
          tiers: [{ name: 'aux', cpus: 4000, memory: '16GiB', default_memory: '256MiB' }],
        },
      },
    },
    passing: {
      estate: {
        compute: {
          machines: [{ name: 'n1', kind: 'vm', role: 'worker', cpus: 4, memory: '32GiB' }],
        },
        tenancy: {
          tiers: [{ name: 'aux', cpus: 4000, memory: '16GiB', default_memory: '256MiB' }],
        },
      },
    },
  },
}
