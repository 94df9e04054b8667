// Any estate that can be declared: rules and renderers end, point at settings that exist, and say the same twice.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { estateRules, planBetween, planText } from '../../src/estate-check.ts'
import { renderDocs, renderKubernetes, renderMonitors } from '../../src/estate-render.ts'
import type { RuleExample } from '../../src/estate.ts'
import { estateOf, readDeclaration } from '../../src/config/estate.fixture.ts'

const name = fc.constantFrom('a', 'b', 'c', 'a b', '0-core', 'x"y|z', '*', '<b>')
const names = fc.uniqueArray(name, { maxLength: 3 })
const time = fc.constantFrom('1s', '5m', '7d', '1d')
const size = fc.constantFrom('1B', '4KiB', '64MiB', '1.5GiB')
const text = fc.constantFrom('Said', 'With | bar', 'With "quotes"', '`code`')
const tier = fc.constantFrom('required', 'app', 'public', 'none')
const number = fc.integer({ min: 0, max: 3 })
const cidr = fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '192.168.0.1', 'fd00::/8')
const hostname = fc.constantFrom('a', 'b', '*', 'a.b').map((label) => `${label}.example.com`)

/** A record of which every key but `needed` may be missing. */
function some<T extends object>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
  needed: (keyof T)[],
) {
  return fc.record(model, { requiredKeys: needed })
}

const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 })

const service = some(
  {
    host: hostname,
    auth: tier,
    reason: text,
    stack: name,
    exposure: fc.constantFrom('proxied', 'direct', 'internal', 'wildcard', 'none'),
    upstream: fc.constantFrom('http://a.b:1', 'http://10.0.0.1'),
    paths_only: fc.boolean(),
    monitor: some(
      {
        enabled: fc.boolean(),
        path: fc.constantFrom('/', '/x', '/x/y?z', '/@x'),
        accepts: fc.constantFrom('200', '200-499', 'x', '302, 400'),
        interval: time,
      },
      [],
    ),
    bypasses: list(
      some(
        { header: name, value: name, path: fc.constantFrom('/', '/x'), auth: tier, reason: text },
        ['header', 'value', 'reason'],
      ),
    ),
    paths: fc.uniqueArray(
      some(
        {
          path: fc.constantFrom('/', '/x', '/x/**', '/x/*/y', '/**'),
          auth: tier,
          reason: text,
          networks: fc.constant(['10.0.0.0/8']),
        },
        ['path'],
      ),
      { selector: ({ path }) => path, minLength: 1, maxLength: 3 },
    ),
  },
  ['host'],
)

const estate = some(
  {
    networking: some(
      {
        networks: list(some({ name, cidr, about: text }, ['name', 'cidr'])),
        domains: list(
          some({ name: fc.constantFrom('example.com', 'a.lan'), split_horizon: fc.boolean() }, [
            'name',
          ]),
        ),
        ingresses: list(
          some(
            {
              name,
              controller: fc.constantFrom('traefik', 'nginx'),
              namespace: fc.constant('traefik'),
            },
            ['name', 'controller'],
          ),
        ),
        edge: some({ kind: fc.constantFrom('cloudflare', 'tunnel', 'direct'), workers: names }, []),
      },
      [],
    ),
    vpn: some(
      {
        overlays: list(
          some({ name, kind: fc.constantFrom('headscale', 'xray'), cidr, groups: names }, [
            'name',
            'kind',
            'cidr',
          ]),
        ),
      },
      [],
    ),
    storage: some(
      {
        volumes: list(
          some(
            {
              ...{ name, size, medium: fc.constantFrom('memory', 'disk', 'nfs'), class: name },
              ...{ retention: time, restart: time, entry: size, block: size, memory_limit: size },
              rate: fc.constantFrom('0/d', '1/s', '8.6/min'),
              inodes: fc.integer({ min: 1, max: 9 }),
              ...{ probed: fc.boolean(), default_size: fc.boolean() },
              holds: fc.constantFrom('state', 'cache', 'sessions'),
            },
            ['name', 'size', 'medium'],
          ),
        ),
      },
      [],
    ),
    authentication: some(
      {
        providers: list(
          some({ name, kind: fc.constantFrom('oidc', 'authentik'), database: name }, [
            'name',
            'kind',
          ]),
        ),
        outposts: list(
          some(
            {
              ...{
                name,
                validity: fc.constantFrom('1m', '28d'),
                volume: name,
                managed: fc.boolean(),
              },
              sessions: fc.constantFrom('filesystem', 'postgresql', 'none'),
            },
            ['name', 'validity', 'sessions'],
          ),
        ),
        ...{ groups: list(some({ name, about: text }, ['name'])), break_glass: names },
      },
      [],
    ),
    monitoring: some(
      {
        tools: list(
          some(
            {
              ...{
                name,
                database: name,
                volume: name,
                secret: name,
                replicas: number,
                host: hostname.filter((it) => !it.startsWith('*')),
              },
              ...{
                kind: fc.constantFrom('alertmanager', 'grafana', 'loki'),
                outside: fc.boolean(),
              },
            },
            ['name', 'kind'],
          ),
        ),
        monitors: some(
          { accepts: fc.constantFrom('200-499', '302'), interval: time, tool: name },
          [],
        ),
        alerts: list(
          some(
            { name, layer: fc.constantFrom('dns', 'idp'), state: fc.constantFrom('alive', 'dead') },
            ['name'],
          ),
        ),
        ...{
          channels: names,
          guards: list(fc.record({ host: fc.constant('a.example.com'), path: fc.constant('/x') })),
        },
      },
      [],
    ),
    databases: some(
      {
        databases: list(
          some({ name, engine: fc.constantFrom('redis', 'mysql'), volume: name, used_by: names }, [
            'name',
            'engine',
          ]),
        ),
      },
      [],
    ),
    backup: some(
      {
        jobs: list(
          some({ name, of: names, to: name, every: time.filter((it) => it !== '1s') }, [
            'name',
            'to',
            'every',
          ]),
        ),
      },
      [],
    ),
    tenancy: some(
      {
        tiers: list(
          fc.record({
            name,
            cpus: fc.constant(1),
            memory: fc.constantFrom('1MiB', '64GiB'),
            default_memory: fc.constant('1MiB'),
          }),
        ),
        namespaces: list(some({ name, tier: name, owner: name }, ['name', 'tier'])),
      },
      [],
    ),
  },
  [],
)

const declarations: fc.Arbitrary<RuleExample> = fc.record({
  services: fc.uniqueArray(service, { selector: ({ host }) => host, maxLength: 4 }),
  estate,
})

/** Declarations that the schema takes and that say nothing twice. */
const right = declarations.filter((declared) => readDeclaration(declared, { withRules: false }).ok)

/** A busy machine takes long over whole estates. */
const timeoutMs = 30_000

describe('any estate', () => {
  test('is most of the time one that can be read', () => {
    const sample = fc.sample(declarations, { numRuns: 50, seed: 1 })
    const read = sample.filter((declared) => readDeclaration(declared, { withRules: false }).ok)
    expect(read.length).toBeGreaterThan(25)
  })

  test(
    'gets findings that point at what was declared or may be, in whole sentences',
    () => {
      fc.assert(
        fc.property(right, (declared) => {
          const built = estateOf(declared, { withRules: false })
          for (const rule of estateRules)
            for (const { fix, message, path } of rule.find(built)) {
              const [root, first, second, third] = path
              if (root === 'services')
                expect(built.services[Number(first)]?.index).toBe(Number(first))
              else {
                const section = Object.entries(built.areas).find(([area]) => area === first)?.[1]
                const setting = Object.entries(section ?? {}).find(([key]) => key === second)?.[1]
                expect([rule.id, path, setting === undefined]).toEqual([rule.id, path, false])
                if (Array.isArray(setting) && typeof third === 'number')
                  expect(third).toBeLessThan(setting.length)
              }
              expect(message).toMatch(/^[A-Z]/)
              for (const said of [message, fix ?? rule.fix])
                expect(said).not.toMatch(/NaN|undefined|\[object/)
            }
        }),
        { numRuns: 40 },
      )
    },
    timeoutMs,
  )

  test(
    'is checked the same twice',
    () => {
      fc.assert(
        fc.property(declarations, (declared) => {
          const [once, twice] = [readDeclaration(declared), readDeclaration(declared)]
          expect(once.ok ? once.value.warnings : once.error).toEqual(
            twice.ok ? twice.value.warnings : twice.error,
          )
        }),
        { numRuns: 30 },
      )
    },
    timeoutMs,
  )

  test(
    'is rendered to the same bytes twice, and leaves the estate as it was',
    () => {
      const headers = { asked: ['Cookie'], answered: ['Remote-User'], dropped: ['Remote-User'] }
      const input = { image: 'gate:1', namespace: 'gate', headers }
      fc.assert(
        fc.property(right, (declared) => {
          const [one, other] = [0, 1].map(() => estateOf(declared, { withRules: false }))
          if (one === undefined || other === undefined) return
          const rendered = () => [
            renderDocs(one),
            renderKubernetes(one, input),
            renderMonitors(one),
          ]
          const first = rendered()
          expect(rendered()).toEqual(first)
          expect(one).toEqual(other)
          const plan = planBetween(one, other)
          expect([plan.differences, plan.doors, plan.stores]).toEqual([[], [], []])
          expect(planText(plan)).toContain('No changes')
          for (const { text: page } of first[0] ?? [])
            expect(page).not.toMatch(/NaN|undefined|\[object/)
        }),
        { numRuns: 30 },
      )
    },
    timeoutMs,
  )
})
