// Requests that a proxy might send or an attacker might make it send, for the fuzz test: same seed, same
// requests (mulberry32: millions of numbers in a second).
import { toUtf8 } from '../../src/std/bytes.ts'

/** Begins anew. */
export function seedWith(seed: number): void {
  state = seed
}

let state = 0

/** A number from 0, below `count`. */
export function below(count: number): number {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) % count
}

/** One of `list`. */
export function one<T>(list: readonly T[]): T {
  const chosen = list[below(list.length)]
  if (chosen === undefined) throw new TypeError('An empty list has nothing to choose from')
  return chosen
}

const hosts = [
  ...Array.from({ length: 12 }, () => 'app.example.com'),
  ...['folding.example.com', 'x.wild.example.com', 'a.open.wild.example.com', 'auth.example.com'],
  ...['open.wild.example.com', 'wild.example.com', 'APP.example.COM.', 'app.example.com:8443'],
  ...['app.example.com:443', 'evil.test', 'app.example.com@evil.test', 'app.example.com..', ''],
  ...['[::1]', '127.0.0.1', 'app.example.com:0', 'a_b.wild.example.com', '-x.wild.example.com'],
  ...[
    'app.example.com, evil.test',
    '\u212a.wild.example.com',
    `${'a'.repeat(64)}.wild.example.com`,
  ],
]
const plainPaths = [
  ...['/', '/x', '/public/x', '/admin', '/who', '/lan/x', '/docs', '/partner/', '/team/7/x'],
  ...['/%61dmin/x?y=/public', '/docs/%C3%A9', '/admin./x', '/who/..x'],
]
const pathPieces = [
  ...[
    '/public',
    '/admin',
    '/who',
    '/lan',
    '/docs',
    '/partner',
    '/team',
    '/x',
    '/_gatehouse/me',
    '/',
  ],
  ...['/public', '/admin', '/who', '/lan', '/docs', '/partner', '/team/7/x', '/_gatehouse/auth/x'],
  ...['%61', '%2e%2e', '..', '.', '/..', '/.', '%2f', '%5c', '\\', ';', '%3b', '%25', '%252e', '?'],
  ...[
    '?a=/public',
    '#',
    '%23',
    '%00',
    '%0a',
    ' ',
    '%20',
    '. ',
    '.%20',
    'é',
    '%c3%a9',
    '%c0%af',
    '%',
  ],
  ...['ADMIN', '%41dmin', '//', '*', '%zz', '+', '%ff', '~', '%E2%80%8B', '%C2%85'],
]
const plainMethods = ['GET', 'GET', 'HEAD', 'POST']
const strangeMethods = ['PUT', 'OPTIONS', 'get', 'X', 'G T', '']
const schemes = ['http', 'WSS', 'ws', 'javascript', '', 'https://x']
const forwardedFor = [
  ...[null, null, '198.51.100.7', '10.1.2.3', '10.0.0.1, 198.51.100.7', '198.51.100.7, 10.9.9.9'],
  ...['10.1.2.3, 172.16.0.9', '::ffff:10.1.2.3', '172.16.0.1', '10.1.2', '010.1.2.3', 'x', '', ','],
  ...['10.1.2.3:80', Array.from({ length: 40 }, () => '172.16.0.1').join(', ')],
]
const endpoints = ['traefik', 'caddy', 'haproxy', 'nginx', 'envoy'] as const

function strangePath(): string {
  if (below(2) === 0) return one(plainPaths)
  const pieces = Array.from({ length: 1 + below(3) }, () => one(pathPieces)).join('')
  return below(8) === 0 ? pieces : `/${pieces}`.replace(/^\/\//, '/')
}

function cookieLines(values: readonly string[]): string[] {
  const name = below(20) === 0 ? '__secure-gatehouse' : '__Secure-gatehouse'
  const pair = (): string => {
    const value = values.length === 0 ? 'x' : one(values)
    const spoiled = one([value, value, value, value, `${value}x`, value.slice(0, -1), `"${value}"`])
    return one([`${name}=${spoiled}`, `${name}=${spoiled}`, 'a=b', `x${name}=${value}`, ' ', 'a'])
  }
  const line = (): string =>
    `Cookie: ${Array.from({ length: 1 + below(3) }, pair).join(one(['; ', ';']))}`
  return [[], [line()], [line()], [line()], [line()], [line(), line()]][below(6)] ?? []
}

interface Asked {
  readonly host: string
  readonly path: string
  readonly method: string
  readonly scheme: string
}

/** How each proxy says what was asked for: the request line's method and target, and headers. */
function askedLines(endpoint: (typeof endpoints)[number], asked: Asked): string[] {
  const { host, path, method, scheme } = asked
  const target = `/_gatehouse/auth/${endpoint}`
  const forwarded = [`X-Forwarded-Host: ${host}`, `X-Forwarded-Uri: ${path}`]
  if (endpoint === 'envoy')
    return [`${method} ${target}${path} HTTP/1.1`, `Host: ${host}`, `X-Forwarded-Proto: ${scheme}`]
  const first = [`GET ${target}${one(['', '', '', '?x=/public'])} HTTP/1.1`, 'Host: gate']
  if (endpoint === 'nginx')
    return [
      ...first,
      `X-Original-URL: ${scheme}://${host}${path}`,
      `X-Original-Method: ${method}`,
      ...(below(6) === 0 ? [one(forwarded)] : []),
    ]
  const rest = [`X-Forwarded-Proto: ${scheme}`, `X-Forwarded-Method: ${method}`]
  return [...first, ...forwarded, ...rest]
}

/** Adds, repeats and leaves out lines. The request line stays the first. */
function disturb(lines: string[]): void {
  const place = (): number => 1 + below(lines.length - 1)
  const stray = ['X_Forwarded_Uri: /public', 'X-Original-URL: https://a/public', 'Upgrade: x']
  if (below(3) === 0) lines.push(one(['Accept: text/html', 'Sec-Fetch-Mode: navigate']))
  if (below(12) === 0) lines.splice(place(), 1)
  if (below(12) === 0) lines.push(lines[place()] ?? '')
  if (below(25) === 0) lines.push(one(stray))
}

/** A request as a proxy sends it, with strange parts, and then perhaps damaged. */
export function strangeRequest(cookies: readonly string[]): string {
  const lines = askedLines(one(endpoints), {
    host: below(2) === 0 ? 'app.example.com' : one(hosts),
    path: strangePath(),
    method: one(below(8) === 0 ? strangeMethods : plainMethods),
    scheme: below(8) === 0 ? one(schemes) : 'https',
  })
  const isSignedIn = below(2) === 0 && cookies.length > 0
  lines.push(
    ...(isSignedIn ? [`Cookie: __Secure-gatehouse=${one(cookies)}`] : cookieLines(cookies)),
  )
  const address = below(3) > 0 ? one(['198.51.100.7', '10.1.2.3']) : one(forwardedFor)
  if (address !== null) lines.push(`X-Forwarded-For: ${address}`)
  disturb(lines)
  const bytes = Buffer.from(toUtf8(`${lines.join('\r\n')}\r\n\r\n`))
  for (let left = below(6) === 0 ? 1 + below(3) : 0; left > 0; left--)
    bytes[below(bytes.length)] = one([below(256), 0x0d, 0x0a, 0x20, 0x2f, 0x2e, 0x3a, 0x25])
  return bytes.toString('latin1')
}
