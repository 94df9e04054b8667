// What is declared of signing in: providers, outposts and their stores, groups, who gets in when all fails.
import {
  choice,
  count,
  defaulted,
  duration,
  flag,
  freeMapping,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { httpUrlText } from '../../../model/setting-text.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'
import { authentikSchema } from './authentik-schema.ts'

/** Characters of the config of an outpost, or of the attributes of a group, at most. */
const configBytesMax = 65_536

const times = { min: '1m', max: '3650d' } as const

const providerSchema = section({
  name: required('Name', nameText('authentik')),
  kind: required('What it is', choice(['authentik', 'oidc', 'accounts'])),
  url: optional('Where it is', httpUrlText('https://authentik.example.com')),
  replicas: defaulted('Replicas', count(0, 1000), 1),
  database: optional('Database that it needs', nameText('postgresql')),
})

const outpostSchema = section({
  name: required('Name', nameText('embedded')),
  managed: defaulted('Made and updated by authentik itself ("managed" is set)', flag(), false),
  tier: defaulted('Auth tier that it answers for', choice(['required', 'public']), 'required'),
  replicas: defaulted('Replicas', count(0, 1000), 1),
  sessions: required(
    'Where its sessions are: "filesystem" writes one file for each request without a session',
    choice(['postgresql', 'redis', 'filesystem', 'none']),
  ),
  volume: optional('Volume of its session files', nameText('outpost-shm')),
  validity: required('How long a session lives', duration(times)),
  memory_limit_volume: defaulted('Its pod template is patched to mount the volume', flag(), false),
  authentik_name: optional(
    'Its name in authentik, where that is another',
    nameText('authentik Embedded Outpost'),
  ),
  service_connection: optional(
    'Service connection by which authentik deploys it',
    nameText('Local Kubernetes Cluster'),
  ),
  config: optional(
    'Its config in authentik, with the keys of authentik (such as "kubernetes_json_patches"); what is left out is as usual',
    freeMapping('a mapping of the keys of an outpost config', configBytesMax),
  ),
})

const groupSchema = section({
  name: required('Name', nameText('staff')),
  about: optional('Who is in it', sentenceText('Everybody of the house')),
  managed: defaulted(
    'Where it is kept: "code" or by hand in the provider ("ui")',
    choice(['code', 'ui']),
    'code',
  ),
  superuser: defaulted('Its members may do everything in authentik', flag(), false),
  parents: namesList('Groups that it is part of', 'everybody'),
  attributes: optional(
    'Its attributes in authentik; never a secret',
    freeMapping('a mapping of attributes', configBytesMax),
  ),
})

/** The section `estate.authentication`. */
export const authenticationSchema = section({
  about: optional('For the documentation', sentenceText('One provider, two outposts')),
  providers: entries('Identity providers', providerSchema),
  outposts: entries('Forward-auth outposts', outpostSchema),
  groups: entries('Groups', groupSchema),
  break_glass: namesList(
    'Groups that get in everywhere when the table of groups is wrong',
    'admins',
  ),
  authentik: optional(
    'What authentik holds for the gate, for "drift", "codify" and "generate terraform"',
    authentikSchema,
  ),
  default_groups: namesList('Groups of a protected host that names none', 'admins'),
})
