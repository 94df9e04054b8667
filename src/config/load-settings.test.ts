// What is wrong with settings taken together: each case is one change to a configuration that is right.
import { describe, expect, test } from 'bun:test'
import { findings, right } from './load.fixture.ts'

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
