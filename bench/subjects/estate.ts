// The estate that is measured: services, people and their requests, the same ones in every run.
import { writeFileSync } from 'node:fs'
import type { DialectName } from '../../src/gate/dialect/dialect.ts'

/** How many services the estate of the measurement has, and how many people are signed in. */
export const servicesUsual = 163
export const sessionsUsual = 10_000
/** Cookie domain of everything. */
export const domain = 'example.com'

/** Host of a service; every one lets the group `staff` in under the paths that are asked for. */
function hostOf(service: number): string {
  return `service-${service}.${domain}`
}

/** The `services` section: every third one with paths of their own, as a real estate has. */
export function servicesYaml(count: number): string {
  const lines = Array.from({ length: count }, (_, i) =>
    i % 3 === 0
      ? `  - { host: ${hostOf(i)}, groups: [staff], paths: [{ path: /admin/**, groups: [team-${i % 20}] }, { path: /public/**, auth: public }, { path: /api/v1/**, groups: [staff] }] }`
      : `  - { host: ${hostOf(i)}, groups: [staff, team-${i % 20}] }`,
  )
  return `services:\n${lines.join('\n')}\n`
}

/** Name and groups of a person. */
export function person(i: number): {
  readonly user: string
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
} {
  const user = `person-${i}`
  const groups = ['everyone', `team-${i % 20}`, 'wiki', 'staff', 'books']
  return { user, name: `Person Number ${i}`, email: `${user}@${domain}`, groups }
}

/** The kind of request: what a person's page fetches, a page itself, a script's call. */
export type RequestKind = 'image' | 'page' | 'call'

/** What a browser sends beside the cookie, in the order of Chromium. */
const browserHeaders: Readonly<Record<RequestKind, readonly string[]>> = {
  image: [
    'Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    'Sec-Fetch-Dest: image',
    'Sec-Fetch-Mode: no-cors',
    'Sec-Fetch-Site: same-origin',
  ],
  page: [
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'Sec-Fetch-Dest: document',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Site: none',
    'Upgrade-Insecure-Requests: 1',
  ],
  call: [
    'Accept: */*',
    'Sec-Fetch-Dest: empty',
    'Sec-Fetch-Mode: cors',
    'Sec-Fetch-Site: same-origin',
  ],
}

const browserAlways = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9',
]

const paths = ['/', '/api/v1/items/4711?page=2', '/assets/logo.svg', '/reports/2026/11/24/daily']

/** Asks as `dialect` does, for the `i`-th request of a run. */
function requestText(dialect: DialectName, i: number, about: RequestAbout): string {
  const host = hostOf(i % about.services)
  const uri = paths[i % paths.length] ?? '/'
  const client = [...browserAlways, ...browserHeaders[about.kind]]
  // A quarter of the people have cookies of other sites of the domain as well.
  const others = i % 4 === 0 ? 'theme=dark; _ga=GA1.1.1234567890.1700000000; ' : ''
  const cookie = about.cookies[i % Math.max(1, about.cookies.length)]
  if (cookie !== undefined) client.push(`Cookie: ${others}${cookie}`)
  const address = `192.168.1.${(i % 200) + 2}`
  const forwarded = [`X-Forwarded-For: ${address}`, 'X-Forwarded-Proto: https']
  return `${[...asked({ dialect, host, uri }), ...forwarded, ...client].join('\r\n')}\r\n\r\n`
}

function asked(about: {
  readonly dialect: DialectName
  readonly host: string
  readonly uri: string
}) {
  const { dialect, host, uri } = about
  if (dialect === 'envoy') return [`GET /_gatehouse/auth/envoy${uri} HTTP/1.1`, `Host: ${host}`]
  const first = [`GET /_gatehouse/auth/${dialect} HTTP/1.1`, 'Host: gate.internal:9000']
  if (dialect === 'nginx')
    return [...first, `X-Original-URL: https://${host}${uri}`, 'X-Original-Method: GET']
  const forwarded = [
    'X-Forwarded-Method: GET',
    `X-Forwarded-Host: ${host}`,
    `X-Forwarded-Uri: ${uri}`,
  ]
  return [...first, ...forwarded]
}

/** What the requests of one run are. */
export interface RequestAbout {
  readonly kind: RequestKind
  readonly services: number
  /** Cookie header values in rotation; empty for strangers. */
  readonly cookies: readonly string[]
}

/** `count` requests as texts. */
export function requestTexts(
  count: number,
  about: RequestAbout & { readonly dialect: DialectName },
): string[] {
  return Array.from({ length: count }, (_, i) => requestText(about.dialect, i, about))
}

/** The same people and strangers at the auth endpoint of oauth2-proxy, as its documentation has it. */
export function oauth2ProxyTexts(count: number, cookies: readonly string[]): string[] {
  return Array.from({ length: count }, (_, i) => {
    const host = hostOf(i % servicesUsual)
    const cookie = cookies[i % Math.max(1, cookies.length)]
    const lines = [
      'GET /oauth2/auth HTTP/1.1',
      `Host: ${host}`,
      'X-Forwarded-Method: GET',
      `X-Forwarded-Host: ${host}`,
      `X-Forwarded-Uri: ${paths[i % paths.length] ?? '/'}`,
      `X-Forwarded-For: 192.168.1.${(i % 200) + 2}`,
      'X-Forwarded-Proto: https',
      ...browserAlways,
      ...browserHeaders.image,
      ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
    ]
    return `${lines.join('\r\n')}\r\n\r\n`
  })
}

/** Writes requests to `path`, separated by NUL, and gives the path. */
export function writeRequests(path: string, texts: readonly string[]): string {
  writeFileSync(path, texts.join('\0'))
  return path
}

/** The lines of one request, without the empty one behind them. */
export function linesOf(text: string): string[] {
  return text.trimEnd().split('\r\n')
}
