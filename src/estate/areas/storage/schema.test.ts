// What may be declared of volumes and classes, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { storageSchema } from './schema.ts'

describeSection('estate.storage', storageSchema, {
  whole: {
    about: 'NFS and LVM',
    volumes: [
      {
        name: 'shm',
        medium: 'memory',
        size: '64MiB',
        default_size: true,
        workload: 'authentik/outpost',
        memory_limit: '256MiB',
        class: 'nfs',
        entry: '1500B',
        block: '4KiB',
        inodes: 1000,
        rate: '18/min',
        retention: '7d',
        restart: '1d',
        probed: true,
        probed_tier: 'public',
        holds: 'sessions',
        used_by: ['authentik'],
      },
    ],
    classes: [
      { name: 'nfs', kind: 'nfs', server: '10.0.10.15', path: '/mnt/main', about: 'Shared' },
    ],
  },
  least: [
    [
      'a volume',
      { volumes: [{ name: 'a', medium: 'disk', size: '1.5GiB' }] },
      {
        volumes: [
          {
            size: 1610612736,
            entry: 4096,
            block: 4096,
            default_size: false,
            probed: false,
            probed_tier: 'required',
            holds: 'state',
            used_by: [],
          },
        ],
      },
    ],
    [
      'a volume with times',
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', retention: '1h30m', rate: '60/h' }] },
      { volumes: [{ size: 1, retention: 5400000, rate: 0.000016666666666666667 }] },
    ],
  ],
  wrong: [
    [
      'a size that is a number',
      { volumes: [{ name: 'a', medium: 'disk', size: 64 }] },
      [
        'volumes[0].size: the number "64" → a size from "1B" to "1000000GiB" (units: B, KiB, MiB, GiB)',
      ],
    ],
    [
      'a size in pounds',
      { volumes: [{ name: 'a', medium: 'disk', size: '64 pounds' }] },
      ['volumes[0].size: "64 pounds" → a size from "1B" to "1000000GiB" (units: B, KiB, MiB, GiB)'],
    ],
    [
      'a size of nothing',
      { volumes: [{ name: 'a', medium: 'disk', size: '0B' }] },
      [
        'volumes[0].size: "0B" → a size from "1B" to "1000000GiB" (units: B, KiB, MiB, GiB); "1B" is the least',
      ],
    ],
    [
      'a size below nothing',
      { volumes: [{ name: 'a', medium: 'disk', size: '-1GiB' }] },
      ['volumes[0].size: "-1GiB" → a size from "1B" to "1000000GiB" (units: B, KiB, MiB, GiB)'],
    ],
    [
      'a medium with a slip',
      { volumes: [{ name: 'a', medium: 'memroy', size: '1GiB' }] },
      [
        'volumes[0].medium: "memroy" → one of "memory", "disk", "nfs", "lvm", "object"; meant "memory"',
      ],
    ],
    [
      'a time in words',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', retention: 'a week' }] },
      [
        'volumes[0].retention: "a week" → a duration from "1s" to "3650d" (units: ms, s, m, h, d, w)',
      ],
    ],
    [
      'a time that is too long',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', retention: '4000d' }] },
      [
        'volumes[0].retention: "4000d" → a duration from "1s" to "3650d" (units: ms, s, m, h, d, w); "3650d" is the most',
      ],
    ],
    [
      'a rate in words',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', rate: 'often' }] },
      ['volumes[0].rate: "often" → a rate such as "1/min"'],
    ],
    [
      'a rate without a time',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', rate: '5' }] },
      ['volumes[0].rate: "5" → a rate such as "1/min"'],
    ],
    [
      'yes for true',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', probed: 'yes' }] },
      ['volumes[0].probed: "yes" → "true" or "false"; meant "true"'],
    ],
    [
      'a tier that nobody probes',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', probed_tier: 'none' }] },
      ['volumes[0].probed_tier: "none" → one of "required", "public"'],
    ],
    [
      'no inodes',
      { volumes: [{ name: 'a', medium: 'disk', size: '1GiB', inodes: 0 }] },
      ['volumes[0].inodes: the number "0" → a whole number from "1" to "1000000000"'],
    ],
    [
      'a volume without a name',
      { volumes: [{ medium: 'disk', size: '1GiB' }] },
      ['volumes[0].name: nothing → a name such as "outpost-shm"'],
    ],
    [
      'an unknown class',
      { classes: [{ name: 'a', kind: 'ceph' }] },
      ['classes[0].kind: "ceph" → one of "nfs", "lvm", "local", "iscsi", "object"'],
    ],
  ],
  bounds: [
    [
      'the largest size',
      { volumes: [{ name: 'a', medium: 'disk', size: '1000000GiB' }] },
      { volumes: [{ name: 'a', medium: 'disk', size: '1000001GiB' }] },
    ],
    [
      'the longest time',
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', retention: '3650d' }] },
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', retention: '3651d' }] },
    ],
    [
      'the shortest time',
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', restart: '1s' }] },
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', restart: '999ms' }] },
    ],
    [
      'the most inodes',
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', inodes: 1000000000 }] },
      { volumes: [{ name: 'a', medium: 'disk', size: '1B', inodes: 1000000001 }] },
    ],
  ],
})
