// Further forms of the configurations that authentik documents: credentials for the service, an address
// with a port, an outpost that is asked over HTTPS.
import { expect } from 'bun:test'
import {
  type DocumentedForm,
  type DocumentedName,
  browserFor,
  deepTarget,
  signInAt,
} from './documented-proxies.ts'
import { type DocumentedStory, expectIdentity, tellAll } from './documented-stories.ts'

type Change = NonNullable<DocumentedForm['change']>

const comesBack: DocumentedStory = [
  'a person signs in and comes back to the whole address, and signs out',
  async (estate) => {
    const browser = browserFor(estate)
    const person = { username: 'ada', password: 'a', target: deepTarget }
    const seen = await signInAt(estate, browser, person)
    expect([seen.status, seen.url]).toEqual([200, estate.origin + deepTarget])
    expectIdentity(estate, {
      ...{ username: 'ada', groups: 'staff', entitlements: 'editor', name: 'Ada' },
    })
    const page = await browser.open(`${estate.origin}/outpost.goauthentik.io/sign_out`)
    expect(page.text).toContain('logged out of App')
    estate.backend.forget()
    const again = await browser.open(`${estate.origin}/`, (to) => to.includes('/authorize/'))
    expect([again.status, estate.backend.seen]).toEqual([302, []])
  },
]

const credentials: DocumentedStory = [
  'the service gets the credentials that authentik keeps for a person, and none for others',
  async (estate) => {
    const basic = `Basic ${Buffer.from('jay:ön:e').toString('base64')}`
    for (const [username, password, expected] of [
      ['jürgen', 'j', [basic]],
      ['ada', 'a', []],
    ] as const) {
      const seen = await signInAt(estate, browserFor(estate), { username, password })
      expect(seen.status).toBe(200)
      const told = estate.backend.seen.at(-1)?.all('authorization') ?? []
      expect([username, told]).toEqual([username, [...expected]])
    }
  },
]

/** The lines that the pages say to add for "Send HTTP-Basic Authentication". */
const forCredentials: Readonly<Partial<Record<DocumentedName, Change>>> = {
  nginx: nginxCredentials,
  'nginx-proxy-manager': nginxCredentials,
  envoy: envoyCredentials,
  'envoy-istio': envoyCredentials,
  traefik: () => [
    ['- X-authentik-meta-version\n', '- X-authentik-meta-version\n          - authorization\n'],
  ],
}

function nginxCredentials(): ReturnType<Change> {
  const line = 'proxy_set_header X-authentik-uid $authentik_uid;'
  return [
    [
      line,
      `${line}
        auth_request_set $authentik_auth $upstream_http_authorization;
        proxy_set_header Authorization $authentik_auth;`,
    ],
  ]
}

function envoyCredentials(): ReturnType<Change> {
  const line = '- prefix: x-authentik-\n'
  const indent = ' '.repeat(30)
  return [[line, `- exact: authorization\n${indent}  ignore_case: true\n${indent}${line}`]]
}

/** The pages of 2026: the host as the client wrote it, port and all. */
function hostAsWritten(mapAbove: string, rd: string): Change {
  const map = "map $http_host $ak_http_host {\n    default $http_host;\n    ''      $host;\n}\n\n"
  return () => [
    [mapAbove, map + mapAbove],
    [
      'Host $host;\n        proxy_set_header        X-Orig',
      'Host $ak_http_host;\n        proxy_set_header        X-Orig',
    ],
    ['X-Original-URL $scheme://$http_host', 'X-Original-URL $scheme://$ak_http_host'],
    [`start?rd=${rd}`, 'start?rd=$scheme://$ak_http_host$request_uri'],
  ]
}

/** Caddy with an outpost over HTTPS, whose certificate nobody knows here. */
function caddyOverHttps({ https }: { readonly https: number }): ReturnType<Change> {
  const transport = 'transport http {\n\t\t\t\ttls_insecure_skip_verify\n\t\t\t}'
  const host = 'header_up Host {http.reverse_proxy.upstream.hostport}'
  const origin = `https://127.0.0.1:${https}`
  return [
    [
      'reverse_proxy /outpost.goauthentik.io/* http://outpost.company:9000',
      `reverse_proxy /outpost.goauthentik.io/* ${origin} {\n\t\t\t${host}\n\t\t\t${transport}\n\t\t}`,
    ],
    [
      'forward_auth http://outpost.company:9000 {',
      `forward_auth ${origin} {\n\t\t\t${host}\n\t\t\t${transport}`,
    ],
  ]
}

/** Registers the further forms of one configuration. */
export function documentedForms(name: DocumentedName): void {
  const change = forCredentials[name]
  if (change !== undefined)
    tellAll(name, { title: `${name} with credentials`, change }, [credentials])
  if (name === 'nginx') {
    const written = hostAsWritten('map $http_upgrade', '$scheme://$http_host$request_uri')
    tellAll(name, { title: `${name} on a port`, change: written, withPort: true }, [comesBack])
  }
  if (name === 'nginx-proxy-manager') {
    // It takes ports out of redirects, so an address has none.
    const written = hostAsWritten('server {', '$request_uri')
    tellAll(name, { title: `${name} with the host as written`, change: written }, [comesBack])
  }
  if (name === 'caddy')
    tellAll(name, { title: `${name} over HTTPS`, change: caddyOverHttps }, [comesBack])
}
