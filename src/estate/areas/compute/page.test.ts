// Machines, and what runs on what.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'compute',
  smallEstate({
    compute: {
      about: 'One hypervisor.',
      machines: [
        {
          name: 'proxmox',
          kind: 'hypervisor',
          role: 'hypervisor',
          cpus: 44,
          memory: '142GiB',
          addresses: ['192.168.1.2'],
        },
        {
          name: 'node 1',
          kind: 'vm',
          on: 'proxmox',
          role: 'worker',
          cpus: 8,
          memory: '24GiB',
          gpu: 'Tesla T4',
          taints: ['gpu=true:NoSchedule'],
        },
        { name: 'mx', kind: 'cloud', role: 'vantage', cpus: 1, memory: '512MiB' },
      ],
    },
  }),
)
