// What may be declared of machines, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { computeSchema } from './schema.ts'

describeSection('estate.compute', computeSchema, {
  whole: {
    about: 'One hypervisor',
    machines: [
      {
        name: 'node1',
        kind: 'vm',
        on: 'proxmox',
        role: 'worker',
        cpus: 8,
        memory: '24GiB',
        disk: '100GiB',
        gpu: 'Tesla T4',
        addresses: ['10.0.20.101'],
        taints: ['gpu=true:NoSchedule'],
      },
    ],
  },
  least: [
    [
      'a machine',
      { machines: [{ name: 'a', kind: 'cloud', role: 'vantage', cpus: 1, memory: '1GiB' }] },
      { machines: [{ addresses: [], taints: [], memory: 1073741824 }] },
    ],
  ],
  wrong: [
    [
      'a machine without memory',
      { machines: [{ name: 'a', kind: 'vm', role: 'worker', cpus: 1 }] },
      [
        'machines[0].memory: nothing → a size from "64MiB" to "100000GiB" (units: B, KiB, MiB, GiB)',
      ],
    ],
    [
      'too little memory',
      { machines: [{ name: 'a', kind: 'vm', role: 'worker', cpus: 1, memory: '1MiB' }] },
      [
        'machines[0].memory: "1MiB" → a size from "64MiB" to "100000GiB" (units: B, KiB, MiB, GiB); "64MiB" is the least',
      ],
    ],
    [
      'half a processor',
      { machines: [{ name: 'a', kind: 'vm', role: 'worker', cpus: 0.5, memory: '1GiB' }] },
      ['machines[0].cpus: the number "0.5" → a whole number from "1" to "4096"'],
    ],
    [
      'a role with a slip',
      { machines: [{ name: 'a', kind: 'vm', role: 'controlplane', cpus: 1, memory: '1GiB' }] },
      [
        'machines[0].role: "controlplane" → one of "control-plane", "worker", "storage", "router", "dns", "desktop", "hypervisor", "vantage", "other"; meant "control-plane"',
      ],
    ],
    [
      'an address that is a name',
      {
        machines: [
          { name: 'a', kind: 'vm', role: 'dns', cpus: 1, memory: '1GiB', addresses: ['node1'] },
        ],
      },
      [
        'machines[0].addresses[0]: "node1" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'a kind that is a brand',
      { machines: [{ name: 'a', kind: 'proxmox', role: 'worker', cpus: 1, memory: '1GiB' }] },
      [
        'machines[0].kind: "proxmox" → one of "hypervisor", "vm", "container", "bare-metal", "cloud"',
      ],
    ],
  ],
  bounds: [
    [
      '64 MiB',
      { machines: [{ name: 'a', kind: 'vm', role: 'other', cpus: 1, memory: '64MiB' }] },
      { machines: [{ name: 'a', kind: 'vm', role: 'other', cpus: 1, memory: '63MiB' }] },
    ],
    [
      '4096 processors',
      { machines: [{ name: 'a', kind: 'vm', role: 'other', cpus: 4096, memory: '1GiB' }] },
      { machines: [{ name: 'a', kind: 'vm', role: 'other', cpus: 4097, memory: '1GiB' }] },
    ],
    [
      'twenty addresses',
      {
        machines: [
          {
            name: 'a',
            kind: 'vm',
            role: 'other',
            cpus: 1,
            memory: '1GiB',
            addresses: [
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
            ],
          },
        ],
      },
      {
        machines: [
          {
            name: 'a',
            kind: 'vm',
            role: 'other',
            cpus: 1,
            memory: '1GiB',
            addresses: [
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
              '10.0.0.1',
            ],
          },
        ],
      },
    ],
  ],
})
