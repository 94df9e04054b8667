// `gatehouse drift authentik` from exported files, and every way in which they cannot be read.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../std/bytes.ts'
import { err, ok } from '../std/result.ts'
import { fakeWorld } from '../world/fake-world.ts'
import { memoryFiles } from '../world/files.ts'
import type { HttpClient } from '../world/http-client.ts'
import { runCli } from './cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services: []
estate:
  authentication:
    groups: [{ name: staff }]
    authentik:
      ignore:
        - { object: 'authentik_group["guests"]', attribute: '*', reason: Made by hand for a party }
`

const group = (name: string, more: object = {}): object => ({
  ...{ pk: `pk-${name}`, name, is_superuser: false, parents: [], attributes: {} },
  ...more,
})

const empty = {
  ...{ groups: [group('staff')], policies: [], providers: [], applications: [], bindings: [] },
  ...{ outposts: [], flows: [] },
}

async function drift(exported: unknown, ...more: readonly string[]) {
  const text = typeof exported === 'string' ? exported : JSON.stringify(exported)
  const args = ['drift', 'authentik', '--config', '/c.yaml', '--file', '/export.json', ...more]
  const files = memoryFiles({
    '/c.yaml': config,
    '/export.json': text,
    '/.git/HEAD': 'ref: refs/heads/main\n',
    '/.git/packed-refs': `# pack-refs\n${'a1'.repeat(20)} refs/heads/main\n`,
  })
  const world = { ...fakeWorld({ args }), files }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

describe('gatehouse drift authentik --file', () => {
  test('no difference is exit 0, and says what was compared and when', async () => {
    const { code, out, error } = await drift(empty)
    expect([code, error]).toEqual([0, ''])
    expect(out).toContain('compared with commit a1a1a1a1a1a1 (declaration ')
    expect(out).toContain(' at 2026-01-01T00:00:00.000Z')
    expect(out).toContain('1 objects declared, 1 live, 1 compared')
  })

  test('pages of the API are read by what is in them', async () => {
    const page = (results: readonly object[], count = results.length): object => ({
      pagination: { next: 0, count },
      results,
    })
    expect((await drift({ ...empty, groups: page([group('staff')]) })).code).toBe(0)
    const short = await drift({ ...empty, groups: page([group('staff')], 2) })
    expect([short.code, short.out]).toEqual([1, ''])
    expect(short.error).toContain('"groups" has "1" elements, wanted "2"')
  })

  test('what is declared nowhere is exit 2, unless a rule says why', async () => {
    const rogue = await drift({ ...empty, groups: [group('staff'), group('rogue')] })
    expect([rogue.code, rogue.out]).toEqual([
      2,
      expect.stringContaining('? authentik_group["rogue"]'),
    ])
    const ruled = await drift({ ...empty, groups: [group('staff'), group('guests')] })
    expect(ruled.code).toBe(0)
    expect(ruled.out).toContain(
      'authentik_group["guests"] *: Made by hand for a party (1: authentik_group["guests"])',
    )
  })

  test('an object that is not understood is listed, is not "missing", and is exit 1', async () => {
    const { code, out } = await drift({ ...empty, groups: [group('staff', { attributes: 7 })] })
    expect(code).toBe(1)
    expect(out).toContain('group "staff": Field "attributes" is a number, wanted an object')
    expect(out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')
  })

  test('outposts of other kinds and bindings of flows are counted as skipped', async () => {
    const { code, out } = await drift({
      ...empty,
      outposts: [{ pk: 'o', name: 'dir', type: 'ldap', providers: [], config: {} }],
      bindings: [{ pk: 'b', target: 'a-flow', order: 0 }],
    })
    expect(code).toBe(0)
    expect(out).toContain('  1 × An outpost of type "ldap"')
    expect(out).toContain('  1 × It binds something else than an application')
  })

  test.each<[string, unknown, string]>([
    ['no JSON', '<html>', 'Cannot read "/export.json": it is not JSON'],
    ['a list that is missing', { groups: [] }, 'Missing "policies", "providers"'],
    ['a list that is none', { ...empty, outposts: 7 }, '"outposts" is neither a list nor a page'],
    ['objects of no known kind', [{ a: 1 }], 'Found an object of no known kind'],
    ['a number', 7, 'the file is neither a list nor a page'],
  ])('%s is exit 1, named, and nothing is compared', async (_name, exported, wanted) => {
    const { code, out, error } = await drift(exported)
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(wanted)
  })
})

describe('gatehouse drift', () => {
  const kuma = {
    ...{ name: '[External] a.example.com', type: 'http', method: 'GET', interval: 300 },
    ...{ url: 'https://a.example.com/', retryInterval: 300, maxretries: 3, maxredirects: 0 },
    ...{ accepted_statuscodes: ['200-299'], keyword: null, ignoreTls: false, upsideDown: false },
    ...{ expiryNotification: true, active: true },
  }
  const declared = (estate: string): string =>
    `${config.slice(0, config.indexOf('services:'))}services: [{ host: a.example.com, auth: none, monitor: {} }]\nestate:\n${estate}`
  const both =
    declared(`  authentication: { providers: [{ name: id, kind: authentik, url: "https://id.example.com" }] }
  monitoring: { tools: [{ name: kuma, kind: uptime-kuma, url: "https://uptime.example.com" }] }
`)
  const exposed = (url: string): string =>
    `monitor_status{monitor_name="${kuma.name}",monitor_type="http",monitor_url="${url}"} 1\n`

  async function all(text: string, answers: Record<string, string>, ...more: readonly string[]) {
    const http: HttpClient = {
      send: async ({ url }) => {
        const body = Object.entries(answers).find(([start]) => url.startsWith(start))?.[1]
        return body === undefined
          ? err({ code: 'unreachable', detail: 'Nothing listens' })
          : ok({ status: 200, headers: new Headers(), body: toUtf8(body) })
      },
    }
    const args = ['drift', '--config', '/c.yaml', ...more]
    const world = {
      ...fakeWorld({ args, http, env: { AUTHENTIK_TOKEN: 'x'.repeat(40) } }),
      files: memoryFiles({ '/c.yaml': text }),
    }
    const code = await runCli(world)
    return { code, out: world.output(), error: world.errors() }
  }

  const nothingThere = JSON.stringify({ pagination: { next: 0, count: 0 }, results: [] })
  const id = { 'https://id.example.com/': nothingThere }
  const same = { 'https://uptime.example.com/': exposed(kuma.url) }
  const other = { 'https://uptime.example.com/': exposed('https://b.example.com/') }

  test.each<[string, Record<string, string>, 0 | 1 | 2, string]>([
    [
      'nothing differs',
      { ...id, ...same },
      0,
      '2 sources: 2 as declared (authentik, uptime-kuma).',
    ],
    [
      'one differs',
      { ...id, ...other },
      2,
      '1 as declared (authentik), 1 other than declared (uptime-kuma)',
    ],
    ['one is away', same, 1, '1 as declared (uptime-kuma), 1 not read, or not in full (authentik)'],
    ['one is away and one differs', other, 1, '1 other than declared (uptime-kuma), 1 not read'],
    ['all are away', {}, 1, '2 sources: 2 not read, or not in full (authentik, uptime-kuma).'],
  ])('without a system compares all that is declared: %s', async (_what, answers, wanted, sum) => {
    const { code, error, out } = await all(both, answers)
    expect(code).toBe(wanted)
    expect(out).toContain('=== authentik\n')
    expect(out).toContain('=== uptime-kuma\n')
    expect(out).toContain(sum)
    expect(error.includes('nothing was compared')).toBe(wanted === 1)
    const data: unknown = JSON.parse((await all(both, answers, '--json')).out)
    expect(data).toMatchObject({
      exit_code: wanted,
      sources: [{ system: 'authentik' }, { system: 'uptime-kuma' }],
    })
  })

  test('what is not declared is not asked, and nothing declared is no answer', async () => {
    const one = await all(
      declared(
        '  monitoring: { tools: [{ name: k, kind: uptime-kuma, url: "https://uptime.example.com" }] }\n',
      ),
      same,
    )
    expect([one.code, one.out]).toEqual([0, expect.not.stringContaining('=== authentik')])
    const none = await all(declared('  monitoring: {}\n'), {})
    expect([none.code, none.out]).toEqual([1, ''])
    expect(none.error).toContain('Found no source that is declared, wanted one of "authentik", ')
  })

  test('an address or a token without a system is nobody knows whose', async () => {
    for (const option of ['--url', '--token-file', '--from', '--file', '--ca-file']) {
      const { code, error, out } = await all(both, { ...id, ...same }, option, 'x')
      expect([code, out]).toEqual([1, ''])
      expect(error).toContain('without a system')
    }
  })

  test('an address with a password in it is not shown', async () => {
    const secret = both.replace('https://uptime', 'https://ada:hunter2@uptime')
    const { error, out } = await all(secret, id)
    expect(`${out}${error}`).not.toContain('hunter2')
  })
})
