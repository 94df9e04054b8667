// Doors of a cluster as services: what opens, what is shut, what is left out and named.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { discoverKubernetes } from '../estate-discover.ts'
import type { FoundDoor } from '../estate.ts'
import { type GateConfig, compilePolicy, policyFindings } from '../gate.ts'
import { must } from '../std/assert.ts'
import { readDeclaration } from './estate.fixture.ts'
import { nobody, servicesOfDoors } from './discovered-services.ts'

function gateOf(services: readonly Readonly<Record<string, unknown>>[] = []): GateConfig {
  const read = readDeclaration({ services })
  return must(read.ok ? read.value.gate : null, 'The declaration is right')
}

const gate = gateOf([{ host: 'file.example.com', auth: 'none', reason: 'A test' }])

const door = (more: Partial<FoundDoor>): FoundDoor => ({
  host: 'a.example.com',
  path: '/',
  isExact: false,
  methods: [],
  headers: [],
  tier: 'none',
  declared: 'required',
  isPartial: false,
  groups: null,
  priority: 0,
  ruleLength: 0,
  upstream: null,
  from: 'Ingress x/a',
  ...more,
})

/** `host path tier groups` of each rule. */
function rulesOf(doors: readonly FoundDoor[], requireAnnotation = true): readonly string[] {
  const { services } = servicesOfDoors(doors, gate, { require_annotation: requireAnnotation })
  return services.flatMap(({ host, rules }) =>
    rules.map(({ auth, groups, methods, path }) =>
      [host, path, ...methods, auth, ...groups].join(' '),
    ),
  )
}

function whyNot(doors: readonly FoundDoor[]): readonly string[] {
  return servicesOfDoors(doors, gate, { require_annotation: true }).notTaken.map(({ why }) => why)
}

const shut = `a.example.com /** required ${nobody}`

describe('servicesOfDoors()', () => {
  test.each<readonly [string, readonly Partial<FoundDoor>[], readonly string[]]>([
    ['a whole host', [{}], ['a.example.com /** required']],
    ['groups', [{ groups: ['ops', 'dev'] }], ['a.example.com /** required ops dev']],
    ['an open host', [{ declared: 'none', groups: ['ops'] }], ['a.example.com /** none']],
    [
      'a path below an open host',
      [{ declared: 'none' }, { path: '/admin' }],
      ['a.example.com /** none', 'a.example.com /admin/** required'],
    ],
    [
      'a path alone: the rest is nobody’s',
      [{ path: '/in/', declared: 'none' }],
      ['a.example.com /in/** none', shut],
    ],
    [
      'an exact path',
      [{ path: '/icon.png', isExact: true, declared: 'app' }],
      ['a.example.com /icon.png app', shut],
    ],
    [
      'methods of an open door',
      [{ declared: 'none', methods: ['GET'] }],
      ['a.example.com /** GET none', shut],
    ],
    [
      'methods of a shut door count for all',
      [{ methods: ['GET'] }],
      ['a.example.com /** required'],
    ],
    ['what says nothing', [{ declared: null, tier: 'required' }], []],
    ['what cannot be read is nobody’s', [{ declared: 'unreadable' }], [shut]],
    [
      'an unreadable word beside a good one',
      [{ declared: 'unreadable' }, { declared: 'none', from: 'Ingress y/a' }],
      [shut],
    ],
    [
      'two that disagree: the strictest',
      [{ declared: 'none' }, { groups: ['ops'] }, { declared: 'public' }],
      ['a.example.com /** required ops'],
    ],
    [
      'two with groups: who is in both',
      [{ groups: ['ops', 'dev'] }, { groups: ['dev'] }, {}],
      ['a.example.com /** required dev'],
    ],
    ['two with nobody in common', [{ groups: ['ops'] }, { groups: ['dev'] }], [shut]],
    ['an open door by a header', [{ declared: 'none', headers: [{ name: 'a', value: 'b' }] }], []],
    [
      'a shut door by a header counts for all',
      [{ declared: 'none' }, { headers: [{ name: 'a', value: 'b' }] }],
      ['a.example.com /** required'],
    ],
    ['an open door under unknown conditions', [{ declared: 'none', isPartial: true }], []],
    ['a shut one', [{ isPartial: true }], ['a.example.com /** required']],
    [
      'an open path that no rule can have',
      [{}, { path: '/a;b', declared: 'none' }],
      ['a.example.com /** required'],
    ],
    ['a shut path that no rule can have', [{ declared: 'none' }, { path: '/a;b' }], [shut]],
    ['a star in a path is no wildcard', [{ declared: 'none', path: '/*' }], []],
    ['a host of the file', [{ host: 'file.example.com' }], []],
    ['the sign-in host', [{ host: 'auth.example.com', declared: 'none' }], []],
    ['a host outside the cookie domain', [{ host: 'a.example.net' }], []],
    ['any host', [{ host: '*' }], []],
    ['what is no host', [{ host: 'a..b' }], []],
    ['a wildcard', [{ host: '*.x.example.com' }], ['*.x.example.com /** required']],
    [
      'an open wildcard',
      [{ host: '*.x.example.com', declared: 'none' }],
      [`*.x.example.com /** required ${nobody}`],
    ],
  ])('takes %s', (_name, doors, expected) => {
    expect(rulesOf(doors.map(door))).toEqual(expected)
  })

  test('takes what asks a gate without a word, where no word is required', () => {
    const doors = [
      door({ declared: null, tier: 'required', groups: ['ops'] }),
      door({ host: 'b.example.com', declared: null, tier: 'public' }),
      door({ host: 'c.example.com', declared: null, tier: 'none' }),
    ]
    expect(rulesOf(doors, false)).toEqual([
      'a.example.com /** required ops',
      'b.example.com /** public',
    ])
  })

  test('names what it does not take', () => {
    expect(whyNot([door({ host: 'file.example.com' })])).toEqual([
      'The host "file.example.com" is declared in the configuration file, which counts',
    ])
    expect(whyNot([door({}), door({ declared: 'none' })])).toEqual([
      'It disagrees with another object about "a.example.com/**": The strictest counts',
    ])
    expect(whyNot([door({ host: '*' })])).toEqual(['The host "*" is none that a service can have'])
    expect(whyNot([door({ declared: 'none', isPartial: true })])).toHaveLength(1)
  })

  test('whatever the objects hold, the services compile and no slip opens a host', () => {
    const annotation = fc.oneof(
      fc.constantFrom('required', 'public', 'none', 'app', '', 'Required', 'none '),
      fc.string(),
      fc.constantFrom(null, 3, [], {}),
    )
    const object = fc.record({
      kind: fc.constantFrom('Ingress', 'Middleware', 'IngressRoute', 'HTTPRoute'),
      metadata: fc.record({
        name: fc.constantFrom('a', 'b'),
        namespace: fc.constant('x'),
        annotations: fc.record({
          'gatehouse.dev/auth': annotation,
          'gatehouse.dev/groups': annotation,
        }),
      }),
      spec: fc.record({
        rules: fc.array(
          fc.record({
            host: fc.constantFrom('a.example.com', 'b.example.com', '*.example.com', 'x y', ''),
            http: fc.record({
              paths: fc.array(
                fc.record({
                  path: fc.constantFrom('/', '/x', '/x/', '/*', '/a%20b', '/a;b', 'x', '', '/../y'),
                  pathType: fc.constantFrom('Exact', 'Prefix'),
                }),
                { maxLength: 3 },
              ),
            }),
          }),
          { maxLength: 3 },
        ),
      }),
    })
    fc.assert(
      fc.property(fc.array(object, { maxLength: 6 }), (objects) => {
        const { doors } = discoverKubernetes(objects)
        const { services } = servicesOfDoors(doors, gate, { require_annotation: true })
        compilePolicy(services)
        const known = { providers: [], groups: null, locate: () => '' }
        const errors = policyFindings(services, known).filter(
          ({ id, severity }) => severity === 'error' && id !== 'unknown-provider',
        )
        expect(errors).toEqual([])
        for (const { host, rules } of services) {
          const said = doors.filter((one) => one.host === host).map(({ declared }) => declared)
          const opened = rules.filter(({ auth }) => auth !== 'required')
          for (const { auth } of opened) expect(said).toContain(auth)
          if (said.every((word) => word === 'unreadable'))
            expect(rules.map(({ groups }) => groups)).toEqual(rules.map(() => [nobody]))
        }
      }),
      { numRuns: 60 },
    )
  })
})
