// From a file to a configuration: the ten lines of the design, the defaults, and every mistake at once.
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { memoryFiles, realFiles } from '../world/files.ts'
import { configFile, loadConfig } from './load.ts'

const file = '/etc/gatehouse/gatehouse.yaml'

/** Loads YAML text as the file above, with further files beside it. */
async function load(text: string, others: Record<string, string> = {}) {
  return loadConfig({ files: memoryFiles({ [file]: text, ...others }), file, withSecrets: true })
}

/** `path id: message` of every finding. */
async function findings(text: string, others: Record<string, string> = {}) {
  const loaded = await load(text, others)
  return (loaded.ok ? loaded.value.warnings : loaded.error).map(
    ({ id, path, message }) => `${path} ${id}: ${message}`,
  )
}

const tenLines = readFileSync(new URL('../../examples/minimal.yaml', import.meta.url), 'utf8')
const secretFiles = { '/run/secrets/oidc': 'from the provider\n' }

/** A configuration that is right; tests put one thing in the place of another. */
const right = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
  - { host: app.example.com }
`

describe('the ten lines of the design', () => {
  test('stand word for word in the example', () => {
    expect(tenLines.trim().split('\n')).toEqual([
      'url: https://auth.example.com',
      'domains: [example.com]',
      'trusted_proxies: [10.0.0.0/8]',
      'identity:',
      '  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret_file: /run/secrets/oidc }',
      'services:',
      '  - { host: "*.example.com", auth: required, groups: [staff] }',
    ])
  })

  test('become a whole configuration with the documented defaults', async () => {
    const loaded = await load(tenLines, secretFiles)
    expect(loaded.ok).toBe(true)
    if (!loaded.ok) return
    const { gate, warnings } = loaded.value
    expect(warnings).toEqual([])
    expect({ ...gate, trustedProxies: gate.trustedProxies.cidrs }).toMatchSnapshot()
    expect(gate.trustedProxies.contains('10.1.2.3')).toBe(true)
    expect(gate.trustedProxies.contains('11.1.2.3')).toBe(false)
  })

  test('say clearly that the secret is not there', async () => {
    expect(await findings(tenLines)).toEqual([
      'identity.oidc.client_secret_file no-secret-file: Cannot read the secret: "/run/secrets/oidc" does not exist',
    ])
  })

  test('load without the secret for commands that never need it', async () => {
    const files = memoryFiles({ [file]: tenLines })
    const loaded = await loadConfig({ files, file, withSecrets: false })
    expect(loaded.ok && loaded.value.gate.identity.oidc[0]?.clientSecret).toBe('')
  })

  test('cannot be changed once they are loaded', async () => {
    const loaded = await load(tenLines, secretFiles)
    if (!loaded.ok) return expect(loaded.error).toEqual([])
    for (const part of [loaded.value.gate, loaded.value.gate.sessions, loaded.value.gate.services])
      expect(Object.isFrozen(part)).toBe(true)
    expect(Object.isFrozen(loaded.value.gate.services[0]?.rules[0]?.groups)).toBe(true)
  })
})

describe('the example that is a program', () => {
  test('declares the same estate with a loop', async () => {
    const path = new URL('../../examples/gatehouse.ts', import.meta.url).pathname
    const loaded = await loadConfig({ files: realFiles(), file: path, withSecrets: false })
    expect(loaded.ok ? loaded.value.warnings : loaded.error).toEqual([])
    const services = loaded.ok ? loaded.value.gate.services : []
    expect(services.map(({ host, rules }) => `${host} ${rules[0]?.groups.join()}`)).toEqual([
      'grafana.example.com ops',
      'wiki.example.com staff',
      'photos.example.com family',
    ])
  })
})

describe('mistakes', () => {
  const many = readFileSync(new URL('testdata/many-mistakes.yaml', import.meta.url), 'utf8')

  test('are all said at once, with place, found, wanted and fix', async () => {
    const loaded = await load(many)
    expect(loaded.ok).toBe(false)
    if (loaded.ok) return
    expect(loaded.error.length).toBe(33)
    expect(loaded.error).toMatchSnapshot()
  })

  test('never show a secret', async () => {
    const loaded = await load(many)
    expect(JSON.stringify(loaded)).not.toContain('hunter2')
  })

  test('come in the order of the file', async () => {
    const loaded = await load(many)
    const lines = loaded.ok ? [] : loaded.error.map(({ position }) => position?.line ?? 0)
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  })

  test('have a message that begins with a capital and ends without a full stop', async () => {
    const loaded = await load(many)
    for (const { message, fix } of loaded.ok ? [] : loaded.error) {
      expect(message).toMatch(/^[A-Z].*[^.]$/)
      expect(fix).toMatch(/^[A-Z].*[^.]$/)
    }
  })
})

describe('a configuration across its settings', () => {
  const cases: readonly (readonly [name: string, from: string, to: string, found: string[]])[] = [
    ['that is right has no findings', '', '', []],
    [
      'with the sign-in host outside the cookie domain',
      'auth.example.com',
      'auth.example.org',
      [
        'url url-outside-domain: Found the sign-in host "auth.example.org", wanted one within the cookie domain "example.com"',
      ],
    ],
    [
      'with a sign-in host that only ends like the cookie domain',
      'auth.example.com',
      'authexample.com',
      [
        'url url-outside-domain: Found the sign-in host "authexample.com", wanted one within the cookie domain "example.com"',
      ],
    ],
    [
      'with http where it is not local',
      'https:',
      'http:',
      [
        'url insecure-url: Found "http://auth.example.com", wanted "https:": session cookies would travel in clear',
      ],
    ],
    [
      'with http that was asked for',
      'url: https:',
      'allow_insecure_http: true\nurl: http:',
      [
        'url insecure-url: Found "http://auth.example.com": session cookies travel in clear, and whoever sees one is signed in',
      ],
    ],
    [
      'with two cookie domains',
      '[example.com]',
      '[example.com, example.org]',
      [
        'domains[1] several-domains: Found "example.org" beside "example.com": Several cookie domains are not supported yet',
      ],
    ],
    [
      'with a registry as cookie domain',
      /example\.com/g.source,
      'co.uk',
      [
        'domains[0] public-suffix: The cookie domain "co.uk" looks like one under which anyone can register: browsers refuse a cookie for it',
      ],
    ],
    [
      'that trusts everyone',
      '10.0.0.0/8',
      '0.0.0.0/0, "::/0"',
      [
        'trusted_proxies[0] trusts-everyone: Found "0.0.0.0/0": everyone who reaches the gate can claim any host, path and client address',
        'trusted_proxies[1] trusts-everyone: Found "::/0": everyone who reaches the gate can claim any host, path and client address',
      ],
    ],
    [
      'that trusts nearly everyone',
      '10.0.0.0/8',
      '0.0.0.0/1, fc00::/7, 2000::/3',
      [
        'trusted_proxies[0] trusts-everyone: Found "0.0.0.0/1": everyone who reaches the gate can claim any host, path and client address',
        'trusted_proxies[2] trusts-everyone: Found "2000::/3": everyone who reaches the gate can claim any host, path and client address',
      ],
    ],
    [
      'with one port for both listeners',
      'identity:',
      'listen: { http: ":9300" }\nidentity:',
      ['listen.metrics same-port: Found the port "9300" for both listeners, wanted two ports'],
    ],
    [
      'in which nobody can sign in',
      'identity: { accounts: {} }\n',
      '',
      ['identity no-identity: Nobody can sign in, but "app.example.com" asks for it'],
    ],
    [
      'with a provider id twice',
      '{ accounts: {} }',
      '{ providers: [{ id: a, issuer: https://a.test, client_id: c, client_secret: s3cr3t }, { id: a, issuer: https://b.test, client_id: c, client_secret: s3cr3t }] }',
      [
        'identity.providers[1].id duplicate-provider: Found the provider id "a" twice, wanted each once',
      ],
    ],
    [
      'with a provider that is named like the accounts',
      '{ accounts: {} }',
      '{ oidc: { id: accounts, issuer: https://a.test, client_id: c, client_secret: s3cr3t } }',
      [
        'identity.oidc.id reserved-provider-id: Found the provider id "accounts", which stands for the built-in accounts',
      ],
    ],
    [
      'with an issuer that can be forged on the way',
      '{ accounts: {} }',
      '{ oidc: { issuer: http://a.test, client_id: c, client_secret: s3cr3t } }',
      ['identity.oidc.issuer insecure-issuer: Found the issuer "http://a.test", wanted "https:"'],
    ],
    [
      'with an issuer on this machine',
      '{ accounts: {} }',
      '{ oidc: { issuer: "http://localhost:3000", client_id: c, client_secret: s3cr3t } }',
      [],
    ],
    [
      'with a secret and a file for it',
      '{ accounts: {} }',
      '{ oidc: { issuer: https://a.test, client_id: c, client_secret: s3cr3t, client_secret_file: /x } }',
      [
        'identity.oidc.client_secret both-set: Found both "client_secret" and "client_secret_file", wanted one of the two',
      ],
    ],
    [
      'with a provider and no secret for it',
      '{ accounts: {} }',
      '{ oidc: { issuer: https://a.test, client_id: c } }',
      [
        'identity.oidc missing: Missing "client_secret_file", wanted a file that holds the client secret',
      ],
    ],
    [
      'with a secret out of an example',
      '{ accounts: {} }',
      '{ oidc: { issuer: https://a.test, client_id: c, client_secret: changeme } }',
      [
        'identity.oidc.client_secret known-secret: The client secret is one that stands in examples',
      ],
    ],
    [
      'with one provider and several',
      '{ accounts: {} }',
      '{ oidc: { issuer: https://a.test, client_id: c, client_secret: s3cr3t }, providers: [{ id: b, issuer: https://b.test, client_id: c, client_secret: s3cr3t }] }',
      ['identity.oidc both-set: Found both "oidc" and "providers", wanted one of the two'],
    ],
    [
      'without the scope that makes it OpenID Connect',
      '{ accounts: {} }',
      '{ oidc: { issuer: https://a.test, client_id: c, client_secret: s3cr3t, scopes: [email] } }',
      [
        'identity.oidc.scopes missing-scope: The scope "openid" is missing, without which a provider sends no ID token',
      ],
    ],
    [
      'with two headers of one name',
      'identity:',
      'identity_headers: { email: remote-user }\nidentity:',
      [
        'identity_headers.email duplicate-header: Found the header "remote-user" for both "user" and "email", wanted two names',
      ],
    ],
    [
      'with bounds that cannot bind',
      'identity:',
      'sessions: { lifetime: 1h, idle: 2h, per_user: 30, total: 20 }\nidentity:',
      [
        'sessions.idle idle-beyond-lifetime: The idle time is longer than the lifetime and never ends a session',
        'sessions.per_user per-user-beyond-total: One person may have "30" sessions of "20" in all, and so sign everyone else out',
      ],
    ],
    [
      'with a service outside the cookie domain',
      'host: app.example.com',
      'host: app.example.org',
      [
        'services[0].host outside-domain: Found the host "app.example.org", wanted one within the cookie domain "example.com": a sign-in is not seen elsewhere',
      ],
    ],
    [
      'with an open service outside the cookie domain',
      'host: app.example.com',
      'host: app.example.org, auth: none',
      [],
    ],
    [
      'with a host twice',
      '  - { host: app.example.com }',
      '  - { host: app.example.com }\n  - { host: APP.example.com. }',
      [
        'services[1].host duplicate-host: The host "app.example.com" is already declared at "services[0]"',
      ],
    ],
    [
      'with a provider that does not exist',
      'host: app.example.com',
      'host: app.example.com, providers: [acounts]',
      [
        'services[0].providers[0] unknown-provider: Found the provider "acounts", wanted one of "accounts"',
      ],
    ],
    [
      'with names where everyone may enter',
      'host: app.example.com',
      'host: app.example.com, auth: public, groups: [staff]',
      [
        'services[0].groups names-without-sign-in: Found "groups" beside auth "public", which lets everyone in',
      ],
    ],
    [
      'with everyone and more',
      'host: app.example.com',
      'host: app.example.com, users: ["*"], groups: [staff]',
      [
        'services[0].users everyone-and-more: Found "*" (everyone who is signed in) beside further names, which then mean nothing',
      ],
    ],
    [
      'with a rule twice',
      'host: app.example.com',
      'host: app.example.com, paths: [{ path: /a }, { path: /a }]',
      [
        'services[0].paths[1] duplicate-rule: The rule "app.example.com /a" covers exactly what "app.example.com /a" covers',
      ],
    ],
  ]
  for (const [name, from, to, found] of cases)
    test(name, async () => {
      const text = from === '' ? right : right.replaceAll(new RegExp(literal(from), 'g'), to)
      expect(await findings(text)).toEqual(found)
    })
})

/** Makes plain text of a pattern; what already is one (`example\.com`) stays. */
function literal(text: string): string {
  return text.includes('\\') ? text : text.replace(/[.*+?^${}()|[\]]/g, '\\$&')
}

describe('a file', () => {
  const cases: readonly (readonly [name: string, text: string, found: RegExp])[] = [
    ['that is empty', '', /^ empty: The configuration is empty$/],
    ['of comments only', '# nothing\n', /^ empty: /],
    ['that is a list', '- url: x\n', /^ wrong-type: Found a list, wanted a mapping of settings$/],
    ['that is no YAML', 'url: [a\n', /^ yaml: Cannot read this as YAML: /],
    [
      'with a key twice',
      'url: a\nurl: b\n',
      /^ yaml: Cannot read this as YAML: Map keys must be unique/,
    ],
    ['with an alias of nothing', 'url: *x\n', /^ yaml: .*: The alias has no anchor before it$/],
    ['of two documents', 'url: a\n---\nurl: b\n', /^ yaml: /],
    ['with an unknown tag', 'url: !secret x\n', /^ yaml: /],
  ]
  for (const [name, text, found] of cases)
    test(`${name} is refused`, async () => {
      expect((await findings(text))[0]).toMatch(found)
    })

  for (const begin of ['*', '!', '&a *', '@', '`', '%', '"', '[', '{ a: ', '| x', '>- y'])
    test(`with a secret that begins with ${begin} and lacks its quotes never shows it`, async () => {
      const found = await findings(`identity:\n  oidc:\n    client_secret: ${begin}hunter2pass\n`)
      expect(found.length).toBeGreaterThan(0)
      expect(found.join('\n')).not.toContain('hunter2')
    })

  test('that unfolds without end is refused', async () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const below = i === 0 ? 'x' : `*l${i - 1}`
      return `l${i}: &l${i} [${Array.from({ length: 10 }, () => below).join(', ')}]`
    })
    expect((await findings(levels.join('\n')))[0]).toMatch(/^ yaml: More than "10000" aliases/)
  })

  test('that does not exist is said to be missing', async () => {
    const loaded = await loadConfig({ files: memoryFiles({}), file: '/no/file', withSecrets: true })
    expect(loaded.ok ? [] : loaded.error.map(({ message }) => message)).toEqual([
      'Cannot read the configuration: "/no/file" does not exist',
    ])
  })

  test('may share parts by anchors and merge keys', async () => {
    const loaded = await load(`${right.replace('services:', 'services: !!seq')}`)
    expect(loaded.ok).toBe(true)
    const merged = await load(
      right.replace(
        '  - { host: app.example.com }',
        '  - &staff { host: a.example.com, groups: [staff] }\n  - { <<: *staff, host: b.example.com }',
      ),
    )
    expect(merged.ok && merged.value.gate.services.map(({ rules }) => rules[0]?.groups)).toEqual([
      ['staff'],
      ['staff'],
    ])
  })

  test('has relative paths from its own directory', async () => {
    const text = right.replace('accounts: {}', 'accounts: { file: people.yaml }')
    const loaded = await load(text, { '/etc/gatehouse/people.yaml': '' })
    expect(loaded.ok && loaded.value.gate.identity.accounts?.file).toBe(
      '/etc/gatehouse/people.yaml',
    )
    expect(loaded.ok && loaded.value.gate.dataDir).toBe('/etc/gatehouse/data')
  })
})

describe('a people file', () => {
  const text = right.replace('accounts: {}', 'accounts: { file: people.yaml }')
  const people = { '/etc/gatehouse/people.yaml': '- { user: alice }\n- { usr: bob }\n' }

  test('has all its mistakes said with those of the configuration', async () => {
    expect(await findings(text, people)).toEqual([
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 1: people[0].password_hash: Value is missing or not "string"',
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 2: people[1].user: Value is missing or not "string"',
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 2: people[1].password_hash: Value is missing or not "string"',
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 2: people[1].usr: Unknown key "usr", did you mean "user"?',
    ])
  })

  test('is not looked at by commands that run without secrets', async () => {
    const loaded = await loadConfig({
      files: memoryFiles({ [file]: text, ...people }),
      file,
      withSecrets: false,
    })
    expect(loaded.ok).toBe(true)
  })
})

describe('configFile', () => {
  const cases: readonly (readonly [
    string | undefined,
    Record<string, string>,
    string[],
    string,
  ])[] = [
    ['a.yaml', { GATEHOUSE_CONFIG: 'b.yaml' }, ['gatehouse.yaml'], 'a.yaml'],
    [undefined, { GATEHOUSE_CONFIG: 'b.yaml' }, ['gatehouse.yaml'], 'b.yaml'],
    [undefined, { GATEHOUSE_CONFIG: '' }, ['gatehouse.ts'], 'gatehouse.ts'],
    [undefined, {}, ['/etc/gatehouse/gatehouse.yaml'], '/etc/gatehouse/gatehouse.yaml'],
    [undefined, {}, [], 'gatehouse.yaml'],
  ]
  for (const [named, env, there, expected] of cases)
    test(`is ${expected} for ${named ?? 'nothing'}, ${JSON.stringify(env)} and ${there.join(' ')}`, () => {
      const files = memoryFiles(Object.fromEntries(there.map((path) => [path, ''])))
      expect(configFile(named, env, files)).toBe(expected)
    })
})
