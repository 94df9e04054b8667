// A matcher that is slow and obviously right, and the proof that the compiled one always agrees.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { rule, service } from '../../../test/support/policy.ts'
import { parseHost } from '../../model/host.ts'
import { networkSet } from '../../model/network.ts'
import type { Rule, Service } from '../../model/service.ts'
import { must } from '../../std/assert.ts'
import { compilePolicy } from './compile.ts'
import type { PolicyQuestion } from './policy.ts'

/** Labels from the right: `*.a.b` covers whatever ends in `.a.b`; an exact host beats any of them. */
function bestService(services: readonly Service[], host: string): Service | null {
  const covering = services.filter((candidate) =>
    candidate.host.startsWith('*.')
      ? host.endsWith(candidate.host.slice(1)) && host.length > candidate.host.length - 1
      : candidate.host === host,
  )
  const weight = (candidate: Service) =>
    candidate.host === host ? Number.POSITIVE_INFINITY : candidate.host.length
  return covering.sort((a, b) => weight(b) - weight(a))[0] ?? null
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function covers(pattern: readonly string[], path: readonly string[]): boolean {
  const [head, ...patternTail] = pattern
  if (head === '**') return true
  const [segment, ...pathTail] = path
  if (head === undefined || segment === undefined) return head === segment
  return (head === '*' || head === segment) && covers(patternTail, pathTail)
}

/** Rank of each pattern segment as one character, so that text order is the order of the rules. */
function specificity(pattern: readonly string[]): string {
  const ranks = pattern.map((segment) => (segment === '**' ? 'a' : segment === '*' ? 'c' : 'd'))
  return `${ranks.join('')}${pattern.at(-1) === '**' ? '' : 'b'}`
}

function coversMethod(candidate: Rule, method: string): boolean {
  return candidate.methods.length === 0 || candidate.methods.includes(method)
}

function ruleFor(owner: Service, question: PolicyQuestion, path: string): Rule | null {
  const fold = (text: string) =>
    owner.caseInsensitivePaths ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text
  const { method, clientAddress } = question
  const namesHead = (candidate: Rule) => method === 'HEAD' && candidate.methods.includes('HEAD')
  const applying = owner.rules.filter(
    (candidate) =>
      covers(segmentsOf(fold(candidate.path)), segmentsOf(fold(path))) &&
      (coversMethod(candidate, method) || (method === 'HEAD' && coversMethod(candidate, 'GET'))) &&
      (candidate.networks.length === 0 || networkSet(candidate.networks).contains(clientAddress)),
  )
  const key = (candidate: Rule) =>
    specificity(segmentsOf(candidate.path)) +
    Number(namesHead(candidate)) +
    Number(candidate.methods.length > 0) +
    Number(candidate.networks.length > 0)
  let best: Rule | null = null
  for (const candidate of applying)
    if (best === null || key(candidate) > key(best)) best = candidate
  return best
}

/** The answer in one word: a rule's id, or why there is none. */
function reference(services: readonly Service[], question: PolicyQuestion): string {
  const owner = bestService(services, question.host)
  if (owner === null) return 'unknown-host'
  const plain = ruleFor(owner, question, question.path)
  const pathMatters = owner.rules.some((candidate) => candidate.path !== '/**')
  const segments = segmentsOf(question.path)
  if (pathMatters && segments.some((segment) => /[. ]$/.test(segment))) {
    if (segments.some((segment) => /^[. ]+$/.test(segment))) return 'ambiguous-path'
    const trimmed = segments.map((segment) => segment.replace(/[. ]+$/, ''))
    if (ruleFor(owner, question, `/${trimmed.join('/')}`) !== plain) return 'ambiguous-path'
  }
  return plain === null ? 'no-rule' : plain.id
}

const hosts = ['a.test', 'b.a.test', 'c.b.a.test', 'xa.test', 'test', 'd.c.b.a.test', 'b.test']
const hostPatterns = ['a.test', '*.a.test', '*.b.a.test', 'b.a.test', '*.test', '*.c.b.a.test']
const addresses = [null, '10.0.0.1', '10.1.0.1', '192.168.0.1', 'fd00::1', '::ffff:10.0.0.1']
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH']

const patternArbitrary = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'A', 'b', 'cc', '*', '__proto__'), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([segments, rest]) => `/${[...segments, ...(rest ? ['**'] : [])].join('/')}`)

const ruleArbitrary = fc.record({
  path: patternArbitrary,
  methods: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(fc.constantFrom('GET', 'HEAD', 'POST'), { maxLength: 2 }),
  ),
  networks: fc.oneof(
    fc.constant([]),
    fc.subarray(['10.0.0.0/8', '10.1.0.0/16', '192.168.0.0/16', 'fd00::/8'], { maxLength: 2 }),
  ),
})

const policyArbitrary = fc
  .uniqueArray(
    fc.record({
      host: fc.constantFrom(...hostPatterns),
      rules: fc.array(ruleArbitrary, { maxLength: 8 }),
      caseInsensitivePaths: fc.boolean(),
    }),
    { selector: ({ host }) => host, minLength: 1, maxLength: 5 },
  )
  .map((declared) =>
    declared.map(({ host, rules, caseInsensitivePaths }) =>
      service(
        host,
        rules.map(({ path, ...rest }, i) => rule(path, { ...rest, id: `${host} ${i}` })),
        { caseInsensitivePaths },
      ),
    ),
  )

const pathArbitrary = fc
  .tuple(
    fc.array(
      fc.constantFrom('a', 'A', 'b', 'cc', 'x', 'a.', 'b ', 'a. .', '...', '.a', '*', '__proto__'),
      { maxLength: 4 },
    ),
    fc.boolean(),
  )
  .map(([segments, slash]) =>
    segments.length === 0 ? '/' : `/${segments.join('/')}${slash ? '/' : ''}`,
  )

const questionArbitrary = fc.record({
  host: fc.constantFrom(...hosts).map((host) => {
    const parsed = parseHost(host)
    return must(parsed.ok ? parsed.value.host : null, `"${host}" is a host`)
  }),
  path: pathArbitrary,
  method: fc.constantFrom(...methods),
  clientAddress: fc.constantFrom(...addresses),
})

const policiesCount = 2000
const questionsPerPolicy = 50

test('compilePolicy agrees with the reference in 100,000 questions over 2,000 policies', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(
      policyArbitrary,
      fc.array(questionArbitrary, {
        minLength: questionsPerPolicy,
        maxLength: questionsPerPolicy,
      }),
      (services, questions) => {
        const policy = compilePolicy(services)
        for (const question of questions) {
          const match = policy.match(question)
          const answer = match.kind === 'rule' ? match.compiled.rule.id : match.kind
          expect(answer).toBe(reference(services, question))
          seen.set(match.kind, (seen.get(match.kind) ?? 0) + 1)
        }
      },
    ),
    { numRuns: policiesCount },
  )
  // Each kind of answer must really have been compared, or the agreement would say little.
  expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(
    policiesCount * questionsPerPolicy,
  )
  for (const kind of ['rule', 'no-rule', 'unknown-host', 'ambiguous-path'])
    expect(seen.get(kind) ?? 0).toBeGreaterThan(1000)
}, 60_000)
