// What each path of a service inherits. Where a reading could let more people in, the other one holds.
import { describe, expect, test } from 'bun:test'
import type { Rule } from '../model/service.ts'
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'

/** The rules of one service, written as one YAML flow mapping behind the host. */
async function rulesOf(service: string): Promise<readonly Rule[] | string> {
  const file = '/c.yaml'
  const text = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity:
  accounts: {}
  oidc: { issuer: https://id.example.com, client_id: gate, client_secret: s3cr3t }
services:
  - { host: app.example.com${service} }
`
  const loaded = await loadConfig({ files: memoryFiles({ [file]: text }), file, withSecrets: true })
  if (!loaded.ok) return loaded.error.map(({ path, id }) => `${path} ${id}`).join(', ')
  return loaded.value.gate.services[0]?.rules ?? []
}

/** A rule in one line: path, conditions, tier, who. */
function line(rule: Rule): string {
  const list = (name: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`${name}=${values.join('+')}`]
  return [
    rule.path,
    ...list('methods', rule.methods),
    ...list('networks', rule.networks),
    rule.auth,
    ...list('groups', rule.groups),
    ...list('users', rule.users),
    ...list('domains', rule.emailDomains),
    ...list('providers', rule.providers),
  ].join(' ')
}

const cases: readonly (readonly [name: string, service: string, rules: readonly string[]])[] = [
  ['a host alone asks everyone to sign in', '', ['/** required']],
  [
    'the settings of a service are its rule for all paths',
    ', groups: [staff], users: [eve], email_domains: [Example.ORG], providers: [oidc]',
    ['/** required groups=staff users=eve domains=example.org providers=oidc'],
  ],
  [
    'a path inherits what it does not say',
    ', groups: [staff], providers: [oidc], methods: [get], networks: [10.0.0.0/8], paths: [{ path: /a/** }]',
    [
      '/a/** methods=GET networks=10.0.0.0/8 required groups=staff providers=oidc',
      '/** methods=GET networks=10.0.0.0/8 required groups=staff providers=oidc',
    ],
  ],
  [
    'a path that names people inherits no names: neither list widens the other',
    ', groups: [staff], paths: [{ path: /admin/**, users: [root] }]',
    ['/admin/** required users=root', '/** required groups=staff'],
  ],
  [
    'a path that names groups under an open service asks for sign-in',
    ', auth: none, paths: [{ path: /admin/**, groups: [admins] }]',
    ['/admin/** required groups=admins', '/** none'],
  ],
  [
    'a path that names a provider under a public service asks for sign-in',
    ', auth: public, paths: [{ path: /admin/**, providers: [oidc] }]',
    ['/admin/** required providers=oidc', '/** public'],
  ],
  [
    'an open path under a service with groups keeps none of them',
    ', groups: [staff], providers: [oidc], paths: [{ path: /public/**, auth: none }]',
    ['/public/** none', '/** required groups=staff providers=oidc'],
  ],
  [
    'a path under an open service inherits that it is open',
    ', auth: app, paths: [{ path: /api/**, methods: [POST] }]',
    ['/api/** methods=POST app', '/** app'],
  ],
  [
    'a path that says required under an open service lets in anyone signed in',
    ', auth: none, paths: [{ path: /me, auth: required }]',
    ['/me required', '/** none'],
  ],
  [
    'a path that repeats required still inherits the names',
    ', groups: [staff], paths: [{ path: /a, auth: required }]',
    ['/a required groups=staff', '/** required groups=staff'],
  ],
  [
    'everyone signed in ends what would be inherited',
    ', groups: [staff], paths: [{ path: /docs/**, methods: [GET], users: ["*"] }]',
    ['/docs/** methods=GET required', '/** required groups=staff'],
  ],
  [
    'an entry for all paths takes the place of the rule of the service',
    ', paths: [{ path: /**, groups: [staff] }]',
    ['/** required groups=staff'],
  ],
  [
    'an entry for all paths under other conditions does not',
    ', auth: none, paths: [{ path: /**, methods: [POST], groups: [staff] }]',
    ['/** methods=POST required groups=staff', '/** none'],
  ],
]

describe('buildServices', () => {
  for (const [name, service, expected] of cases)
    test(name, async () => {
      const rules = await rulesOf(service)
      expect(typeof rules === 'string' ? rules : rules.map(line)).toEqual([...expected])
    })

  test('gives every rule of a service an id of its own', async () => {
    const rules = await rulesOf(
      ', paths: [{ path: /a, methods: [GET, post], networks: [10.0.0.1, "fd00::/8"] }, { path: /a, methods: [PUT] }]',
    )
    expect(typeof rules === 'string' ? rules : rules.map(({ id }) => id)).toEqual([
      'app.example.com /a GET,POST from 10.0.0.1/32,fd00::/8',
      'app.example.com /a PUT',
      'app.example.com /**',
    ])
  })

  const refused: readonly (readonly [name: string, service: string, found: string])[] = [
    [
      'an empty list of groups, which would let everyone in',
      ', groups: []',
      'services[0].groups wrong-value',
    ],
    [
      'names beside an open tier of a path',
      ', paths: [{ path: /a, auth: app, users: [eve] }]',
      'services[0].paths[0].users names-without-sign-in',
    ],
    [
      'everyone beside a group in a path',
      ', paths: [{ path: /a, users: ["*"], groups: [staff] }]',
      'services[0].paths[0].users everyone-and-more',
    ],
    [
      'two paths of which neither is more specific',
      ', paths: [{ path: /a, methods: [GET, PUT] }, { path: /a, methods: [PUT, POST] }]',
      'services[0].paths[1] tied-rules',
    ],
    [
      'a path that cannot be read in one way',
      ', paths: [{ path: /a/../b }]',
      'services[0].paths[0].path wrong-value',
    ],
    ['a port in a host', ':8443', 'services[0].host wrong-value'],
  ]
  for (const [name, service, found] of refused)
    test(`refuses ${name}`, async () => {
      expect(await rulesOf(service)).toBe(found)
    })
})
