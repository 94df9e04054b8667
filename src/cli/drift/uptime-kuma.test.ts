// `gatehouse drift uptime-kuma` over every way of reading: what differs, and what that way does not show.
import { describe, expect, test } from 'bun:test'
import { ok } from '../../std/result.ts'
import { toUtf8 } from '../../std/bytes.ts'
import { fakeWorld } from '../../world/fake-world.ts'
import type { HttpClient, OutgoingRequest } from '../../world/http-client.ts'
import { memoryFiles } from '../../world/files.ts'
import { runCli } from '../cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services:
  - { host: grafana.example.com, groups: [staff], monitor: {} }
  - { host: wiki.example.com, auth: none, monitor: { path: /health, interval: 1m } }
estate:
  authentication: { groups: [{ name: staff }] }
  secrets: { secrets: [{ name: kuma-key, place: file, ref: kuma.key }] }
  monitoring:
    tools: [{ name: kuma, kind: uptime-kuma, url: "https://uptime.example.com", secret: kuma-key }]
    ignore: [{ object: 'uptime_kuma_monitor["[Internal]*', attribute: '*', reason: Another job has them }]
`

const grafana = {
  ...{ id: 1, name: '[External] grafana.example.com', type: 'http', method: 'GET' },
  ...{ url: 'https://grafana.example.com', interval: 300, retryInterval: 300, maxretries: 3 },
  ...{ accepted_statuscodes: ['302'], maxredirects: 0, keyword: null, ignoreTls: false },
  ...{ expiryNotification: true, upsideDown: false, active: true, basic_auth_pass: 'hunter2' },
}
const wiki = {
  ...grafana,
  ...{ id: 2, name: '[External] wiki.example.com', url: 'https://wiki.example.com/health' },
  ...{ interval: 60, retryInterval: 60, accepted_statuscodes: ['200-299'], active: 1 },
}

interface Setup {
  readonly files?: Record<string, string>
  readonly env?: Record<string, string>
  readonly answer?: (request: OutgoingRequest) => { status?: number; body: string }
}

async function drift(args: readonly string[], setup: Setup = {}) {
  const asked: OutgoingRequest[] = []
  const http: HttpClient = {
    send: async (request) => {
      asked.push(request)
      const { body, status = 200 } = setup.answer?.(request) ?? { body: '' }
      return ok({ status, headers: new Headers(), body: toUtf8(body) })
    },
  }
  const world = {
    ...fakeWorld({
      args: ['drift', 'uptime-kuma', '--config', '/c.yaml', ...args],
      ...{ env: setup.env ?? {}, http },
    }),
    files: memoryFiles({ '/c.yaml': config, '/kuma.key': 'uk1_abc\n', ...setup.files }),
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors(), asked }
}

const exported = (monitorList: unknown): Setup => ({
  files: { '/export.json': JSON.stringify({ version: '1.23', monitorList }) },
})
const from = ['--from', '/export.json']

describe('from an export', () => {
  test('no difference is exit 0, and everything was compared', async () => {
    const { code, error, out } = await drift(from, exported([grafana, wiki]))
    expect([code, error]).toEqual([0, ''])
    expect(out).toContain('2 objects declared, 2 live, 2 compared, 0 unmanaged')
    expect(out).toContain('ok     monitors-see-refusals: No monitor of a protected host ("1")')
    expect(out).not.toContain('Not compared')
    expect(out).not.toContain('hunter2')
  })

  test.each<[string, object, string]>([
    ['address', { url: 'https://wiki.example.com/' }, '~ url = "https://wiki.example.com/" -> '],
    ['type', { type: 'keyword' }, '~ type = "keyword" -> "http"'],
    ['interval', { interval: 20 }, '~ interval = 20 -> 60'],
    ['retries', { maxretries: 0 }, '~ maxretries = 0 -> 3'],
    ['accepted statuses', { accepted_statuscodes: ['200-499'] }, '= ["200-499"] -> ["200-299"]'],
    [
      'accepted statuses of the database',
      {
        accepted_statuscodes: undefined,
        accepted_statuscodes_json: '["200-499"]',
      },
      '~ accepted_statuscodes = ["200-499"] -> ["200-299"]',
    ],
    ['redirects', { maxredirects: 10 }, '~ maxredirects = 10 -> 0'],
    ['keyword', { keyword: 'ok' }, '~ keyword = "ok" -> ""'],
    ['certificate', { ignoreTls: 1 }, '~ ignoreTls = true -> false'],
    ['pause', { active: 0 }, '~ active = false -> true'],
    ['sense', { upsideDown: true }, '~ upsideDown = true -> false'],
  ])('another %s is exit 2', async (_what, more, wanted) => {
    const { code, out } = await drift(from, exported([grafana, { ...wiki, ...more }]))
    expect(code).toBe(2)
    expect(out).toContain('  ~ uptime_kuma_monitor["[External] wiki.example.com"]\n')
    expect(out).toContain(wanted)
    expect(out).toContain('Plan: 0 to add, 1 to change, 0 to destroy.')
    expect(out).toContain('Uptime Kuma keeps no record of who changed a monitor')
  })

  test.each<[string, object]>([
    ['statuses in another order', { accepted_statuscodes: ['301-303', ' 200 - 299', '401'] }],
    ['spaces', { accepted_statuscodes: ['401', '200-299', '301-303', '401'] }],
  ])('the same written otherwise is none: %s', async (_what, more) => {
    const yaml = config.replace('auth: none, monitor', 'auth: app, monitor')
    const { code } = await drift(from, {
      files: {
        '/c.yaml': yaml,
        '/export.json': JSON.stringify({ monitorList: [grafana, { ...wiki, ...more }] }),
      },
    })
    expect(code).toBe(0)
  })

  test('a monitor that accepts the failure is a broken invariant', async () => {
    const blind = { ...grafana, accepted_statuscodes: ['200-499'] }
    const { code, out } = await drift(from, exported([blind, wiki]))
    expect(code).toBe(2)
    expect(out).toContain(
      'BROKEN monitors-see-refusals: A gate that answers 400 leaves green: "[External] grafana.example.com"',
    )
    // Of a host that is open, and of a monitor that is paused, a 400 says nothing.
    const open = { ...wiki, accepted_statuscodes: ['200-499'] }
    expect((await drift(from, exported([{ ...blind, active: false }, open]))).out).not.toContain(
      'BROKEN',
    )
  })

  test('missing, unmanaged and ignored monitors', async () => {
    const rogue = {
      ...wiki,
      id: 9,
      name: 'Mine',
      url: 'https://x.example.com/?token=hunter2hunter2',
    }
    const internal = { ...wiki, id: 10, name: '[Internal] db', type: 'port', url: 'https://' }
    const again = { ...grafana, id: 3, url: 'https://other.example.com/' }
    const group = { id: 4, name: 'All', type: 'group' }
    const { code, out } = await drift(
      from,
      exported({ 9: rogue, 10: internal, 3: again, 1: grafana, 4: group }),
    )
    expect(code).toBe(2)
    expect(out).toContain('  + uptime_kuma_monitor["[External] wiki.example.com"]')
    expect(out).toMatch(
      /\? uptime_kuma_monitor\["Mine"\] {2}# tries "https:\/\/x.example.com\/\?token=secret:\w+"/,
    )
    // The one with the declared address is the declared one.
    expect(out).toContain(
      '? uptime_kuma_monitor["[External] grafana.example.com #2"]  # tries "https://other',
    )
    expect(out).toContain('Another job has them (1: uptime_kuma_monitor["[Internal] db"])')
    expect(out).toContain('1 × A group holds monitors and tries nothing')
    expect(out).not.toContain('hunter2')
  })

  test.each<[string, object | null | number, string]>([
    [
      'a text for a number',
      { ...wiki, interval: '60' },
      'Field "interval" is a string, wanted a number',
    ],
    ['a list for a text', { ...wiki, url: [] }, 'Field "url" is a list, wanted a text'],
    [
      'statuses that are none',
      { ...wiki, accepted_statuscodes: ['2xx'] },
      'is no list of statuses',
    ],
    ['a flag of its own', { ...wiki, ignoreTls: 'no' }, 'Field "ignoreTls" is a string'],
    ['no object', 7, 'It is no object'],
    ['nothing', null, 'It is no object'],
  ])('%s counts as not read, and is not missing', async (_what, monitor, wanted) => {
    const { code, out } = await drift(from, exported([grafana, monitor]))
    expect(code).toBe(1)
    expect(out).toContain(wanted)
    expect(out).toContain('Plan: 0 to add, 0 to change')
  })

  test('what an older version does not have is said, and not taken for equal', async () => {
    const { expiryNotification: _e, maxredirects: _m, ...older } = wiki
    const { code, out } = await drift(from, exported([grafana, older]))
    expect(code).toBe(0)
    expect(out).toContain('of so many monitors: maxredirects (1), expiryNotification (1)')
  })

  test.each([
    ['<html>', 'It is not JSON'],
    ['{"monitors": []}', 'Found no "monitorList"'],
    ['[]', 'Found no "monitorList"'],
  ])('%s is exit 1', async (text, wanted) => {
    const { code, error, out } = await drift(from, { files: { '/export.json': text } })
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(wanted)
    expect(error).toContain('nothing was compared')
  })

  test('a file that is not there is exit 1', async () => {
    const { code, error } = await drift(['--from', '/nowhere.json'])
    expect([code, error]).toEqual([1, 'gatehouse: Cannot read "/nowhere.json" (ENOENT)\n'])
  })
})

function metrics(...monitors: readonly (readonly [string, string, string])[]): string {
  const lines = monitors.map(
    ([name, type, url], id) =>
      `monitor_status{monitor_id="${id}",monitor_name="${name}",monitor_type="${type}",monitor_url="${url}",monitor_hostname="null",monitor_port="null"} 1`,
  )
  return `# TYPE monitor_status gauge\n${lines.join('\n')}\nmonitor_response_time{} 1\n`
}

const both: readonly (readonly [string, string, string])[] = [
  ['[External] grafana.example.com', 'http', 'https://grafana.example.com'],
  ['[External] wiki.example.com', 'http', 'https://wiki.example.com/health'],
]

describe('from its metrics', () => {
  test('compares name, type and address, and says what it does not see', async () => {
    const { asked, code, out } = await drift([], { answer: () => ({ body: metrics(...both) }) })
    expect(code).toBe(0)
    expect(asked.map(({ headers, url }) => [url, headers])).toEqual([
      ['https://uptime.example.com/metrics', { authorization: `Basic ${btoa(':uk1_abc')}` }],
    ])
    expect(out).toContain('A monitor that is paused is not in "/metrics"')
    expect(out).toContain('of so many monitors: method (2), interval (2), ')
    expect(out).toContain('accepted_statuscodes (2)')
    expect(out).not.toContain('monitors-see-refusals')
  })

  test('another address, a missing one and one of nobody, looked for twice', async () => {
    const { asked, code, out } = await drift([], {
      answer: () => ({
        body: metrics(
          ['[External] wiki.example.com', 'http', 'https://elsewhere/'],
          ['x', 'ping', ''],
        ),
      }),
    })
    expect([code, asked.length]).toEqual([2, 2])
    expect(out).toContain('~ url = "https://elsewhere/" -> "https://wiki.example.com/health"')
    expect(out).toContain('+ uptime_kuma_monitor["[External] grafana.example.com"]')
    expect(out).toContain('? uptime_kuma_monitor["x"]\n')
  })

  test('the key comes from a file or the environment, and goes to the declared place alone', async () => {
    const answer: Setup['answer'] = () => ({ body: metrics(...both) })
    const keyOf = async (args: readonly string[], setup: Setup = {}): Promise<unknown> =>
      (await drift(args, { answer, ...setup })).asked[0]?.headers?.['authorization']
    const env = { UPTIME_KUMA_API_KEY: 'uk2_env' }
    expect(await keyOf([], { env })).toBe(`Basic ${btoa(':uk2_env')}`)
    expect(await keyOf(['--token-file', '/other'], { env, files: { '/other': 'uk3_file' } })).toBe(
      `Basic ${btoa(':uk3_file')}`,
    )
    expect(await keyOf(['--url', 'https://uptime.example.com/'])).toBe(`Basic ${btoa(':uk1_abc')}`)
    expect(await keyOf(['--url', 'https://elsewhere.example.com'])).toBeUndefined()
  })

  test.each<[string, string, number, string]>([
    ['a page', '<html>Uptime Kuma</html>', 200, 'It has no "monitor_status"'],
    ['a refusal', 'Unauthorized', 401, 'It answered 401: the credentials are wrong'],
    ['a fault', '', 502, 'It answered 502'],
  ])('%s is exit 1', async (_what, body, status, wanted) => {
    const { code, error, out } = await drift([], { answer: () => ({ body, status }) })
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(wanted)
  })

  test('lines that are no samples count as not read, and nothing is missing then', async () => {
    const body = `${metrics(...both.slice(0, 1))}monitor_status{monitor_name="broken\n`
    const { code, out } = await drift([], { answer: () => ({ body }) })
    expect(code).toBe(1)
    expect(out).toContain('1 lines of "/metrics": They are no samples')
    expect(out).toContain('Plan: 0 to add')
  })
})

test('a key that is declared elsewhere than in a file is asked for, and nothing is asked without it', async () => {
  const at = (place: string): Setup => ({
    files: {
      '/c.yaml': config.replace('place: file, ref: kuma.key', `place: ${place}, ref: KUMA`),
    },
    answer: () => ({ body: metrics(...both) }),
  })
  const vault = await drift([], at('vault'))
  expect([vault.code, vault.out, vault.asked]).toEqual([1, '', []])
  expect(vault.error).toContain(
    'Found the credential "kuma-key" in "vault" at "KUMA", wanted it in "--token-file" or UPTIME_KUMA_API_KEY',
  )
  const absent = await drift([], at('environment'))
  expect([absent.code, absent.error]).toEqual([1, 'gatehouse: Missing the variable "KUMA"\n'])
  const given = await drift([], { ...at('environment'), env: { KUMA: 'uk5_x' } })
  expect([given.code, given.asked[0]?.headers?.['authorization']]).toEqual([
    0,
    `Basic ${btoa(':uk5_x')}`,
  ])
})

describe('from a public page', () => {
  const page = (...monitorList: readonly object[]): Setup => ({
    answer: ({ url }) => ({
      body: url.endsWith('/api/status-page/all')
        ? JSON.stringify({ publicGroupList: [{ monitorList }] })
        : '',
    }),
  })
  const args = ['--status-page', 'all']

  test('what is on it is compared, what is not may be there', async () => {
    const { asked, code, out } = await drift(
      args,
      page({ id: 1, name: grafana.name, type: 'http' }),
    )
    expect(code).toBe(0)
    expect(asked[0]?.headers?.['authorization']).toBeUndefined()
    expect(out).toContain('The page "all" shows "1" monitors: which others are there is not known')
    expect(out).toContain('url (1)')
    const rogue = await drift(args, page({ id: 7, name: 'Mine', type: 'http' }))
    expect([rogue.code, rogue.out]).toEqual([
      2,
      expect.stringContaining('? uptime_kuma_monitor["Mine"]'),
    ])
  })

  test('a page without groups is exit 1', async () => {
    const { code, error } = await drift(args, { answer: () => ({ body: '{}' }) })
    expect([code, error]).toEqual([1, expect.stringContaining('It has no "publicGroupList"')])
  })
})

describe('gatehouse drift', () => {
  test.each<[readonly string[], string]>([
    [['--url', 'ftp://x'], 'Found the address "ftp://x", wanted one such as'],
    [['--token-file', '/nowhere'], '/nowhere'],
  ])('%j is exit 1', async (args, wanted) => {
    const { code, error } = await drift(args)
    expect([code, error]).toEqual([1, expect.stringContaining(wanted)])
  })

  test('--json has the same, with every name as data', async () => {
    const rogue = { ...wiki, id: 9, name: 'a\u001b[2J\u202eb' }
    const { code, out } = await drift([...from, '--json'], exported([grafana, wiki, rogue]))
    expect(code).toBe(2)
    expect(out).not.toMatch(/[\u001b\u202e]/)
    expect(JSON.parse(out)).toMatchObject({
      ...{ system: 'uptime-kuma', exit_code: 2, source: '/export.json' },
      unmanaged: [{ name: 'a\u001b[2J\u202eb', id: '9', changed: null }],
    })
  })
})
