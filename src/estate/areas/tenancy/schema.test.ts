// What may be declared of tiers and namespaces, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { tenancySchema } from './schema.ts'

describeSection('estate.tenancy', tenancySchema, {
  whole: {
    about: 'Two tiers',
    tiers: [
      {
        name: '0-core',
        about: 'All need it',
        priority: 1000,
        cpus: 4000,
        memory: '8GiB',
        pods: 50,
        default_memory: '256MiB',
        default_cpus: 100,
      },
    ],
    namespaces: [{ name: 'authentik', tier: '0-core', owner: 'platform', stacks: ['authentik'] }],
  },
  least: [
    [
      'a tier',
      { tiers: [{ name: 'a', cpus: 1, memory: '1MiB', default_memory: '1MiB' }] },
      { tiers: [{ priority: 0, pods: 100, default_cpus: 50 }] },
    ],
    [
      'a namespace',
      { namespaces: [{ name: 'a', tier: 'b' }] },
      { namespaces: [{ owner: 'platform', stacks: [] }] },
    ],
  ],
  wrong: [
    [
      'a namespace without a tier',
      { namespaces: [{ name: 'a' }] },
      ['namespaces[0].tier: nothing → a name such as "0-core"'],
    ],
    [
      'a tier without a default',
      { tiers: [{ name: 'a', cpus: 1, memory: '1GiB' }] },
      [
        'tiers[0].default_memory: nothing → a size from "1MiB" to "100000GiB" (units: B, KiB, MiB, GiB)',
      ],
    ],
    [
      'processors as Kubernetes writes them',
      { tiers: [{ name: 'a', cpus: '500m', memory: '1GiB', default_memory: '1MiB' }] },
      ['tiers[0].cpus: "500m" → a whole number from "1" to "10000000"'],
    ],
    [
      'memory as Kubernetes writes it',
      { tiers: [{ name: 'a', cpus: 1, memory: '1Gi', default_memory: '1MiB' }] },
      ['tiers[0].memory: "1Gi" → a size from "1MiB" to "100000GiB" (units: B, KiB, MiB, GiB)'],
    ],
    [
      'a quota without pods',
      { tiers: [{ name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB', pods: 0 }] },
      ['tiers[0].pods: the number "0" → a whole number from "1" to "100000"'],
    ],
    [
      'a name of nothing',
      { tiers: [{ name: '', cpus: 1, memory: '1GiB', default_memory: '1MiB' }] },
      ['tiers[0].name: "" → a name such as "0-core"'],
    ],
  ],
  bounds: [
    [
      'the highest priority',
      {
        tiers: [
          { name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB', priority: 1000000000 },
        ],
      },
      {
        tiers: [
          { name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB', priority: 1000000001 },
        ],
      },
    ],
    [
      'the lowest priority',
      {
        tiers: [{ name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB', priority: -1000000 }],
      },
      {
        tiers: [{ name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB', priority: -1000001 }],
      },
    ],
  ],
})
