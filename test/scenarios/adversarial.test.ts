// Every adversarial request of the field study against a running gate, through each dialect.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type DialectName, dialectNames } from '../../src/gate/dialect/dialect.ts'
import { networkSet } from '../../src/model/network.ts'
import { type RawAnswer, openRaw, rawRequest } from '../peers/raw-client.ts'
import {
  type RunningGate,
  ask,
  linesOf,
  signIn,
  startRunningGate,
} from '../support/running-gate.ts'
import { scenarioTimeoutMs } from '../scenario.ts'
import { adversarialCases, type Case } from '../support/adversarial-cases.ts'

setDefaultTimeout(scenarioTimeoutMs)

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

describe.each([...dialectNames])('through %s', (dialect) => {
  const rows = adversarialCases.filter(
    (row) => row.only === undefined || row.only.includes(dialect),
  )
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
    expect(verdict(answer)).toBe('sign-in; no-session')
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
