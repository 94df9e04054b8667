// `gatehouse plan`: what it prints, as text and as data, and how it ends.
import { describe, expect, test } from 'bun:test'
import { fakeWorld } from '../world/fake-world.ts'
import { runCli } from './cli.ts'

const file = (services: string, estate = ''): string => `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
${services}
${estate}`

const files = {
  '/a.yaml': file('  - { host: a.example.com }'),
  '/same.yaml': file('  - { host: a.example.com, auth: required }'),
  '/open.yaml': file('  - { host: a.example.com, auth: none, reason: "Said" }'),
  '/less.yaml': file('  - { host: b.example.com }'),
  '/wrong.yaml': file('  - { host: a.example.com, auth: perhaps }'),
  '/estate-wrong.yaml': file(
    '  - { host: a.example.com }',
    'estate: { storage: { volumes: 5 } }\n',
  ),
}

async function plan(line: string) {
  const world = fakeWorld({
    args: ['plan', ...line.split(' ').filter((word) => word !== '')],
    files,
  })
  return { code: await runCli(world), out: world.output(), error: world.errors() }
}

describe('gatehouse plan', () => {
  test('ends with 0 where both declare the same', async () => {
    for (const after of ['/a.yaml', '/same.yaml'])
      expect(await plan(`/a.yaml ${after}`)).toEqual({
        code: 0,
        out: 'No changes. Both declare the same.\n',
        error: '',
      })
  })

  test('ends with 2 where something changes, and says which door opens', async () => {
    const { code, error, out } = await plan('/a.yaml /open.yaml')
    expect([code, error]).toEqual([2, ''])
    expect(out).toContain('! a.example.com/**: required -> none, open to everyone')
    expect(out).toContain('Plan: 0 to add, 1 to change, 0 to destroy.')
    expect(out).toContain('A door opens, or a store would fill: look twice.')
  })

  test('does not warn of what shuts', async () => {
    const { code, out } = await plan('/open.yaml /a.yaml')
    expect(code).toBe(2)
    expect(out).toContain('a.example.com/**: none -> required')
    expect(out).not.toContain('look twice')
  })

  test.each([
    [
      'a file that is not there',
      '/a.yaml /none.yaml',
      'Cannot read the configuration: "/none.yaml"',
    ],
    ['the first of two that is not there', '/none.yaml /a.yaml', '"/none.yaml" does not exist'],
    ['a service with a mistake', '/a.yaml /wrong.yaml', 'services[0].auth: Found "perhaps"'],
    [
      'an estate with a mistake',
      '/estate-wrong.yaml /a.yaml',
      'estate.storage.volumes: Found the number "5"',
    ],
  ])('ends with 1 and prints no plan for %s', async (_, line, said) => {
    const { code, error, out } = await plan(line)
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(said)
  })

  test('--json prints the same as data, also where nothing changes', async () => {
    const changed = await plan('--json /a.yaml /less.yaml')
    const data = JSON.parse(changed.out) as Record<string, readonly unknown[]>
    expect([changed.code, Object.keys(data)]).toEqual([
      2,
      [
        ...['differences', 'doors', 'monitors', 'strangersPerMinute'],
        ...['guards', 'stores', 'alerts', 'findings'],
      ],
    ])
    expect(data['doors']).toEqual([
      { host: 'a.example.com', path: '/**', before: 'required', after: null, opens: false },
      { host: 'b.example.com', path: '/**', before: null, after: 'required', opens: false },
    ])
    expect(data['differences']).toMatchObject([
      { action: 'delete', address: 'service["a.example.com"]' },
      { action: 'create', address: 'service["b.example.com"]' },
    ])
    const same = await plan('--json /a.yaml /same.yaml')
    expect([same.code, JSON.parse(same.out)]).toMatchObject([
      0,
      { differences: [], doors: [], stores: [], findings: { appear: [], vanish: [] } },
    ])
  })

  test.each([
    '--from /a.yaml --to /open.yaml',
    '--to /open.yaml --from /a.yaml',
    '/a.yaml --to /open.yaml',
    '/open.yaml --from /a.yaml',
  ])('takes the two files as %s', async (line) => {
    expect(await plan(line)).toEqual(await plan('/a.yaml /open.yaml'))
  })

  test.each([
    ['', 'Found 0 files'],
    ['/a.yaml', 'Found one file'],
    ['--from /a.yaml', 'Found one file'],
    ['--to /a.yaml', 'Found one file'],
    ['/a.yaml /open.yaml --from /a.yaml', 'Found 3 files'],
    ['/a.yaml /open.yaml --from /a.yaml --to /open.yaml', 'Found 4 files'],
  ])('is a mistake of usage as "%s": which is meant cannot be told', async (line, said) => {
    const { code, error, out } = await plan(line)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain(said)
  })
})
