// Why a rule decides and why each other one does not: the reasons behind a match, as data.
import { isWithinDomain } from '../../model/host.ts'
import type { Service } from '../../model/service.ts'
import { must } from '../../std/assert.ts'
import { suggest } from '../../std/suggest.ts'
import {
  type PathPattern,
  comparePatterns,
  foldAsciiCase,
  parsePathPattern,
  pathSegments,
  trimSegments,
} from './path-pattern.ts'
import { compareConditions } from './path-trie.ts'
import type { CompiledRule, Policy, PolicyMatch, PolicyQuestion } from './policy.ts'

/** What it was that let a rule apply, or kept it from applying. */
export type WhyCode =
  | 'decides'
  | 'less-specific'
  | 'ambiguous'
  | 'path'
  | 'method'
  | 'network'
  | 'host'

/** One rule that was looked at. */
export interface ConsideredRule {
  /** Id of the rule. */
  readonly rule: string
  /** Host of its service, exact or `*.`. */
  readonly host: string
  /** True for the one rule that decides. */
  readonly applies: boolean
  readonly code: WhyCode
  /** The reason, for a person. */
  readonly why: string
}

/**
 * Every rule that one could think of for a question, in the order in which they are tried: those of
 * the host that decides first, then those of wildcards above it, then, for an unknown host, those of
 * hosts that it may have been mistaken for. At most one applies, and it is the one that
 * `policy.match` gives.
 */
export function explainPolicy(policy: Policy, question: PolicyQuestion): readonly ConsideredRule[] {
  const match = policy.match(question)
  const deciding = serviceOf(match)
  const own = deciding === null ? [] : explainService(policy, question, { match, deciding })
  const others = policy.services
    .filter((service) => service !== deciding)
    .map((service) => ({ service, why: whyNotHost(service, question.host, deciding) }))
    .filter(({ why }) => why !== null)
    .sort((a, b) => b.service.host.length - a.service.host.length)
  const near = deciding === null && others.length === 0 ? nearMiss(policy, question.host) : []
  return [
    ...own,
    ...[...others, ...near].flatMap(({ service, why }) =>
      service.rules.map((rule): ConsideredRule => ({
        rule: rule.id,
        host: service.host,
        applies: false,
        code: 'host',
        why: why ?? '',
      })),
    ),
  ]
}

function serviceOf(match: PolicyMatch): Service | null {
  if (match.kind === 'unknown-host') return null
  return match.kind === 'rule' ? match.compiled.service : match.service
}

/** Null for a host that nobody would have thought of. */
function whyNotHost(service: Service, host: string, deciding: Service | null): string | null {
  if (!service.host.startsWith('*.')) return null
  const domain = service.host.slice(2)
  if (host === domain) return `"${service.host}" is for names below "${domain}", not for itself`
  if (!isWithinDomain(host, domain)) return null
  return `"${deciding?.host ?? ''}" is the more specific host, and only its rules are looked at`
}

function nearMiss(policy: Policy, host: string): readonly { service: Service; why: string }[] {
  const name = suggest(
    host,
    policy.services.map((service) => service.host),
  )
  return policy.services
    .filter((service) => service.host === name)
    .map((service) => ({ service, why: `The host "${host}" is not "${service.host}"` }))
}

/** A rule of the deciding service with its pattern. */
interface Candidate {
  readonly compiled: CompiledRule
  readonly pattern: PathPattern
}

function explainService(
  policy: Policy,
  question: PolicyQuestion,
  { match, deciding }: { match: PolicyMatch; deciding: Service },
): readonly ConsideredRule[] {
  const fold = (text: string) => (deciding.caseInsensitivePaths ? foldAsciiCase(text) : text)
  const candidates = policy.rules
    .filter((compiled) => compiled.service === deciding)
    .map((compiled): Candidate => {
      const parsed = parsePathPattern(fold(compiled.rule.path))
      const pattern = must(parsed.ok ? parsed.value : null, 'A compiled rule has a valid pattern')
      return { compiled, pattern }
    })
    .sort((a, b) => comparePatterns(a.pattern, b.pattern) || compareRules(a.compiled, b.compiled))
  const path = fold(question.path)
  return candidates.map(({ compiled, pattern }) => {
    const reason = explainRule({ compiled, pattern }, { ...question, path }, match)
    return { rule: compiled.rule.id, host: deciding.host, ...reason }
  })
}

function compareRules(a: CompiledRule, b: CompiledRule): number {
  const conditions = ({ rule, networks }: CompiledRule) => ({
    methods: rule.methods.length === 0 ? null : new Set(rule.methods),
    networks,
  })
  return compareConditions(conditions(a), conditions(b)) || a.index - b.index
}

type Reason = Pick<ConsideredRule, 'applies' | 'code' | 'why'>

function explainRule(
  { compiled, pattern }: Candidate,
  question: PolicyQuestion,
  match: PolicyMatch,
): Reason {
  const { rule } = compiled
  if (match.kind === 'rule' && match.compiled === compiled)
    return { applies: true, code: 'decides', why: whyDecides(compiled, question) }
  const no = (code: WhyCode, why: string): Reason => ({ applies: false, code, why })
  const trimmed = match.kind === 'ambiguous-path' ? trimSegments(question.path) : question.path
  if (!coversPath(pattern, question.path)) {
    if (trimmed !== null && coversPath(pattern, trimmed))
      return no('ambiguous', `Some servers read the path as "${trimmed}", which falls under it`)
    return no('path', `The path "${question.path}" does not fall under "${rule.path}"`)
  }
  if (!coversMethod(compiled, question.method))
    return no('method', `The method "${question.method}" is not ${oneOf(rule.methods)}`)
  if (compiled.networks?.contains(question.clientAddress) === false)
    return no('network', whyNotNetwork(compiled, question))
  if (match.kind === 'rule')
    return no('less-specific', `The rule "${match.compiled.rule.id}" is more specific`)
  if (trimmed === null)
    return no('ambiguous', 'A segment of nothing but dots and spaces could be read as ".."')
  return no('ambiguous', `Some servers read the path as "${trimmed}", where another rule decides`)
}

function whyDecides({ rule }: CompiledRule, question: PolicyQuestion): string {
  const parts = [`the path "${question.path}" falls under "${rule.path}"`]
  if (rule.methods.length > 0) parts.push(`the method is ${oneOf(rule.methods)}`)
  if (rule.networks.length > 0)
    parts.push(`the address "${question.clientAddress}" is in ${oneOf(rule.networks)}`)
  const text = parts.join(', ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function whyNotNetwork({ rule }: CompiledRule, { clientAddress }: PolicyQuestion): string {
  if (clientAddress === null)
    return `The address of the client is not known; wanted one in ${oneOf(rule.networks)}`
  return `The address "${clientAddress}" is not in ${oneOf(rule.networks)}`
}

function oneOf(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(' or ')
}

/** As in the tree, where HEAD is asked like GET. Whether another rule names HEAD shows in the match. */
function coversMethod({ rule }: CompiledRule, method: string): boolean {
  return (
    rule.methods.length === 0 ||
    rule.methods.includes(method) ||
    (method === 'HEAD' && rule.methods.includes('GET'))
  )
}

function coversPath({ segments, rest }: PathPattern, path: string): boolean {
  const asked = pathSegments(path)
  if (asked.length < segments.length || (!rest && asked.length > segments.length)) return false
  return segments.every((segment, i) => segment === '*' || segment === asked[i])
}
