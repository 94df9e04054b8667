// The section `estate.authentication.authentik`: providers, applications, bindings and policies, with the names
// of authentik's API, so that whoever knows the one knows the other.
import type { Result } from '../../../std/result.ts'
import {
  type TextFault,
  choice,
  count,
  defaulted,
  flag,
  lines,
  list,
  optional,
  parsed,
  required,
  section,
  text,
} from '../../../std/schema/schema.ts'
import { ignoreSchema } from '../../drift/ignore-schema.ts'
import { usualFlows } from '../../authentik/objects.ts'
import { validityMs, validityText } from '../../authentik/normal.ts'
import { entries, nameText, namesList } from '../../setting.ts'

/** Characters of an expression, or of a list of patterns, at most. */
const linesLengthMax = 65_536
/** Bindings of one application at most. */
const bindingsMax = 500

/** A duration in authentik's form or in ours; authentik's comes out. */
function validitySetting() {
  return parsed({
    wanted: 'a duration such as "7d", or "days=7" as authentik writes it',
    example: '7d',
    lengthMax: 128,
    parse: (value): Result<string, TextFault> => {
      const ms = validityMs(value)
      return ms === null ? { ok: false, error: {} } : { ok: true, value: validityText(ms) }
    },
  })
}

const providerSchema = section({
  name: required('Name', nameText('grafana')),
  mode: defaulted(
    'How it is used',
    choice(['forward_single', 'forward_domain', 'proxy']),
    'forward_single',
  ),
  external_host: required(
    'Address that people use',
    text('an address such as "https://grafana.example.com"', 'https://grafana.example.com'),
  ),
  internal_host: optional(
    'Address that mode "proxy" leads to',
    text('an address such as "http://grafana:3000"', 'http://grafana:3000'),
  ),
  internal_host_ssl_validation: defaulted('Its certificate is verified', flag(), true),
  cookie_domain: optional('Domain of mode "forward_domain"', nameText('example.com')),
  skip_path_regex: optional(
    'Patterns of what needs no sign-in, one a line',
    lines('patterns, one a line', '^/public', linesLengthMax),
  ),
  intercept_header_auth: defaulted('Takes the "Authorization" header for its own', flag(), true),
  basic_auth_enabled: defaulted('Sends services a user and a password', flag(), false),
  basic_auth_user_attribute: optional('Attribute that holds the user', nameText('app_user')),
  basic_auth_password_attribute: optional(
    'Attribute that holds the password: its name, never a value',
    nameText('app_password_attribute'),
  ),
  access_token_validity: optional(
    'How long a session lives; left out: "validity" of the first outpost that has it',
    validitySetting(),
  ),
  refresh_token_validity: defaulted('How long it may be renewed', validitySetting(), 'days=30'),
  authentication_flow: optional('Flow for people without a session', nameText('sign-in')),
  authorization_flow: defaulted(
    'Flow of a sign-in, by slug',
    nameText(usualFlows.authorization),
    usualFlows.authorization,
  ),
  invalidation_flow: defaulted(
    'Flow of a sign-out, by slug',
    nameText(usualFlows.invalidation),
    usualFlows.invalidation,
  ),
  outposts: namesList('Outposts that have it, by their name here', 'embedded'),
})

const bindingSchema = section({
  group: optional('Group that may enter', nameText('staff')),
  user: optional('Person who may enter', nameText('ada')),
  policy: optional('Policy that decides', nameText('hosts-by-group')),
  order: defaulted('Order among the bindings', count(-1_000_000, 1_000_000), 0),
  enabled: defaulted('It counts', flag(), true),
  negate: defaulted('Everybody but those', flag(), false),
  timeout: defaulted('Seconds that a policy may take', count(0, 1_000_000), 30),
  failure_result: defaulted('What counts when the policy fails', flag(), false),
})

const applicationSchema = section({
  slug: required('Name in addresses', nameText('grafana')),
  name: required('Name that people see', nameText('Grafana')),
  provider: optional('Provider that it belongs to, of any protocol', nameText('grafana')),
  group: optional('Heading that it stands under', nameText('Monitoring')),
  policy_engine_mode: defaulted(
    'Whether one binding is enough, or all are needed',
    choice(['any', 'all']),
    'any',
  ),
  open_in_new_tab: defaulted('Opens in a tab of its own', flag(), false),
  meta_launch_url: optional('Address that it opens', nameText('https://grafana.example.com')),
  meta_icon: optional('Icon', nameText('/media/grafana.png')),
  meta_description: optional('What it is', lines('a text', 'Dashboards', linesLengthMax)),
  meta_publisher: optional('Who made it', nameText('Grafana Labs')),
  meta_hide: defaulted('Not shown among the applications', flag(), false),
  bindings: optional(
    'Who may enter; left out: the groups of the service behind its provider',
    list(bindingSchema, { min: 0, max: bindingsMax }),
  ),
})

const policySchema = section({
  name: required('Name', nameText('hosts-by-group')),
  expression: required(
    'Python that decides; never a secret',
    lines('an expression', 'return False', linesLengthMax),
  ),
  execution_logging: defaulted('Each decision is logged', flag(), false),
  host_table: defaulted(
    'It names every protected host: one that is missing is a broken invariant',
    flag(),
    false,
  ),
})

/** The section `estate.authentication.authentik`. */
export const authentikSchema = section({
  per_service: defaulted(
    'Each service of tier required or public has a provider and an application of its own',
    flag(),
    false,
  ),
  providers: entries('Proxy providers', providerSchema),
  applications: entries('Applications', applicationSchema),
  policies: entries('Expression policies', policySchema),
  ignore: entries(
    'Differences that nobody minds; each is counted and shown',
    ignoreSchema('authentik_outpost["embedded"]', 'config.container_image'),
  ),
})
