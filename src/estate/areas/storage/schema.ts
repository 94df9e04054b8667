// What is declared of storage: volumes with what writes to them, and the classes they come from.
import {
  choice,
  count,
  defaulted,
  duration,
  flag,
  optional,
  required,
  section,
  size,
} from '../../../std/schema/schema.ts'
import { entries, nameText, namesList, rateText, sentenceText } from '../../setting.ts'

const sizes = { min: '1B', max: '1000000GiB' } as const
const times = { min: '1s', max: '3650d' } as const

const volumeSchema = section({
  name: required('Name of the volume', nameText('outpost-shm')),
  medium: required('"memory" is a tmpfs', choice(['memory', 'disk', 'nfs', 'lvm', 'object'])),
  size: required('Its size, as it is in force', size(sizes)),
  default_size: defaulted(
    'Nobody chose this size: it is what the runtime gives, such as the 64 MiB of /dev/shm',
    flag(),
    false,
  ),
  workload: optional('Who mounts it: namespace and name', nameText('authentik/ak-outpost-public')),
  memory_limit: optional(
    'Memory limit of the container that writes to a memory volume',
    size(sizes),
  ),
  class: optional('Storage class', nameText('nfs-truenas')),
  entry: defaulted('Size of one entry, where it holds many alike', size(sizes), '4KiB'),
  block: defaulted('Block size', size(sizes), '4KiB'),
  inodes: optional('Files at most', count(1, 1_000_000_000)),
  rate: optional('Entries that arrive beside those of probes', rateText('1/min')),
  retention: optional('How long an entry is kept; left out: for ever', duration(times)),
  restart: optional('Everything is thrown away this often', duration(times)),
  probed: defaulted('Each probe without a session leaves an entry here', flag(), false),
  probed_tier: defaulted(
    'Auth tier whose probes do so',
    choice(['required', 'public']),
    'required',
  ),
  holds: defaulted(
    '"state" cannot be had again · "cache" can · "sessions" ends with a sign-in for everyone',
    choice(['state', 'cache', 'sessions']),
    'state',
  ),
  used_by: namesList('Stacks that need it', 'immich'),
})

const classSchema = section({
  name: required('Name of the class', nameText('nfs-truenas')),
  kind: required('What it is', choice(['nfs', 'lvm', 'local', 'iscsi', 'object'])),
  server: optional('Server', nameText('10.0.10.15')),
  path: optional('Export or volume group', nameText('/mnt/main')),
  about: optional('What it is for', sentenceText('Everything that may be shared')),
})

/** The section `estate.storage`. */
export const storageSchema = section({
  about: optional('For the documentation', sentenceText('NFS for files, LVM for databases')),
  volumes: entries('Volumes', volumeSchema),
  classes: entries('Storage classes', classSchema),
})
