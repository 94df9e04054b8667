// Machines: the hypervisor, its guests, and one in another house.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** One hypervisor, the nodes of the cluster, a machine in another house. */
export const compute: Areas['compute'] = {
  about: 'Proxmox carries the cluster, the router and the NAS.',
  machines: [
    {
      name: 'proxmox',
      kind: 'hypervisor',
      role: 'hypervisor',
      cpus: 44,
      memory: '142GiB',
      addresses: ['192.168.1.127'],
    },
    {
      name: 'pfsense',
      kind: 'vm',
      on: 'proxmox',
      role: 'router',
      cpus: 8,
      memory: '16GiB',
      addresses: ['10.0.10.1', '10.0.20.1'],
    },
    {
      name: 'truenas',
      kind: 'vm',
      on: 'proxmox',
      role: 'storage',
      cpus: 16,
      memory: '16GiB',
      addresses: ['10.0.10.15'],
    },
    {
      name: 'k8s-master',
      kind: 'vm',
      on: 'proxmox',
      role: 'control-plane',
      cpus: 8,
      memory: '8GiB',
      addresses: ['10.0.20.100'],
    },
    {
      name: 'k8s-node1',
      kind: 'vm',
      on: 'proxmox',
      role: 'worker',
      cpus: 16,
      memory: '24GiB',
      gpu: 'Tesla T4',
      taints: ['nvidia.com/gpu=true:NoSchedule'],
    },
    { name: 'k8s-node2', kind: 'vm', on: 'proxmox', role: 'worker', cpus: 8, memory: '24GiB' },
    { name: 'k8s-node3', kind: 'vm', on: 'proxmox', role: 'worker', cpus: 8, memory: '24GiB' },
    { name: 'k8s-node4', kind: 'vm', on: 'proxmox', role: 'worker', cpus: 8, memory: '24GiB' },
    { name: 'mx2', kind: 'cloud', role: 'vantage', cpus: 1, memory: '1GiB' },
  ],
}
