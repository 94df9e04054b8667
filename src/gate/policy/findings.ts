// What is wrong or doubtful in a policy, told when it is loaded: within each service, rule by rule.
import type { Finding } from '../../model/finding.ts'
import { type NetworkRange, networkRange, rangeCovers, rangesOverlap } from '../../model/network.ts'
import type { Rule, Service } from '../../model/service.ts'
import { suggest } from '../../std/suggest.ts'
import { compilePolicy } from './compile.ts'
import {
  type PlacedService,
  type SurveyedService,
  duplicateHosts,
  hostFindings,
} from './host-findings.ts'
import { foldAsciiCase, parsePathPattern, patternFaults } from './path-pattern.ts'
import { reachOf, surveyServices } from './reach.ts'

/** What the policy is checked against. */
export interface PolicyKnowledge {
  /** Ids of the providers through which one can sign in. */
  readonly providers: readonly string[]
  /** Every group there is; null when nobody can list them, as with an OpenID provider. */
  readonly groups: readonly string[] | null
  /** Configuration path of a service, or of one of its rules: `services[2].paths[0]`. */
  locate(serviceIndex: number, ruleIndex: number | null): string
}

/**
 * All findings. With an `error` among them the services cannot be compiled, and what would need that
 * is not looked for. Cost grows with the number of services, and within one with rules times depth.
 */
export function policyFindings(
  services: readonly Service[],
  known: PolicyKnowledge,
): readonly Finding[] {
  const placed = services.map((service, serviceIndex): PlacedService => {
    const path = (): string => known.locate(serviceIndex, null)
    return { service, path, rulePath: (ruleIndex) => known.locate(serviceIndex, ruleIndex) }
  })
  const plain = [
    ...duplicateHosts(placed),
    ...placed.flatMap((place) => serviceFindings(place, known)),
  ]
  if (plain.some(({ severity }) => severity === 'error')) return plain
  const surveys = surveyServices(compilePolicy(services))
  const all = placed.flatMap((place, i): readonly SurveyedService[] => {
    const survey = surveys[i]
    return survey === undefined ? [] : [{ ...place, survey }]
  })
  return [...plain, ...all.flatMap(unreachableFindings), ...hostFindings(all)]
}

function serviceFindings(place: PlacedService, known: PolicyKnowledge): readonly Finding[] {
  const { service, path } = place
  if (service.rules.length === 0) {
    const message = `"${service.host}" has no rule, so that every request to it is refused`
    const fix = 'Set auth or paths'
    return [{ id: 'no-rules', severity: 'warning', path: path(), message, fix }]
  }
  const malformed = patternFindings(place)
  return [
    ...(malformed.length > 0 ? malformed : clashFindings(place)),
    ...service.rules.flatMap((rule, i) => nameFindings(rule, () => place.rulePath(i), known)),
  ]
}

function patternFindings({ service, rulePath }: PlacedService): readonly Finding[] {
  return service.rules.flatMap((rule, i): readonly Finding[] => {
    const parsed = parsePathPattern(rule.path)
    if (parsed.ok) return []
    const message = `The path pattern "${rule.path}" cannot be read`
    const fix = patternFaults[parsed.error]
    return [{ id: 'malformed-path', severity: 'error', path: rulePath(i), message, fix }]
  })
}

/** A rule with its networks as numbers; null: from anywhere. */
interface RangedRule {
  readonly rule: Rule
  readonly ranges: readonly NetworkRange[] | null
}

/** Rules of one pattern that say the same twice, or of which neither is more specific. */
function clashFindings({ service, rulePath }: PlacedService): readonly Finding[] {
  const findings: Finding[] = []
  const byPattern = new Map<string, RangedRule[]>()
  for (const [index, rule] of service.rules.entries()) {
    const key = service.caseInsensitivePaths ? foldAsciiCase(rule.path) : rule.path
    const before = byPattern.get(key) ?? []
    const ranges = rule.networks.map(networkRange).filter((range) => range !== null)
    const later = { rule, ranges: rule.networks.length === 0 ? null : ranges }
    for (const earlier of before) {
      const finding = clash(earlier, later, () => rulePath(index))
      if (finding !== null) findings.push(finding)
    }
    before.push(later)
    byPattern.set(key, before)
  }
  return findings
}

function clash(earlier: RangedRule, later: RangedRule, path: () => string): Finding | null {
  const [a, b] = [earlier.rule, later.rule]
  if (!methodsMeet(a, b) || !rangesMeet(earlier.ranges, later.ranges)) return null
  if (sameMethods(a, b) && sameRanges(earlier.ranges ?? [], later.ranges ?? [])) {
    const message = `The rule "${b.id}" covers exactly what "${a.id}" covers`
    const fix = 'Remove one of the two'
    return { id: 'duplicate-rule', severity: 'error', path: path(), message, fix }
  }
  const message = `The rules "${a.id}" and "${b.id}" cover some of the same requests, and neither is more specific`
  const fix = 'Name methods or networks that do not overlap'
  return { id: 'tied-rules', severity: 'error', path: path(), message, fix }
}

/** True when both are of one rank and share a method. */
function methodsMeet(a: Rule, b: Rule): boolean {
  if (a.methods.length === 0 || b.methods.length === 0) return a.methods.length === b.methods.length
  return a.methods.some((method) => b.methods.includes(method))
}

function sameMethods(a: Rule, b: Rule): boolean {
  const all = new Set([...a.methods, ...b.methods])
  return [...all].every((method) => a.methods.includes(method) && b.methods.includes(method))
}

/** True when both are of one rank and share an address. */
function rangesMeet(a: RangedRule['ranges'], b: RangedRule['ranges']): boolean {
  if (a === null || b === null) return a === b
  return a.some((one) => b.some((other) => rangesOverlap(one, other)))
}

function sameRanges(a: readonly NetworkRange[], b: readonly NetworkRange[]): boolean {
  const within = (inner: readonly NetworkRange[], outer: readonly NetworkRange[]) =>
    inner.every((one) => outer.some((other) => rangeCovers(other, one)))
  return within(a, b) && within(b, a)
}

function unreachableFindings({ service, survey, rulePath }: SurveyedService): readonly Finding[] {
  // A rule that is alone has nobody to take its requests.
  if (service.rules.length === 1) return []
  const surveyed = survey()
  return surveyed.rules.flatMap((compiled, i): readonly Finding[] => {
    const reach = reachOf(surveyed, compiled)
    if (reach.kind === 'reached') return []
    const others = [...reach.by].map(({ rule }) => `"${rule.id}"`).join(', ')
    const message = `The rule "${compiled.rule.id}" never applies: all that it covers falls under ${others}`
    const fix = 'Remove it, or make the others narrower'
    return [{ id: 'unreachable-rule', severity: 'warning', path: rulePath(i), message, fix }]
  })
}

/** Names that stand for nothing, and lists that nobody looks at. */
function nameFindings(rule: Rule, path: () => string, known: PolicyKnowledge): readonly Finding[] {
  const findings: Finding[] = []
  const unknown = (kind: 'provider' | 'group', name: string, names: readonly string[]) => {
    const nearest = suggest(name, names)
    const listed = names.map((each) => `"${each}"`).join(', ')
    findings.push({
      id: `unknown-${kind}`,
      severity: 'warning',
      path: path(),
      message: `The rule "${rule.id}" names the ${kind} "${name}", which does not exist`,
      fix: nearest === null ? `Name one of ${listed}` : `Did you mean "${nearest}"?`,
    })
  }
  for (const provider of rule.providers)
    if (!known.providers.includes(provider)) unknown('provider', provider, known.providers)
  if (known.groups !== null) {
    for (const group of rule.groups)
      if (!known.groups.includes(group)) unknown('group', group, known.groups)
  }
  const asks = rule.groups.length + rule.users.length + rule.emailDomains.length
  if (rule.auth !== 'required' && asks + rule.providers.length > 0) {
    findings.push({
      id: 'requirement-ignored',
      severity: 'warning',
      path: path(),
      message: `The rule "${rule.id}" names who may enter, but with auth "${rule.auth}" everybody may`,
      fix: 'Set auth to "required", or remove groups, users, email_domains and providers',
    })
  }
  return findings
}
