// Names of resources, data sources and variables: whatever things are called, no two become one.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type KindName, type ManagedObject, kindNames, kinds } from '../../authentik/objects.ts'
import { secretMark } from '../../drift/secret-leaves.ts'
import { ResourceWriter } from './authentik.ts'
import { renderAuthentikTerraform } from './authentik-files.ts'
import { Expression } from './hcl.ts'

/** An object of which everything is as usual but for `attributes`. */
function object(
  kind: KindName,
  key: string,
  attributes: Readonly<Record<string, unknown>> = {},
): ManagedObject {
  const usual = Object.fromEntries(
    Object.entries(kinds[kind].attributes).map(([name, one]) => [name, one.usual]),
  )
  return { kind, key, pk: null, attributes: { ...usual, ...attributes } }
}

const secret = `${secretMark}0123456789ab`

/** Arguments of the resources of goauthentik/authentik, from its documentation; those it needs first. */
const documented: Readonly<Record<KindName, readonly [string, string]>> = {
  group: ['name', 'is_superuser parents attributes users roles'],
  policy: ['name expression', 'execution_logging'],
  provider: [
    'name external_host authorization_flow invalidation_flow',
    'access_token_validity authentication_flow basic_auth_enabled basic_auth_password_attribute basic_auth_username_attribute cookie_domain intercept_header_auth internal_host internal_host_ssl_validation jwks_sources mode property_mappings refresh_token_validity skip_path_regex',
  ],
  application: [
    'name slug',
    'group meta_description meta_icon meta_launch_url meta_publisher meta_hide open_in_new_tab policy_engine_mode protocol_provider backchannel_providers uuid',
  ],
  binding: ['target order', 'enabled group negate policy timeout user failure_result'],
  outpost: ['name protocol_providers', 'config service_connection type'],
}

describe('a resource', () => {
  const full: Readonly<Record<KindName, ManagedObject>> = {
    group: object('group', 'a', {
      ...{ is_superuser: true, parents: ['b'], attributes: { floor: 3 } },
    }),
    policy: object('policy', 'p', { expression: 'return True', execution_logging: true }),
    provider: object('provider', 'x', {
      ...{ mode: 'proxy', external_host: 'https://x.example.com', internal_host: 'http://x' },
      ...{ internal_host_ssl_validation: false, cookie_domain: 'example.com' },
      ...{ skip_path_regex: '^/a', intercept_header_auth: false, basic_auth_enabled: true },
      ...{ basic_auth_user_attribute: 'u', basic_auth_password_attribute: 'p' },
      ...{ access_token_validity: 'days=7', refresh_token_validity: 'days=1' },
      ...{ authentication_flow: 'in', authorization_flow: 'ask', invalidation_flow: 'out' },
    }),
    application: object('application', 'x', {
      ...{ name: 'X', provider: 'x', group: 'Tools', policy_engine_mode: 'all' },
      ...{ open_in_new_tab: true, meta_launch_url: 'https://x', meta_icon: 'i', meta_hide: true },
      ...{ meta_description: 'd', meta_publisher: 'p' },
    }),
    binding: object('binding', 'x: group "a"', {
      ...{ application: 'x', group: 'a', policy: 'p', user: 'ada', order: 1, enabled: false },
      ...{ negate: true, timeout: 5, failure_result: true },
    }),
    outpost: object('outpost', 'o', {
      ...{ providers: ['x'], service_connection: 'k8s', config: { log_level: 'debug' } },
    }),
  }

  test.each([...kindNames])('of kind %s has the arguments that it needs, and no other', (kind) => {
    const writer = new ResourceWriter({ objects: Object.values(full), externals: new Map() })
    const block = writer.resource(full[kind])
    const [needed, optional] = documented[kind].map((names) => names.split(' '))
    const written = Object.entries(block.attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    )
    for (const name of needed ?? []) expect(written).toContain(name)
    for (const name of written) expect([...(needed ?? []), ...(optional ?? [])]).toContain(name)
  })
})

describe('ResourceWriter', () => {
  test('gives two secrets two variables, though their names come to one identifier', () => {
    const objects = [
      object('group', 'a b', { attributes: { token: secret } }),
      object('group', 'a_b', { attributes: { token: secret } }),
      object('group', 'c', { attributes: { 'to ken': secret, to_ken: [secret, secret] } }),
    ]
    const writer = new ResourceWriter({ objects, externals: new Map() })
    for (const one of objects) writer.resource(one)
    expect(writer.variables().map(({ labels }) => labels?.[0])).toEqual([
      ...['group_a_b_token', 'group_a_b_token_2', 'group_c_to_ken'],
      ...['group_c_to_ken_0', 'group_c_to_ken_1'],
    ])
  })

  test('gives one thing that is referred to twice one variable, with its key', () => {
    const objects = [
      object('application', 'a', { name: 'A', provider: 'Grafana OAuth' }),
      object('application', 'b', { name: 'B', provider: 'Grafana OAuth' }),
      object('application', 'c', { name: 'C', provider: 'grafana-oauth' }),
    ]
    const externals = new Map([
      ['provider "Grafana OAuth"', '7'],
      ['provider "grafana-oauth"', '8'],
    ])
    const writer = new ResourceWriter({ objects, externals })
    const used = objects.map((one) => writer.resource(one).attributes['protocol_provider'])
    expect(used.map((value) => (value instanceof Expression ? value.text : value))).toEqual([
      ...['var.provider_grafana_oauth', 'var.provider_grafana_oauth'],
      'var.provider_grafana_oauth_2',
    ])
    expect(writer.variables().map(({ attributes }) => attributes['default'])).toEqual([7, 8])
  })

  test('names every block once, whatever objects are called', () => {
    const key = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }),
      fc.constantFrom('a b', 'a_b', 'A-B', 'ä b', '1', '_1', '', '☃', 'authentik url'),
    )
    const objects = fc.uniqueArray(
      fc.record({ kind: fc.constantFrom('group', 'policy', 'application'), key }),
      { selector: (one) => `${one.kind} ${one.key}`, maxLength: 12 },
    )
    fc.assert(
      fc.property(objects, (declared) => {
        const all = declared.map(({ kind, key: name }) =>
          object(kind as KindName, name, {
            ...{ name, provider: `${name}!`, attributes: { token: secret } },
          }),
        )
        const files = renderAuthentikTerraform({ objects: all, externals: new Map() })
        const heads = files.flatMap(({ text }) =>
          [...text.matchAll(/^(resource|data|variable) .* \{$/gm)].map(([head]) => head),
        )
        expect(new Set(heads).size).toBe(heads.length)
        // Every reference leads to a block that is there.
        const whole = files.map(({ text }) => text).join('\n')
        for (const [, name = ''] of whole.matchAll(/\bvar\.(\w+)/g))
          expect(heads).toContain(`variable "${name}" {`)
      }),
      { numRuns: 60 },
    )
  })
})
