// Doors out of services: a concrete path for each rule, what is special about some, what cannot be probed.
import { describe, expect, test } from 'bun:test'
import { type HostPattern, type Hostname, isHostPattern } from '../../model/host.ts'
import type { AuthTier, Rule, Service } from '../../model/service.ts'
import { type DoorOverride, declaredDoors } from './doors.ts'

type RuleText = readonly [path: string, auth: AuthTier, over?: Partial<Rule>]

function service(
  host: string,
  rules: readonly RuleText[],
  upstream: string | null = null,
): Service {
  return {
    host: host as Hostname | HostPattern,
    name: host,
    rules: rules.map(([path, auth, over]): Rule => ({
      id: `${host} ${path}`,
      path,
      methods: [],
      networks: [],
      auth,
      groups: [],
      users: [],
      emailDomains: [],
      providers: [],
      ...over,
    })),
    caseInsensitivePaths: false,
    upstream,
  }
}

/** Longest pattern first, as a policy would; enough for what stands here. */
function ruleAt(services: readonly Service[]) {
  return (host: Hostname, path: string): Rule | null => {
    const found = services.find((one) =>
      isHostPattern(one.host) ? host.endsWith(one.host.slice(1)) : one.host === host,
    )
    // A pattern for all that is below comes after one for a place.
    const rank = (rule: Rule): number => (rule.path.endsWith('**') ? 0 : 1000) + rule.path.length
    const rules = (found?.rules ?? []).toSorted((a, b) => rank(b) - rank(a))
    return rules.find((rule) => covers(rule.path, path)) ?? null
  }
}

function covers(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const got = path.split('/')
  return (
    wanted.every(
      (segment, i) =>
        segment === '**' || (segment === '*' ? got[i] !== undefined : segment === got[i]),
    ) &&
    (wanted.at(-1) === '**' || wanted.length === got.length)
  )
}

function override(
  over: Omit<Partial<DoorOverride>, 'host'> & { readonly host: string },
): DoorOverride {
  return {
    probeHost: null,
    path: null,
    tier: null,
    headers: {},
    statuses: [],
    marker: null,
    skip: null,
    ...over,
    host: over.host as Hostname,
  }
}

function doors(services: readonly Service[], overrides: readonly DoorOverride[] = []) {
  const made = declaredDoors({ services, overrides, ruleAt: ruleAt(services) })
  return {
    ...made,
    told: made.doors.map(({ id, tier }) => `${tier} ${id}`),
  }
}

const app = 'app.example.com'

describe('declaredDoors()', () => {
  const cases: readonly [what: string, rules: readonly RuleText[], told: readonly string[]][] = [
    ['the root for everything', [['/**', 'required']], [`required ${app}/`]],
    [
      'one for each rule, in their order',
      [
        ['/api/health', 'none'],
        ['/**', 'required'],
      ],
      [`none ${app}/api/health`, `required ${app}/`],
    ],
    [
      'the place itself for a pattern that covers what is below',
      [
        ['/admin/**', 'app'],
        ['/**', 'required'],
      ],
      [`app ${app}/admin`, `required ${app}/`],
    ],
    [
      'something below where the plain path is another rule',
      [
        ['/', 'none'],
        ['/**', 'required'],
      ],
      [`none ${app}/`, `required ${app}/gatehouse-probe`],
    ],
    [
      'a sample segment for a star',
      [['/api/*/status', 'none']],
      [`none ${app}/api/gatehouse-probe/status`],
    ],
    ['an encoded path', [['/a b/ü', 'none']], [`none ${app}/a%20b/%C3%BC`]],
    [
      'nothing for methods that a probe does not use',
      [
        ['/hook', 'none', { methods: ['POST'] }],
        ['/feed', 'none', { methods: ['GET', 'POST'] }],
      ],
      [`none ${app}/feed`],
    ],
  ]
  test.each(cases)('knocks at %s', (_, rules, told) => {
    expect(doors([service(app, rules)]).told).toEqual([...told])
  })

  test('takes the upstream of the service along', () => {
    const [door] = doors([service(app, [['/**', 'required']], 'http://10.0.0.7:3000')]).doors
    expect(door?.upstream).toBe('http://10.0.0.7:3000')
  })

  test('names wildcards that nobody gave a name to knock at', () => {
    const services = [
      service(app, [['/**', 'app']]),
      service('*.example.com', [['/**', 'required']]),
    ]
    const { told, unprobed } = doors(services)
    expect(told).toEqual([`app ${app}/`])
    expect(unprobed).toEqual([{ host: '*.example.com' as HostPattern, serviceIndex: 1 }])
  })

  test('knocks at the name that stands for a wildcard', () => {
    const services = [service('*.example.com', [['/**', 'required']])]
    const probeHost = 'probe.example.com' as Hostname
    const { told, unprobed } = doors(services, [override({ host: '*.example.com', probeHost })])
    expect(told).toEqual(['required probe.example.com/'])
    expect(unprobed).toEqual([])
  })

  test('skips a host for a reason, a wildcard too, and one path alone', () => {
    const services = [
      service(app, [
        ['/wake', 'none'],
        ['/**', 'required'],
      ]),
      service('*.example.com', [['/**', 'required']]),
    ]
    const skip = 'Wakes a machine'
    const all = doors(services, [
      override({ host: app, skip }),
      override({ host: '*.example.com', skip }),
    ])
    expect(all).toMatchObject({ told: [], unprobed: [] })
    const one = doors(services, [override({ host: app, path: '/wake', skip })])
    expect(one.told).toEqual([`required ${app}/`])
  })

  test('knocks at a declared path in place of the sample of its rule', () => {
    const services = [service(app, [['/**', 'required']])]
    const { told } = doors(services, [override({ host: app, path: '/login?x=1' })])
    expect(told).toEqual([`required ${app}/login?x=1`])
  })

  test('adds a door that a header opens, with the tier that is declared for it', () => {
    const services = [service(app, [['/**', 'required']])]
    const native = override({
      host: app,
      path: '/',
      tier: 'none',
      headers: { 'User-Agent': 'native' },
    })
    const made = doors(services, [native])
    expect(made.told).toEqual([`required ${app}/`, `none ${app}/ User-Agent`])
    expect(made.doors[1]?.headers).toEqual({ 'User-Agent': 'native' })
  })

  test('lets the more special entry speak last', () => {
    const services = [
      service(app, [
        ['/api/**', 'none'],
        ['/**', 'app'],
      ]),
    ]
    const made = doors(services, [
      override({ host: app, marker: 'Welcome', statuses: [200, 404] }),
      override({ host: app, path: '/api', marker: 'ok' }),
    ])
    expect(made.doors.map(({ id, marker, statuses }) => [id, marker, statuses])).toEqual([
      [`${app}/`, 'Welcome', [200, 404]],
      [`${app}/api`, 'ok', [200, 404]],
    ])
  })

  test('never has two doors of one id', () => {
    const services = [service(app, [['/**', 'required']])]
    const twice = [override({ host: app, path: '/x' }), override({ host: app, path: '/x' })]
    expect(doors(services, twice).told).toEqual([`required ${app}/x`])
  })
})
