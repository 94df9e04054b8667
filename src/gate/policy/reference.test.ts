// A matcher that is slow and obviously right, and the proof that the compiled one always agrees.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { policyArbitrary, questionArbitrary } from '../../../test/support/policy-arbitrary.ts'
import { networkSet } from '../../model/network.ts'
import type { Rule, Service } from '../../model/service.ts'
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
