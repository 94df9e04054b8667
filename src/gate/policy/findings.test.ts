// Findings over a policy: each kind with a policy that has it and one that just does not.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { policyArbitrary, questionArbitrary } from '../../../test/support/policy-arbitrary.ts'
import { rule, service } from '../../../test/support/policy.ts'
import type { Rule, Service } from '../../model/service.ts'
import { compilePolicy } from './compile.ts'
import { policyFindings } from './findings.ts'

const known = {
  providers: ['accounts', 'company'],
  groups: null,
  locate: (serviceIndex: number, ruleIndex: number | null) =>
    ruleIndex === null ? `s${serviceIndex}` : `s${serviceIndex}.r${ruleIndex}`,
}

/** `severity id path` of every finding. */
function found(services: readonly Service[], groups: readonly string[] | null = null): string[] {
  return policyFindings(services, { ...known, groups }).map(
    ({ severity, id, path }) => `${severity} ${id} ${path}`,
  )
}

function one(...rules: readonly Rule[]): readonly Service[] {
  return [service('a.test', rules)]
}

/** Two rules that together cover all that `/x/**` does. */
function deeper(rest: Partial<Rule>): readonly Rule[] {
  return [rule('/x', rest), rule('/x/*/**', rest)]
}

const lan = { networks: ['10.0.0.0/8'] }

describe('policyFindings within a service', () => {
  const cases: readonly (readonly [string, readonly Service[], readonly string[]])[] = [
    ['one rule', one(rule('/**')), []],
    ['no rule at all', one(), ['warning no-rules s0']],
    ['a malformed pattern', one(rule('/**'), rule('/x/')), ['error malformed-path s0.r1']],
    ['a rule twice', one(rule('/x'), rule('/**'), rule('/x')), ['error duplicate-rule s0.r2']],
    [
      'a rule twice, methods in another order',
      one(rule('/x', { methods: ['GET', 'PUT'] }), rule('/x', { methods: ['PUT', 'GET'] })),
      ['error duplicate-rule s0.r1'],
    ],
    [
      'a rule twice, one network written in two parts',
      one(rule('/x', lan), rule('/x', { networks: ['10.0.0.0/8', '10.1.0.0/16'] })),
      ['error duplicate-rule s0.r1'],
    ],
    ['two cases of a path', one(rule('/x'), rule('/X')), []],
    [
      'two cases of a path where case is ignored',
      [service('a.test', [rule('/x'), rule('/X')], { caseInsensitivePaths: true })],
      ['error duplicate-rule s0.r1'],
    ],
    [
      'methods that overlap',
      one(rule('/x', { methods: ['GET', 'PUT'] }), rule('/x', { methods: ['PUT'] })),
      ['error tied-rules s0.r1'],
    ],
    [
      'methods that do not overlap, HEAD beside GET included',
      one(...['GET', 'HEAD', 'PUT'].map((method) => rule('/x', { methods: [method] }))),
      [],
    ],
    [
      'networks that overlap',
      one(rule('/x', lan), rule('/x', { networks: ['10.1.0.0/16'] })),
      ['error tied-rules s0.r1'],
    ],
    ['networks that do not', one(rule('/x', lan), rule('/x', { networks: ['fd00::/8'] })), []],
    [
      'a rule with a condition beside one without, and with another condition',
      one(rule('/x'), rule('/x', lan), rule('/x', { methods: ['GET'] })),
      [],
    ],
    [
      'a rule whose every depth is taken',
      one(rule('/x/**'), rule('/x'), rule('/x/*/**')),
      ['warning unreachable-rule s0.r0'],
    ],
    ['a rule with one depth left', one(rule('/x/**'), rule('/x'), rule('/x/*/*/**')), []],
    [
      'a network of which the others leave the second half',
      one(rule('/x/**', lan), ...deeper({ networks: ['10.0.0.0/9'] })),
      [],
    ],
    [
      'a network of which the others leave nothing',
      one(rule('/x/**', lan), ...deeper({ networks: ['10.0.0.0/9', '10.128.0.0/9'] })),
      ['warning unreachable-rule s0.r0'],
    ],
    [
      'methods of which the others leave one',
      one(rule('/x/**', { methods: ['GET', 'PUT'] }), ...deeper({ methods: ['GET', 'POST'] })),
      [],
    ],
    [
      'methods of which the others leave none',
      one(rule('/x/**', { methods: ['GET', 'PUT'] }), ...deeper({ methods: ['PUT', 'GET'] })),
      ['warning unreachable-rule s0.r0'],
    ],
    [
      'a provider that does not exist',
      one(rule('/**', { providers: ['compny', 'accounts'] })),
      ['warning unknown-provider s0.r0'],
    ],
    [
      'groups behind a rule that asks nobody to sign in',
      one(rule('/**', { auth: 'public', groups: ['staff'] })),
      ['warning requirement-ignored s0.r0'],
    ],
  ]
  test.each(cases)('%s', (_name, services, expected) => {
    expect(found(services)).toEqual([...expected])
  })

  test('a group that does not exist, where groups can be listed', () => {
    const services = one(rule('/**', { groups: ['staf', 'ops'] }))
    expect(found(services)).toEqual([])
    expect(found(services, ['staff', 'ops'])).toEqual(['warning unknown-group s0.r0'])
    expect(policyFindings(services, { ...known, groups: ['staff', 'ops'] })[0]).toEqual({
      id: 'unknown-group',
      severity: 'warning',
      path: 's0.r0',
      message: 'The rule "/**" names the group "staf", which does not exist',
      fix: 'Did you mean "staff"?',
    })
  })

  test('an unreachable rule is named together with those that take its requests', () => {
    const [finding] = policyFindings(one(rule('/x/**'), rule('/x'), rule('/x/*/**')), known)
    expect(finding?.message).toBe(
      'The rule "/x/**" never applies: all that it covers falls under "/x", "/x/*/**"',
    )
  })
})

describe('policyFindings between hosts', () => {
  const asking = rule('/**')
  const open = rule('/public/**', { auth: 'none' })
  const cases: readonly (readonly [string, readonly Service[], readonly string[]])[] = [
    [
      'a host declared twice',
      [service('a.test', [asking]), service('b.test', [asking]), service('a.test', [asking])],
      ['error duplicate-host s2'],
    ],
    ['a wildcard that asks everybody', [service('*.a.test', [asking])], []],
    [
      'a wildcard that opens a path',
      [service('*.a.test', [asking, open])],
      ['warning wildcard-bypass s0.r1'],
    ],
    [
      'a host below a wildcard that leaves a gap',
      [service('*.a.test', [asking]), service('b.a.test', [rule('/x/**')])],
      ['warning wildcard-not-inherited s1'],
    ],
    [
      'the same host where the wildcard would not cover the gap either',
      [service('*.a.test', [rule('/y/**')]), service('b.a.test', [rule('/x/**')])],
      [],
    ],
    [
      'a host below a wildcard that is open where the wildcard asks',
      [service('*.a.test', [asking]), service('b.a.test', [asking, open])],
      ['warning wildcard-exception s0'],
    ],
    [
      'the same host beside the wildcard',
      [service('*.a.test', [asking]), service('b.test', [asking, open])],
      [],
    ],
  ]
  test.each(cases)('%s', (_name, services, expected) => {
    expect(found(services)).toEqual([...expected])
  })

  test('an open wildcard is shown with the address of a host that nobody declared', () => {
    const services = [service('*.a.test', [asking, open]), service('anything.a.test', [asking])]
    expect(policyFindings(services, known)[0]?.message).toBe(
      'The rule "/public/**" asks nobody to sign in, for every name below "a.test", declared or not: "https://anything1.a.test/public"',
    )
  })

  test('exceptions are gathered under the nearest wildcard, three of them as addresses', () => {
    const opened = ['b', 'c', 'd', 'e'].map((name) => service(`${name}.a.test`, [asking, open]))
    const inner = service('*.z.a.test', [asking])
    const below = service('f.z.a.test', [asking, open])
    const findings = policyFindings([service('*.a.test', [asking]), ...opened, inner, below], known)
    expect(findings.map(({ path, message }) => [path, message])).toEqual([
      [
        's0',
        '"*.a.test" asks for sign-in, but 4 hosts below it let people in without: "https://b.a.test/public", "https://c.a.test/public", "https://d.a.test/public"',
      ],
      [
        's5',
        '"*.z.a.test" asks for sign-in, but 1 host below it lets people in without: "https://f.z.a.test/public"',
      ],
    ])
  })
})

describe('policyFindings in any policy', () => {
  test('never calls a rule unreachable that a question reaches', () => {
    fc.assert(
      fc.property(
        policyArbitrary,
        fc.array(questionArbitrary, { minLength: 30 }),
        (services, questions) => {
          const unreachable = new Set(
            policyFindings(services, known)
              .filter(({ id }) => id === 'unreachable-rule')
              .map(({ path }) => path),
          )
          const policy = compilePolicy(services)
          for (const question of questions) {
            const match = policy.match(question)
            if (match.kind !== 'rule') continue
            const { service: owner, rule: matched, serviceIndex } = match.compiled
            const path = known.locate(serviceIndex, owner.rules.indexOf(matched))
            expect(unreachable.has(path)).toBe(false)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('without an error, no two rules of one rank ever cover the same question', () => {
    fc.assert(
      fc.property(
        policyArbitrary,
        fc.array(questionArbitrary, { minLength: 5 }),
        (services, questions) => {
          const clean = services.filter(
            (each) => !policyFindings([each], known).some(({ severity }) => severity === 'error'),
          )
          // With no tie, the order in which rules are declared cannot change the answer.
          const turned = clean.map((each) => ({ ...each, rules: each.rules.toReversed() }))
          const answers = (declared: readonly Service[]) => {
            const policy = compilePolicy(declared)
            return questions.map((question) => {
              const match = policy.match(question)
              return match.kind === 'rule' ? match.compiled.rule.id : match.kind
            })
          }
          expect(answers(turned)).toEqual(answers(clean))
        },
      ),
      { numRuns: 500 },
    )
  })
})
