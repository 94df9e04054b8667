// Any authentik that a house may have, for the stand-in: odd names, every mode, bindings of every kind.
import fc from 'fast-check'
import type { Binding, ProviderOptions } from '../peers/authentik/model.ts'
import type { AuthentikOptions } from '../peers/authentik/state.ts'

const groupNames = ['staff', 'admins', 'a "b" # c', '*', 'Zoë: [x]', 'yes', '${x} %{y}', '- -']
const people = ['ada', 'true', 'jürgen']
const policyNames = ['hosts', 'null', 'say "no"']

const validity = fc.oneof(
  fc.constantFrom('hours=168', 'days=7', 'weeks=4', 'hours=1;minutes=30', 'seconds=90'),
  fc.integer({ min: 1, max: 5000 }).map((minutes) => `minutes=${minutes}`),
)

const text = fc
  .array(
    fc.constantFrom(
      'a',
      'B',
      '"',
      '\\',
      '${',
      '%{',
      '}',
      ' ',
      '\n',
      '\t',
      '#',
      'ü',
      "'",
      ':',
      'EOT',
    ),
    {
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(''))

const binding: fc.Arbitrary<Binding> = fc
  .record({
    who: fc.oneof(
      fc.constantFrom(...groupNames).map((group) => ({ group })),
      fc.constantFrom(...people).map((user) => ({ user })),
      fc.constantFrom(...policyNames).map((policy) => ({ policy })),
    ),
    negate: fc.boolean(),
    enabled: fc.boolean(),
  })
  .map(({ who, ...rest }) => ({ ...who, ...rest }))

const provider = (name: string, index: number): fc.Arbitrary<ProviderOptions> =>
  fc.record({
    name: fc.constant(name),
    external_host: fc.constant(`https://h${index}.example.com`),
    mode: fc.constantFrom('forward_single', 'forward_domain', 'proxy'),
    internal_host: fc.constantFrom('', 'http://inside:8080'),
    internal_host_ssl_validation: fc.boolean(),
    cookie_domain: fc.constantFrom('', 'example.com'),
    skip_path_regex: fc.oneof(fc.constant(''), fc.constant('^/a\r\n^/b'), text),
    intercept_header_auth: fc.boolean(),
    basic_auth_enabled: fc.boolean(),
    basic_auth_user_attribute: fc.constantFrom('', 'app_user'),
    access_token_validity: validity,
    application: fc.oneof(
      fc.constant(null),
      fc.record({
        slug: fc.constant(`app-${index}`),
        name: fc.constantFrom('Grafana', 'yes', 'a: "b"', 'Wiki ${x}'),
        group: fc.constantFrom('', 'Tools'),
        policy_engine_mode: fc.constantFrom('any', 'all'),
        bindings: fc.array(binding, { maxLength: 4 }),
      }),
    ),
  })

const names = ['grafana', 'a "b"', 'Zoë #1', 'yes', 'null']

/** Options of a stand-in. */
export const liveArbitrary: fc.Arbitrary<AuthentikOptions> = fc
  .record({
    providers: fc
      .subarray(names)
      .chain((chosen) => fc.tuple(...chosen.map((name, index) => provider(name, index)))),
    managedOutpost: fc.boolean(),
    assigned: fc.subarray(names),
    elsewhere: fc.subarray(names),
    config: fc.record({
      log_level: fc.constantFrom('info', 'debug'),
      refresh_interval: fc.constantFrom('minutes=5', 'hours=1'),
      kubernetes_replicas: fc.integer({ min: 0, max: 5 }),
      kubernetes_disabled_components: fc.subarray(['ingress', 'secret', 'traefik middleware']),
      kubernetes_json_patches: fc.constantFrom(null, {
        deployment: [{ op: 'add', path: '/spec/template/spec/volumes', value: ['"', '${x}', 1] }],
      }),
      an_unknown_key: fc.constantFrom(null, 7, { deep: [true, null] }),
    }),
    expressions: fc.tuple(...policyNames.map(() => text)),
    superuser: fc.boolean(),
    parents: fc.subarray(['staff', '*']),
    note: text,
  })
  .map((drawn) => ({
    providers: drawn.providers,
    people: people.map((username) => ({ username })),
    outpost: {
      name: 'authentik Embedded Outpost',
      managed: drawn.managedOutpost ? 'goauthentik.io/outposts/embedded' : null,
      providers: drawn.assigned,
      config: drawn.config,
    },
    managed: {
      policies: policyNames.map((name, index) => ({
        name,
        // An expression is never empty.
        expression: `return False # ${drawn.expressions[index] ?? ''}`,
        execution_logging: index === 1,
      })),
      groups: {
        admins: {
          is_superuser: drawn.superuser,
          parents: drawn.parents,
          attributes: { note: drawn.note, list: [1, { a: null }] },
        },
      },
      outposts: [{ name: 'public "2"', providers: drawn.elsewhere }],
      applications: [{ slug: 'other', name: 'Other' }],
    },
  }))
