// Every adversarial request of the field study: the numbers are the study's. An expectation here is the
// study's own or a stricter one, with the reason beside it.
import { type DialectName } from '../../src/gate/dialect/dialect.ts'
import { type Question } from './running-gate.ts'

/** One request, and what it must come to. */
export interface Case {
  readonly id: string
  readonly what: string
  readonly question: Question
  readonly expected: string
  /** Only through these dialects; all by default. */
  readonly only?: readonly DialectName[]
}

const anonymous = 'sign-in; no-session'
const ambiguous = 'refuse; ambiguous-path'
const forwarding: readonly DialectName[] = ['traefik', 'caddy', 'haproxy']

function cases(
  id: string,
  expected: string,
  questions: Readonly<Record<string, Question>>,
  only?: readonly DialectName[],
): Case[] {
  return Object.entries(questions).map(([what, question]) => ({
    id,
    what,
    question,
    expected,
    ...(only === undefined ? {} : { only }),
  }))
}

function paths(
  id: string,
  expected: string,
  uris: readonly string[],
  only?: readonly DialectName[],
): Case[] {
  return cases(
    id,
    expected,
    Object.fromEntries(uris.map((uri) => [JSON.stringify(uri).slice(0, 60), { uri }])),
    only,
  )
}

function hosts(
  id: string,
  expected: string,
  names: readonly string[],
  only?: readonly DialectName[],
): Case[] {
  return cases(
    id,
    expected,
    Object.fromEntries(
      names.map((host) => [JSON.stringify(host).slice(0, 60), { host, uri: '/admin' }]),
    ),
    only,
  )
}

const requestLine: readonly Case[] = [
  ...cases(
    'A2',
    'refuse; missing-header',
    { 'no X-Forwarded-Host': { without: ['x-forwarded-host'] } },
    forwarding,
  ),
  ...cases(
    'A2',
    'refuse; missing-header',
    { 'no X-Original-URL': { without: ['x-original-url'] } },
    ['nginx'],
  ),
  ...cases(
    'A3',
    'refuse; missing-header',
    { 'no X-Forwarded-Uri': { without: ['x-forwarded-uri'] } },
    forwarding,
  ),
  ...cases(
    'A4',
    'refuse; missing-header',
    {
      'a header removed hop by hop': {
        without: ['x-forwarded-host'],
        headers: ['Connection: keep-alive, X-Forwarded-Host'],
      },
    },
    forwarding,
  ),
  ...cases(
    'A5',
    'refuse; duplicate-header',
    { 'two X-Forwarded-Uri': { uri: '/public/x', headers: ['X-Forwarded-Uri: /admin'] } },
    forwarding,
  ),
  ...cases(
    'A5',
    'refuse; duplicate-header',
    {
      'two X-Original-URL': {
        uri: '/public/x',
        headers: ['X-Original-URL: https://app.example.com/admin'],
      },
    },
    ['nginx'],
  ),
  ...cases('A6', 'refuse; ambiguous-host', {
    'a list of hosts': { host: 'app.example.com, evil.test' },
  }),
  ...cases(
    'A8',
    anonymous,
    {
      'foreign X-Forwarded-Uri: /public/x': {
        uri: '/admin',
        headers: ['X-Forwarded-Uri: /public/x'],
      },
    },
    ['nginx', 'envoy'],
  ),
  ...cases(
    'A9',
    anonymous,
    {
      'foreign X-Original-URL': {
        uri: '/admin',
        headers: ['X-Original-URL: https://app.example.com/public/'],
      },
    },
    [...forwarding, 'envoy'],
  ),
  ...cases('A10', anonymous, {
    'X-Forwarded-Prefix': { uri: '/admin', headers: ['X-Forwarded-Prefix: /public'] },
  }),
  ...paths('A11', ambiguous, ['https://app.example.com/public/x'], forwarding),
  ...cases('A12', 'refuse; malformed-header', { 'scheme javascript': { scheme: 'javascript' } }),
  ...cases('A12', anonymous, {
    'scheme HTTPS': { scheme: 'HTTPS' },
    'scheme wss': { scheme: 'wss' },
  }),
  ...cases('A15', 'refuse; auth-endpoint', {
    'the endpoint itself from the internet': {
      host: 'auth.example.com',
      uri: '/_gatehouse/auth/traefik',
    },
    'the page of nginx from the internet': { host: 'auth.example.com', uri: '/_gatehouse/denied' },
  }),
]

const hostNames: readonly Case[] = [
  ...hosts('B1', anonymous, ['APP.Example.COM']),
  ...hosts('B2', anonymous, ['app.example.com.']),
  ...hosts('B3', anonymous, ['app.example.com:443', 'app.example.com:8443']),
  ...hosts('B4', 'refuse; ambiguous-host', [
    'app.example.com@evil.test',
    'evil.test#app.example.com',
    'app example.com',
    'x'.repeat(256),
    'app..example.com',
    '.app.example.com',
    'app.example.com:0',
    'app.example.com:99999',
    'app.example.com:443:443',
    'app.example.com%00',
  ]),
  ...hosts('B4', 'refuse; ambiguous-host', ['app.example.com/..'], forwarding),
  ...hosts('B6', 'refuse; unknown-host', [
    'evilwild.example.com',
    'wild.example.com.evil.test',
    'evilexample.com',
  ]),
  ...hosts('B7', 'refuse; unknown-host', ['wild.example.com']),
  ...hosts('B9', 'refuse; unknown-host', ['[::1]', '127.0.0.1', '2130706433', 'localhost']),
]

const pathNames: readonly Case[] = [
  ...paths('C1', ambiguous, ['/public/../admin', '/public/..', '/..', '/public/./x']),
  ...paths('C2', ambiguous, ['/public/%2e%2e/admin', '/public/.%2E/admin', '/public/%2e/admin']),
  ...paths('C3', ambiguous, [
    '/public/..%2fadmin',
    '/public%2Fx',
    '/public/..%5cadmin',
    '/public\\..\\admin',
    '/public/%252e%252e/admin',
  ]),
  // The study would also take collapsing; refusing is stricter and cannot disagree with the service.
  ...paths('C5', ambiguous, ['//admin', '///admin', '/public//../admin', '/public//x']),
  ...paths('C7', anonymous, ['/admin/', '/admin']),
  ...paths('C7', ambiguous, ['/admin/.', '/admin%00']),
  // Stricter than the study: with and without the trailing dot or blank, the rules differ.
  ...paths('C7', ambiguous, ['/admin%20', '/admin.', '/public.', '/public%20/x']),
  ...paths('C8', anonymous, ['/ADMIN']),
  ...paths('C9', anonymous, ['/admin?x=/public/', '/?/public/x', '/admin%23/public/']),
  ...paths('C9', ambiguous, ['/admin#/public/']),
  ...paths('C10', anonymous, ['/publicity', '/public.evil', '/Public/x']),
  ...paths('C10', 'allow; open', ['/public', '/public/', '/public/x', '/%70ublic/x']),
  ...paths('C12', ambiguous, [
    '/public/\u00e9',
    '/public/;x',
    '/public/%0d%0ax',
    '/public/%7f',
    '/public/%ff',
    '/public/%',
  ]),
  ...paths('C13', 'refuse; too-long', [`/${'a'.repeat(9000)}`, '/a'.repeat(5000)]),
  ...cases('C15', 'allow; open', {
    'a garbage cookie on a public path': {
      uri: '/public/x',
      cookie: '__Secure-gatehouse=%00garbage',
    },
  }),
]

const addresses: readonly Case[] = [
  ...cases('D1', anonymous, {
    'a forged left-most address': {
      uri: '/lan/x',
      headers: ['X-Forwarded-For: 10.0.0.1, 198.51.100.7'],
    },
  }),
  ...cases('D1', 'allow; open', {
    'the right-most address': {
      uri: '/lan/x',
      headers: ['X-Forwarded-For: 198.51.100.7, 10.0.0.1'],
    },
  }),
  ...cases('D1', anonymous, { 'no address at all': { uri: '/lan/x' } }),
  ...cases('D3', 'allow; open', {
    'an IPv4 address in IPv6': { uri: '/lan/x', headers: ['X-Forwarded-For: ::ffff:10.0.0.5'] },
  }),
  ...cases('D4', anonymous, {
    'X-Real-IP': { uri: '/lan/x', headers: ['X-Real-IP: 10.0.0.1'] },
    'True-Client-IP': { uri: '/lan/x', headers: ['True-Client-IP: 10.0.0.1'] },
    Forwarded: { uri: '/lan/x', headers: ['Forwarded: for=10.0.0.1'] },
  }),
  ...cases('D5', 'refuse; malformed-header', {
    'an address that is none': { uri: '/lan/x', headers: ['X-Forwarded-For: 10.0.0.1 x'] },
  }),
  ...cases('D6', 'refuse; duplicate-header', {
    'two lines': {
      uri: '/lan/x',
      headers: ['X-Forwarded-For: 10.0.0.1', 'X-Forwarded-For: 10.0.0.1'],
    },
  }),
]

const smuggled: readonly Case[] = [
  ...cases('S1', anonymous, {
    'identity headers of the client': {
      headers: ['Remote-User: root', 'Remote-Groups: admins', 'Remote_User: root'],
    },
    'a basic credential nobody asked for': { headers: ['Authorization: Basic cm9vdDpyb290'] },
    'a health check user agent': { headers: ['User-Agent: kube-probe/1.30'] },
  }),
  ...cases('G5', anonymous, {
    'a token in the query': { uri: '/?token=1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
  }),
  ...cases('H8', anonymous, {
    'operations paths on a service host': { uri: '/metrics' },
    ping: { uri: '/ping' },
    debug: { uri: '/debug' },
  }),
]

/** All of them. */
export const adversarialCases: readonly Case[] = [
  ...requestLine,
  ...hostNames,
  ...pathNames,
  ...addresses,
  ...smuggled,
]
