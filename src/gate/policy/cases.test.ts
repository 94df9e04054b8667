// Policy tests: which cases pass, what is said of those that do not.
import { expect, test } from 'bun:test'
import { rule, service } from '../../../test/support/policy.ts'
import { type PolicyCase, runPolicyTests, toTap } from './cases.ts'
import { compilePolicy } from './compile.ts'

const answering = {
  policy: compilePolicy([
    service('app.test', [rule('/**', { groups: ['staff'] }), rule('/open/**', { auth: 'none' })]),
  ]),
  gateHost: null,
}

function run(each: Omit<PolicyCase, 'name'> & { name?: string }) {
  const [result] = runPolicyTests(answering, [{ name: null, ...each }])
  return result
}

test('runPolicyTests passes a case whose decision, reason and rule are as wanted', () => {
  const result = run({
    url: 'https://app.test/open/x',
    expect: 'allow',
    reason: 'open',
    rule: '/open/**',
  })
  expect(result).toMatchObject({ passed: true, differences: [] })
})

test('runPolicyTests checks only what a case names', () => {
  expect(run({ url: 'https://app.test/', expect: 'sign-in' })?.passed).toBe(true)
})

test('runPolicyTests says every difference', () => {
  const result = run({
    url: 'https://other.test/',
    expect: 'allow',
    reason: 'open',
    rule: '/open/**',
  })
  expect(result?.differences).toEqual([
    'Wanted the decision "allow", got "refuse"',
    'Wanted the reason "open", got "unknown-host"',
    'Wanted the rule "/open/**", got "none"',
  ])
})

test('runPolicyTests names a case after its request unless it has a name', () => {
  const url = 'https://app.test/'
  const expected = 'sign-in'
  const names = [
    run({ url, expect: expected, name: 'the front page' }),
    run({ url, expect: expected }),
    run({ url, expect: expected, method: 'post', from: '10.0.0.1' }),
    run({ url, expect: expected, person: { user: 'alice', groups: ['staff', 'ops'] } }),
    run({ url, expect: expected, person: { email: 'bob@app.test' } }),
    run({ url, expect: expected, person: { groups: ['staff'] }, session: 'unavailable' }),
  ].map((result) => result?.name)
  expect(names).toEqual([
    'the front page',
    'GET https://app.test/ as nobody',
    'POST https://app.test/ as nobody from 10.0.0.1',
    'GET https://app.test/ as alice (staff, ops)',
    'GET https://app.test/ as bob@app.test',
    'GET https://app.test/ with the session unavailable',
  ])
})

test('toTap writes a plan, one line a case, and the differences of those that fail', () => {
  const results = runPolicyTests(answering, [
    { name: 'open # for all', url: 'https://app.test/open', expect: 'allow' },
    { name: 'shut', url: 'https://app.test/', expect: 'allow' },
    { name: 'unknown\nhost', url: 'https://other.test/', expect: 'allow' },
  ])
  expect(toTap(results)).toBe(`TAP version 14
1..3
ok 1 - open \\# for all
not ok 2 - shut
  ---
  differences:
    - "Wanted the decision \\"allow\\", got \\"sign-in\\""
  because: "The path \\"/\\" falls under \\"/**\\""
  ...
not ok 3 - unknown host
  ---
  differences:
    - "Wanted the decision \\"allow\\", got \\"refuse\\""
  ...
`)
})

test('toTap of no case is an empty plan', () => {
  expect(toTap([])).toBe('TAP version 14\n1..0\n')
})
