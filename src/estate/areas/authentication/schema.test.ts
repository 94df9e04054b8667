// What may be declared of providers, outposts, groups and of authentik, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { authenticationSchema } from './schema.ts'

describeSection('estate.authentication', authenticationSchema, {
  whole: {
    about: 'One provider',
    providers: [
      {
        name: 'authentik',
        kind: 'authentik',
        url: 'https://id.example.com',
        replicas: 3,
        database: 'postgresql',
      },
    ],
    outposts: [
      {
        name: 'embedded',
        managed: true,
        tier: 'required',
        replicas: 2,
        sessions: 'postgresql',
        volume: 'shm',
        validity: '28d',
        memory_limit_volume: true,
        authentik_name: 'authentik Embedded Outpost',
        service_connection: 'k8s',
        config: { kubernetes_replicas: 2 },
      },
    ],
    groups: [
      {
        name: 'staff',
        about: 'All',
        managed: 'ui',
        superuser: false,
        parents: ['everybody'],
        attributes: { floor: 3 },
      },
    ],
    break_glass: ['admins'],
    authentik: {
      per_service: true,
      providers: [{ name: 'p', external_host: 'https://p.example.com' }],
      applications: [{ slug: 'p', name: 'P', bindings: [{ group: 'staff' }] }],
      policies: [{ name: 'h', expression: 'return False' }],
      ignore: [{ object: '*', attribute: 'config', reason: 'An updater' }],
    },
    default_groups: ['admins'],
  },
  least: [
    [
      'a provider',
      { providers: [{ name: 'a', kind: 'oidc' }] },
      { providers: [{ replicas: 1 }], break_glass: [], default_groups: [] },
    ],
    [
      'an outpost',
      { outposts: [{ name: 'a', sessions: 'none', validity: '1d' }] },
      {
        outposts: [
          {
            managed: false,
            tier: 'required',
            replicas: 1,
            validity: 86400000,
            memory_limit_volume: false,
          },
        ],
      },
    ],
    [
      'a group',
      { groups: [{ name: 'a' }] },
      { groups: [{ managed: 'code', superuser: false, parents: [] }] },
    ],
    [
      'a provider of authentik',
      {
        authentik: {
          providers: [
            {
              name: 'a',
              external_host: 'https://a',
              access_token_validity: '7d',
              refresh_token_validity: 'hours=48',
            },
          ],
        },
      },
      {
        authentik: {
          per_service: false,
          providers: [
            {
              mode: 'forward_single',
              access_token_validity: 'days=7',
              refresh_token_validity: 'days=2',
              intercept_header_auth: true,
            },
          ],
        },
      },
    ],
  ],
  wrong: [
    [
      'a provider of no kind',
      { providers: [{ name: 'a' }] },
      ['providers[0].kind: nothing → one of "authentik", "oidc", "accounts"'],
    ],
    [
      'a provider at no address',
      { providers: [{ name: 'a', kind: 'oidc', url: 'id.example.com' }] },
      [
        'providers[0].url: "id.example.com" → an absolute URL such as "https://authentik.example.com"',
      ],
    ],
    [
      'an address with a password in it',
      { providers: [{ name: 'a', kind: 'oidc', url: 'https://a:hunter2hunter2@id.example.com' }] },
      [
        'providers[0].url: "https://…@id.example.com" → an absolute URL such as "https://authentik.example.com"',
      ],
    ],
    [
      'sessions in files, with a slip',
      { outposts: [{ name: 'a', sessions: 'filesytem', validity: '1d' }] },
      [
        'outposts[0].sessions: "filesytem" → one of "postgresql", "redis", "filesystem", "none"; meant "filesystem"',
      ],
    ],
    [
      'an outpost without a validity',
      { outposts: [{ name: 'a', sessions: 'none' }] },
      [
        'outposts[0].validity: nothing → a duration from "1m" to "3650d" (units: ms, s, m, h, d, w)',
      ],
    ],
    [
      'a validity as authentik has it',
      { outposts: [{ name: 'a', sessions: 'none', validity: 'days=7' }] },
      [
        'outposts[0].validity: "days=7" → a duration from "1m" to "3650d" (units: ms, s, m, h, d, w)',
      ],
    ],
    [
      'an outpost of an open tier',
      { outposts: [{ name: 'a', sessions: 'none', validity: '1d', tier: 'none' }] },
      ['outposts[0].tier: "none" → one of "required", "public"'],
    ],
    [
      'a config that is a text',
      { outposts: [{ name: 'a', sessions: 'none', validity: '1d', config: '{}' }] },
      ['outposts[0].config: "{}" → a mapping of the keys of an outpost config'],
    ],
    [
      'break-glass that is no list',
      { break_glass: 'admins' },
      ['break_glass: "admins" → a list of "0" to "500" entries; meant "[admins]"'],
    ],
    [
      'break-glass with a slip',
      { breakglass: ['admins'] },
      ['breakglass: unknown "breakglass"; meant "break_glass"'],
    ],
    [
      'a group that is a text',
      { groups: ['staff'] },
      ['groups[0]: "staff" → a mapping of settings'],
    ],
    [
      'a mode of authentik with a slip',
      {
        authentik: {
          providers: [{ name: 'a', external_host: 'https://a', mode: 'forward-single' }],
        },
      },
      [
        'authentik.providers[0].mode: "forward-single" → one of "forward_single", "forward_domain", "proxy"; meant "forward_single"',
      ],
    ],
    [
      'a validity that is no time',
      {
        authentik: {
          providers: [{ name: 'a', external_host: 'https://a', access_token_validity: 'soon' }],
        },
      },
      [
        'authentik.providers[0].access_token_validity: a value that is hidden → a duration such as "7d", or "days=7" as authentik writes it',
      ],
    ],
    [
      'a binding with a key of the API that is not ours',
      {
        authentik: { applications: [{ slug: 'a', name: 'A', bindings: [{ groups: ['staff'] }] }] },
      },
      ['authentik.applications[0].bindings[0].groups: unknown "groups"; meant "group"'],
    ],
    [
      'a policy without an expression',
      { authentik: { policies: [{ name: 'a' }] } },
      ['authentik.policies[0].expression: nothing → an expression'],
    ],
    [
      'something ignored for no reason',
      { authentik: { ignore: [{ object: 'a', attribute: 'b' }] } },
      ['authentik.ignore[0].reason: nothing → a sentence such as "An updater sets it"'],
    ],
  ],
  bounds: [
    [
      'a validity of a minute',
      { outposts: [{ name: 'a', sessions: 'none', validity: '1m' }] },
      { outposts: [{ name: 'a', sessions: 'none', validity: '59s' }] },
    ],
    [
      'a validity of ten years',
      { outposts: [{ name: 'a', sessions: 'none', validity: '3650d' }] },
      { outposts: [{ name: 'a', sessions: 'none', validity: '3651d' }] },
    ],
  ],
})
