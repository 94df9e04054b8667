// Tiers and namespaces: priority, quota and default limits of each.
import type { Estate } from '../../estate.ts'
import { objectName, ownLabels, quantity } from './names.ts'

/** Label that says which tier a namespace belongs to. */
const tierLabel = 'gatehouse.dev/tier'

/** PriorityClasses of the tiers, then Namespace, ResourceQuota and LimitRange of each namespace. */
export function tenancyObjects({ areas }: Estate): readonly object[] {
  const { namespaces, tiers } = areas.tenancy
  const classes = tiers.map(({ about, name, priority }) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: `tier-${objectName(name)}`, labels: ownLabels },
    value: priority,
    globalDefault: false,
    description: about ?? `Tier ${name}`,
  }))
  return [...classes, ...namespaces.flatMap((namespace) => namespaceObjects(namespace, tiers))]
}

type Tenancy = Estate['areas']['tenancy']

function namespaceObjects(
  { name, owner, tier: tierName }: Tenancy['namespaces'][number],
  tiers: Tenancy['tiers'],
): readonly object[] {
  const labels = {
    ...ownLabels,
    [tierLabel]: objectName(tierName),
    'gatehouse.dev/owner': objectName(owner),
  }
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: objectName(name), labels },
  }
  const tier = tiers.find((candidate) => candidate.name === tierName)
  if (tier === undefined) return [namespace]
  const metadata = { name: `tier-${objectName(tierName)}`, namespace: objectName(name), labels }
  return [
    namespace,
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: {
        hard: {
          'requests.cpu': `${tier.cpus}m`,
          'requests.memory': quantity(tier.memory),
          pods: String(tier.pods),
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: {
        limits: [
          {
            type: 'Container',
            default: { memory: quantity(tier.default_memory) },
            defaultRequest: { cpu: `${tier.default_cpus}m`, memory: quantity(tier.default_memory) },
          },
        ],
      },
    },
  ]
}
