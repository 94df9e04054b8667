// `gatehouse drift authentik` from exported files, and every way in which they cannot be read.
import { describe, expect, test } from 'bun:test'
import { fakeWorld } from '../world/fake-world.ts'
import { memoryFiles } from '../world/files.ts'
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
