// Every adversarial request of the field study against a running gate, through each dialect: the numbers
// are the study's. An expectation here is the study's own or a stricter one, with the reason beside it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type DialectName, dialectNames } from '../../src/gate/dialect/dialect.ts'
import { networkSet } from '../../src/model/network.ts'
import { type RawAnswer, openRaw, rawRequest } from '../peers/raw-client.ts'
import {
  type Question,
  type RunningGate,
  ask,
  linesOf,
  signIn,
  startRunningGate,
} from '../support/running-gate.ts'

let running: RunningGate

beforeAll(async () => {
  running = await startRunningGate()
})

afterAll(async () => {
  expect(running.log.lines.filter((line) => line.event === 'defect')).toEqual([])
  await running.close()
})

const navigation = 'Accept: text/html,application/xhtml+xml'
const identityNames = ['Remote-User', 'Remote-Groups', 'Remote-Email', 'Remote-Name']

/** What holds for every answer, whatever was asked. */
function checkAnswer(answer: RawAnswer, dialect: DialectName): void {
  expect(answer.status).toBeLessThan(500)
  for (const name of identityNames) expect(answer.all(name)).toHaveLength(1)
  expect(answer.all('Set-Cookie')).toEqual([])
  expect(answer.header('X-Gatehouse-Decision')).toMatch(/^[a-z-]+; [a-z-]+$/)
  if (dialect === 'nginx') expect([200, 401, 403]).toContain(answer.status)
}

/** Decision and reason, and who was passed on. */
function verdict(answer: RawAnswer): string {
  const user = answer.header('Remote-User') ?? ''
  return `${answer.header('X-Gatehouse-Decision')}${user === '' ? '' : ` as ${user}`}`
}

interface Case {
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

const all = [...requestLine, ...hostNames, ...pathNames, ...addresses, ...smuggled]

describe.each([...dialectNames])('through %s', (dialect) => {
  const rows = all.filter((row) => row.only === undefined || row.only.includes(dialect))
  test.each(rows.map((row): [string, string, Case] => [row.id, row.what, row]))(
    '%s: %s',
    async (_id, _what, row) => {
      const answer = await ask(running.port, dialect, row.question)
      checkAnswer(answer, dialect)
      expect(verdict(answer)).toBe(row.expected)
    },
  )

  test('every one of them gets the same verdict as a navigation, and never a 200 more', async () => {
    for (const row of rows) {
      const headers = [...(row.question.headers ?? []), navigation]
      const answer = await ask(running.port, dialect, { ...row.question, headers })
      checkAnswer(answer, dialect)
      expect(`${row.id} ${verdict(answer)}`).toBe(`${row.id} ${row.expected}`)
    }
  })

  test('B1: a member in the wrong group is refused whatever the case of the host', async () => {
    const answer = await ask(running.port, dialect, {
      host: 'APP.Example.COM',
      uri: '/admin',
      cookie: running.cookies.alice,
    })
    expect([answer.status, verdict(answer)]).toEqual([403, 'forbid; not-member'])
  })

  test('the fixture lets in who may: alice to the app, root to the admin pages', async () => {
    const alice = await ask(running.port, dialect, { cookie: running.cookies.alice })
    expect([alice.status, verdict(alice)]).toEqual([200, 'allow; member as alice'])
    const root = await ask(running.port, dialect, { uri: '/admin', cookie: running.cookies.root })
    expect([root.status, verdict(root)]).toEqual([200, 'allow; member as root'])
  })

  test('E1: a cookie with any bit flipped, cut, or of another version is nobody', async () => {
    const { alice } = running.cookies
    const [name = '', value = ''] = alice.split('=')
    const forged = [...value].flatMap((_, i) => [1, 2, 16].map((bit) => flip(value, i, bit)))
    const cut = [
      value.slice(0, -1),
      `${value}A`,
      `2${value.slice(1)}`,
      '',
      `"${value}"`,
      ` ${value}x`,
      value.toUpperCase(),
    ]
    for (const attempt of [...forged, ...cut]) {
      const answer = await ask(running.port, dialect, { cookie: `${name}=${attempt}` })
      checkAnswer(answer, dialect)
      // A control byte ends the conversation before anybody looks at the cookie.
      if (/\u007f/.test(attempt)) {
        expect(verdict(answer)).toBe('refuse; malformed-request')
        continue
      }
      expect(verdict(answer)).toMatch(/^sign-in; (no-session|session-ended)$/)
    }
  }, 30_000)

  test('E3: a cookie of another domain is nobody', async () => {
    expect(verdict(await ask(running.port, dialect, { cookie: running.cookies.elsewhere }))).toBe(
      'sign-in; session-ended',
    )
  })

  test('E5: a malformed Cookie header is nobody, never an allow', async () => {
    const bad = [
      '=',
      ';;;;',
      '__Secure-gatehouse',
      'a=b; __Secure-gatehouse',
      '\u00ff\u00fe=1',
      `x=${'y'.repeat(8000)}`,
      '__Secure-gatehouse=a=b',
      ';'.repeat(3000),
    ]
    for (const cookie of bad) {
      const answer = await ask(running.port, dialect, { cookie })
      checkAnswer(answer, dialect)
      expect(answer.status).not.toBe(200)
    }
  })

  test('E8: a revoked session is refused at once on this machine', async () => {
    const cookie = await signIn(running.gate, `eve-${dialect}`, ['staff'])
    expect((await ask(running.port, dialect, { cookie })).status).toBe(200)
    await running.gate.sessions.revoke({ user: `eve-${dialect}` })
    expect(verdict(await ask(running.port, dialect, { cookie }))).toBe('sign-in; session-ended')
  })

  const others = [
    'Sec-Fetch-Dest: image',
    'Accept: application/json',
    'X-Requested-With: XMLHttpRequest',
    'Accept: text/event-stream',
  ]
  test('H1, H2: only a navigation is redirected', async () => {
    const navigated = await ask(running.port, dialect, { headers: ['Sec-Fetch-Mode: navigate'] })
    expect(navigated.status).toBe(dialect === 'nginx' ? 401 : 302)
    const address = navigated.header('Location') ?? navigated.header('X-Gatehouse-Sign-In')
    expect(address).toBe(
      'https://auth.example.com/_gatehouse/sign-in?rd=https%3A%2F%2Fapp.example.com%2F',
    )
    expect(navigated.header('Cache-Control')).toBe('no-store')
    const asked = await Promise.all([
      ...others.map((header) => ask(running.port, dialect, { headers: [header] })),
      ask(running.port, dialect, {
        headers: ['Connection: Upgrade', 'Upgrade: websocket', navigation],
      }),
      ask(running.port, dialect, { method: 'POST', headers: [navigation] }),
    ])
    for (const answer of asked)
      expect([answer.status, answer.header('Location')]).toEqual([401, null])
  })

  test('H4: HEAD gets what GET gets', async () => {
    const answer = await ask(running.port, dialect, {
      uri: '/docs/x',
      method: 'HEAD',
      cookie: running.cookies.alice,
    })
    expect(verdict(answer)).toBe('allow; signed-in as alice')
  })

  test('H5: signed in without the right is a page that names who and what, never a redirect', async () => {
    const answer = await ask(running.port, dialect, {
      uri: '/admin',
      cookie: running.cookies.alice,
      headers: [navigation],
    })
    expect([answer.status, answer.header('Location')]).toEqual([403, null])
    if (dialect === 'nginx') return
    for (const part of ['alice', 'app.example.com', 'admins', 'sign-in'])
      expect(answer.body).toContain(part)
  })
})

function flip(value: string, at: number, bit: number): string {
  const code = value.charCodeAt(at) ^ bit
  return value.slice(0, at) + String.fromCharCode(code) + value.slice(at + 1)
}

describe('whatever the dialect', () => {
  test('A1: complete headers and a good cookie from a peer that is not trusted open nothing', async () => {
    const distrustful = await startRunningGate({ trustedProxies: networkSet(['10.99.0.0/16']) })
    for (const dialect of dialectNames) {
      const answer = await ask(distrustful.port, dialect, { cookie: distrustful.cookies.root })
      expect([answer.status, verdict(answer)]).toEqual([403, 'refuse; untrusted-peer'])
    }
    await distrustful.close()
  })

  const broken: readonly (readonly [string, readonly string[], number])[] = [
    [
      'A12: a scheme with a line break',
      ['GET /_gatehouse/auth/traefik HTTP/1.1', 'Host: g', 'X-Forwarded-Proto: https\rX: y'],
      400,
    ],
    [
      'C12: a raw control byte',
      ['GET /_gatehouse/auth/traefik HTTP/1.1', 'Host: g', 'X-Forwarded-Uri: /public/\u0001x'],
      400,
    ],
    [
      'H6: a control byte through nginx',
      ['GET /_gatehouse/auth/nginx HTTP/1.1', 'Host: g', 'X: \u0001'],
      403,
    ],
    [
      'H6: an endless head through nginx',
      ['GET /_gatehouse/auth/nginx HTTP/1.1', 'Host: g', `X: ${'x'.repeat(70_000)}`],
      403,
    ],
    [
      'C12: a raw blank in the request line',
      ['GET /_gatehouse/auth/envoy/public/ x HTTP/1.1', 'Host: app.example.com'],
      400,
    ],
    [
      'C13: a path of 64 KiB',
      [`GET /_gatehouse/auth/envoy/${'a'.repeat(65_536)} HTTP/1.1`, 'Host: app.example.com'],
      431,
    ],
    [
      'G8: 70 KiB of credentials',
      [
        'GET /_gatehouse/auth/traefik HTTP/1.1',
        'Host: g',
        `Authorization: Basic ${'A'.repeat(70_000)}`,
      ],
      431,
    ],
  ]
  test.each(broken)(
    '%s is answered once and the connection closed',
    async (_what, lines, status) => {
      const connection = await openRaw(running.port)
      await connection.write(`${lines.join('\r\n')}\r\n\r\n`)
      expect((await connection.answer()).status).toBe(status)
      expect(await connection.ended()).toBe(true)
      connection.close()
    },
  )

  test('E10: a thousand parallel strangers leave nothing behind', async () => {
    const before = running.gate.sessions.stats()
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        ask(running.port, dialectNames[i % dialectNames.length] ?? 'traefik', { uri: `/x${i}` }),
      ),
    )
    expect(new Set(answers.flatMap((answer) => answer.all('Set-Cookie'))).size).toBe(0)
    const after = running.gate.sessions.stats()
    expect([after.storeSessions, after.opened, after.cacheEntries]).toEqual([
      before.storeSessions,
      before.opened,
      before.cacheEntries,
    ])
  })

  test('E13: a client that leaves in mid-question changes nothing', async () => {
    for (let i = 0; i < 50; i++) {
      const connection = await openRaw(running.port)
      await connection.write(
        `${linesOf('traefik', { cookie: running.cookies.alice }).join('\r\n')}\r\n\r\n`,
      )
      connection.close()
    }
    expect((await ask(running.port, 'traefik', { cookie: running.cookies.alice })).status).toBe(200)
  })

  test('E18: the cookie name of another configuration is ignored, not looped', async () => {
    const [, value = ''] = running.cookies.alice.split('=')
    const answer = await ask(running.port, 'traefik', { cookie: `gatehouse=${value}` })
    expect(verdict(answer)).toBe(anonymous)
  })

  test('H8: operations pages are not on the public listener', async () => {
    for (const path of [
      '/metrics',
      '/livez',
      '/readyz',
      '/decisions',
      '/debug',
      '/_gatehouse/api/x',
      '/..%2fmetrics',
    ]) {
      const answer = await rawRequest({
        port: running.port,
        lines: [`GET ${path} HTTP/1.1`, 'Host: auth.example.com'],
      })
      expect([path, answer.status]).toEqual([path, 404])
    }
  })

  test('a page asked for under another name is not served: its cookies could not work', async () => {
    const answer = await rawRequest({
      port: running.port,
      lines: ['GET /_gatehouse/sign-in HTTP/1.1', 'Host: evil.test'],
    })
    expect([answer.status, answer.body.includes('evil.test')]).toEqual([421, false])
  })
})
