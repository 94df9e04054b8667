// What authentik has as services: hosts of one and of a domain, hosts that two claim, names that lie.
import { expect, test } from 'bun:test'
import { planEstate } from './plan.ts'
import type { Source, SourceProvider } from './read.ts'
import { renderEstate } from './write.ts'

type Given = Partial<SourceProvider> & { readonly externalHost: string; readonly group?: string }

function source(...given: readonly Given[]): Source {
  return {
    applications: given.map(({ name }, i) => ({
      ...{ pk: `a${i}`, name: name ?? `app${i}`, slug: `app${i}` },
      ...{ provider: i, engineMode: 'any' },
    })),
    providers: given.map(({ group: _group, ...provider }, i) => ({
      ...{ pk: i, name: `app${i}`, mode: 'forward_single', cookieDomain: '', skipPathRegex: '' },
      ...provider,
    })),
    bindings: given.flatMap(({ group }, i) =>
      group === undefined
        ? []
        : [
            {
              ...{ target: `a${i}`, subject: { kind: 'group' as const, pk: group } },
              ...{ negate: false, enabled: true, order: 0 },
            },
          ],
    ),
    groups: ['staff', 'admins'].map((name) => ({ pk: name, name, parents: [] })),
    outposts: [{ name: 'proxy', providers: given.map((_, i) => i) }],
  }
}

test('planEstate gives a domain-wide provider its host, the domain, all below, and hosts with lists', () => {
  const plan = planEstate(
    source(
      {
        ...{ externalHost: 'https://auth.example.com', mode: 'forward_domain' },
        ...{ cookieDomain: '.example.com', group: 'staff' },
        skipPathRegex: '^https://[^/]+/ok$\n^https://app\\.example\\.com/x$\n^https://a\\.org/$',
      },
      { externalHost: 'https://own.example.com', group: 'admins' },
    ),
    null,
  )
  expect(plan.domain).toBe('example.com')
  expect(plan.services.map(({ host, openPaths }) => [host, ...openPaths])).toEqual([
    ['app.example.com', '/ok', '/x'],
    ['auth.example.com', '/ok'],
    ['example.com', '/ok'],
    ['*.example.com', '/ok'],
    ['own.example.com'],
  ])
  expect(plan.remarks.map(({ text }) => text)).toEqual([
    'It opens paths of "a.org", which is not its own; left out',
  ])
})

test('planEstate leaves a host to authentik that two providers claim with different rules', () => {
  const hosts = ['https://app.example.com', 'https://app.example.com:8443']
  const differing = planEstate(
    source(
      { externalHost: hosts[0] ?? '', group: 'staff', skipPathRegex: '^/ok$' },
      { externalHost: hosts[1] ?? '', group: 'admins' },
    ),
    null,
  )
  expect(differing.services).toHaveLength(1)
  expect(differing.services[0]).toMatchObject({ access: { kind: 'authentik' }, openPaths: [] })
  expect(differing.remarks[0]?.isLoss).toBe(true)
  const alike = planEstate(
    source(...hosts.map((externalHost) => ({ externalHost, group: 'staff' }))),
    null,
  )
  expect(alike.services[0]?.access).toMatchObject({ groups: ['staff'] })
  expect(alike.remarks).toEqual([])
})

test('renderEstate keeps a name in its line, whatever it holds', () => {
  const name = 'App\n  - host: "evil.example.com"\n\u2028\u0085services: []'
  const file = renderEstate(
    planEstate(source({ name, externalHost: 'https://app.example.com' }), null),
    { authentikUrl: 'https://id.example.com/', insecure: true },
  )
  expect(file).not.toMatch(/^ {2}- host: "evil/m)
  expect(file).not.toMatch(/[\u0085\u2028]/)
  expect(file.split('\n').filter((line) => line.startsWith('services:'))).toHaveLength(1)
  expect(file).toContain('    insecure: true\n')
})

test('planEstate gives the same whatever the order of the lists', () => {
  const one = source(
    { externalHost: 'https://b.example.com', group: 'staff' },
    { externalHost: 'https://a.example.org' },
    { externalHost: 'ftp://c.example.com' },
  )
  const turned: Source = {
    applications: one.applications.toReversed(),
    providers: one.providers.toReversed(),
    bindings: one.bindings.toReversed(),
    groups: one.groups.toReversed(),
    outposts: one.outposts,
  }
  expect(planEstate(turned, null)).toEqual(planEstate(one, null))
})
