// What is declared of tenancy: tiers with their quotas, and the namespaces in them.
import { count, defaulted, optional, required, section, size } from '../../../std/schema/schema.ts'
import { ignoreSchema } from '../../drift/ignore-schema.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const memory = { min: '1MiB', max: '100000GiB' } as const

const tierSchema = section({
  name: required('Name', nameText('0-core')),
  about: optional('What belongs in it', sentenceText('What everything else needs')),
  priority: defaulted('Value of its PriorityClass', count(-1_000_000, 1_000_000_000), 0),
  cpus: required('Quota of requested processors, in thousandths', count(1, 10_000_000)),
  memory: required('Quota of requested memory', size(memory)),
  pods: defaulted('Quota of pods', count(1, 100_000), 100),
  default_memory: required('Memory limit of a container that names none', size(memory)),
  default_cpus: defaulted(
    'Requested processors of a container that names none, in thousandths',
    count(1, 1_000_000),
    50,
  ),
})

const namespaceSchema = section({
  name: required('Name', nameText('authentik')),
  tier: required('Its tier', nameText('0-core')),
  owner: defaulted('Who answers for it, by role', nameText('platform'), 'platform'),
  stacks: namesList('Stacks in it', 'authentik'),
})

/** The section `estate.tenancy`. */
export const tenancySchema = section({
  about: optional('For the documentation', sentenceText('Five tiers')),
  tiers: entries('Tiers, the one that everything else needs first', tierSchema),
  namespaces: entries('Namespaces', namespaceSchema),
  ignore: entries(
    'Differences of objects in the cluster that nobody minds; each is counted and shown',
    ignoreSchema('kubernetes_ingress["monitoring/grafana"]', 'metadata.labels'),
  ),
})
