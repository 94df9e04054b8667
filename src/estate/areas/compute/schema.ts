// What is declared of machines: hypervisors, virtual machines and nodes with what they have.
import {
  choice,
  count,
  defaulted,
  list,
  optional,
  required,
  section,
  size,
} from '../../../std/schema/schema.ts'
import { networkText } from '../../../model/setting-text.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const memory = { min: '64MiB', max: '100000GiB' } as const

const machineSchema = section({
  name: required('Name', nameText('k8s-node1')),
  kind: required('What it is', choice(['hypervisor', 'vm', 'container', 'bare-metal', 'cloud'])),
  on: optional('Hypervisor that it runs on', nameText('proxmox')),
  role: required(
    'What it is for',
    choice([
      'control-plane',
      'worker',
      'storage',
      'router',
      'dns',
      'desktop',
      'hypervisor',
      'vantage',
      'other',
    ]),
  ),
  cpus: required('Processors', count(1, 4096)),
  memory: required('Memory', size(memory)),
  disk: optional('Disk', size(memory)),
  gpu: optional('GPU that is passed through', nameText('Tesla T4')),
  addresses: defaulted('Addresses', list(networkText(), { min: 0, max: 20 }), []),
  taints: namesList('Taints in Kubernetes', 'gpu=true:NoSchedule'),
})

/** The section `estate.compute`. */
export const computeSchema = section({
  about: optional('For the documentation', sentenceText('One hypervisor, five nodes')),
  machines: entries('Machines', machineSchema),
})
