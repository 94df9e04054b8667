// Rules about doors and groups: edges, several findings in order, and what is no finding.
import { describe, expect, test } from 'bun:test'
import { estateOf } from './estate.fixture.ts'
import type { RuleExample } from '../estate.ts'
import { describeCases, host, open, ownSignIn, ruleOf } from './estate-rule-cases.fixture.ts'

describeCases({
  'tier-without-reason': [
    [
      'an open path',
      { services: [host('a', { paths: [{ path: '/x', auth: 'none' }] })] },
      ['services[0]'],
    ],
    [
      'every open path, and each host',
      {
        services: [
          host('a', {
            paths: [
              { path: '/x', auth: 'none' },
              { path: '/y', auth: 'app' },
            ],
          }),
          host('b', { auth: 'app' }),
        ],
      },
      ['services[0]', 'services[0]', 'services[1]'],
    ],
    [
      'no path that has the reason of its host',
      { services: [host('a', { ...open, paths: [{ path: '/x' }] })] },
      [],
    ],
    ['no tier that asks the gate', { services: [host('a'), host('b', { auth: 'public' })] }, []],
    [
      'no rest of a host that leads nowhere',
      {
        services: [
          host('a', {
            auth: 'none',
            paths_only: true,
            paths: [{ path: '/x', auth: 'none', reason: 'Said' }],
          }),
        ],
      },
      [],
    ],
  ],
  'header-opens-door': [
    [
      'any value',
      { services: [host('a', { bypasses: [{ header: 'X-Key', value: '*', reason: 'Said' }] })] },
      ['services[0].bypasses[0]'],
    ],
    [
      'a pattern for every page',
      {
        services: [
          host('a', { bypasses: [{ path: '/**', header: 'X-Key', value: '*', reason: 'Said' }] }),
        ],
      },
      ['services[0].bypasses[0]'],
    ],
    [
      'no value that one has to know',
      { services: [host('a', { bypasses: [{ header: 'X-Key', value: 'abc', reason: 'Said' }] })] },
      [],
    ],
    [
      'no open host',
      {
        services: [
          host('a', { ...open, bypasses: [{ header: 'X-Key', value: '*', reason: 'Said' }] }),
        ],
      },
      [],
    ],
    [
      'no header that leads to another sign-in',
      {
        services: [
          host('a', {
            bypasses: [{ header: 'X-Key', value: '*', auth: 'required', reason: 'Said' }],
          }),
        ],
      },
      [],
    ],
  ],
  'unknown-group': [
    [
      'a group of a path, once for each host',
      {
        services: [
          host('a', { groups: ['x'], paths: [{ path: '/p', groups: ['x', 'y'] }] }),
          host('b', { groups: ['x'] }),
        ],
        estate: { authentication: { groups: [{ name: 'staff' }] } },
      },
      ['services[0]', 'services[0]', 'services[1]'],
    ],
    ['nothing where no group is declared', { services: [host('a', { groups: ['x'] })] }, []],
  ],
  'no-break-glass': [
    [
      'nothing without groups',
      { estate: { authentication: { providers: [{ name: 'a', kind: 'oidc' }] } } },
      [],
    ],
    [
      'nothing with one',
      { estate: { authentication: { groups: [{ name: 'a' }], break_glass: ['a'] } } },
      [],
    ],
  ],
  'guard-missing': [
    [
      'no host that only a header opens: a guard sends none',
      { services: [host('a', { bypasses: [{ header: 'X-Key', value: '*', reason: 'Said' }] })] },
      [],
    ],
    [
      'no host that is open only from inside',
      { services: [host('a', { paths: [{ path: '/**', ...open, networks: ['10.0.0.0/8'] }] })] },
      [],
    ],
    [
      'no host that is open only to a POST',
      { services: [host('a', { paths: [{ path: '/x', ...open, methods: ['POST'] }] })] },
      [],
    ],
    [
      'an open host with a protected part',
      { services: [host('a', { ...ownSignIn, paths: [{ path: '/x', auth: 'required' }] })] },
      ['services[0]'],
    ],
    [
      'no host of which only open paths lead anywhere',
      { services: [host('a', { paths_only: true, paths: [{ path: '/x', ...open }] })] },
      [],
    ],
  ],
})

/** The estate as declared, though a rule would refuse it. */
const read = (declared: RuleExample) => estateOf(declared, { withRules: false })

describe('secret-as-value', () => {
  const rule = ruleOf('secret-as-value')
  const looks = (ref: string): boolean =>
    rule.find(read({ estate: { secrets: { secrets: [{ name: 'a', place: 'vault', ref }] } } }))
      .length > 0

  test.each([
    ['a token of GitHub', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a token of GitLab', 'glpat-abcdefgh'],
    ['a key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['a key in PEM', '-----BEGIN PRIVATE KEY-----'],
    ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'],
    ['a key of Uptime Kuma', 'uk1_abcdef'],
    ['hexadecimal digits', '9f86d081884c7d659a2feaa0c55ad015'],
    ['base64 with a slash', 'q1/8kVxW+3Zc9aLr0TtB5yUe7PoNdHfJ2sGmKiQwXz4='],
    ['an address with a password', 'postgres://app:hunter2@db/app'],
  ])('takes %s for a value', (_, ref) => {
    expect(looks(ref)).toBe(true)
  })

  test.each([
    'secret/gatehouse#oidc',
    'secret/data/a-long-path/with-many-parts/of-the-house#client_secret',
    'monitoring/uptime-kuma-api-key/token',
    '/run/secrets/oidc',
    'GATEHOUSE_OIDC_CLIENT_SECRET_2',
    'secrets/homelab.sops.yaml',
    'https://vault.example.com:8200/v1/secret',
  ])('takes %s for a place', (ref) => {
    expect(looks(ref)).toBe(false)
  })

  test('never shows it', () => {
    const [found] = rule.find(
      read({
        estate: { secrets: { secrets: [{ name: 'a', place: 'vault', ref: 'glpat-abcdefgh' }] } },
      }),
    )
    expect(JSON.stringify(found)).not.toContain('abcdefgh')
  })
})
