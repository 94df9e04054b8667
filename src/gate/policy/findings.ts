// What is wrong or doubtful in a policy, told when it is loaded: within each service, rule by rule.
import type { Finding } from '../../model/finding.ts'
import { networkCovers, networksOverlap } from '../../model/network.ts'
import type { Rule, Service } from '../../model/service.ts'
import { suggest } from '../../std/suggest.ts'
import { type PlacedService, hostFindings } from './host-findings.ts'
import { foldAsciiCase, parsePathPattern, patternFaults } from './path-pattern.ts'
import { reachOf, survey } from './reach.ts'

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
 * All findings, in the order of the services. With an `error` among them the services cannot be
 * compiled. Cost grows with the number of services, and within one with rules times depth.
 */
export function policyFindings(
  services: readonly Service[],
  known: PolicyKnowledge,
): readonly Finding[] {
  const placed = services.map((service, serviceIndex): PlacedService => {
    const path = known.locate(serviceIndex, null)
    return { service, path, rulePath: (ruleIndex) => known.locate(serviceIndex, ruleIndex) }
  })
  const own = placed.map((place) => serviceFindings(place, known))
  return [...own.flat(), ...hostFindings(placed, own.flat().some(isError))]
}

function isError(finding: Finding): boolean {
  return finding.severity === 'error'
}

function serviceFindings(place: PlacedService, known: PolicyKnowledge): readonly Finding[] {
  const { service, path } = place
  if (service.rules.length === 0) {
    const message = `"${service.host}" has no rule, so that every request to it is refused`
    return [{ id: 'no-rules', severity: 'warning', path, message, fix: 'Set auth or paths' }]
  }
  const malformed = patternFindings(place)
  if (malformed.length > 0) return malformed
  const clashes = clashFindings(place)
  return [
    ...clashes,
    ...(clashes.length > 0 ? [] : unreachableFindings(place)),
    ...service.rules.flatMap((rule, i) => nameFindings(rule, place.rulePath(i), known)),
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

/** Rules of one pattern that say the same twice, or of which neither is more specific. */
function clashFindings({ service, rulePath }: PlacedService): readonly Finding[] {
  const findings: Finding[] = []
  const byPattern = new Map<string, { rule: Rule; index: number }[]>()
  for (const [index, rule] of service.rules.entries()) {
    const key = service.caseInsensitivePaths ? foldAsciiCase(rule.path) : rule.path
    const before = byPattern.get(key) ?? []
    for (const other of before) {
      const finding = clash(other.rule, rule, rulePath(index))
      if (finding !== null) findings.push(finding)
    }
    before.push({ rule, index })
    byPattern.set(key, before)
  }
  return findings
}

function clash(earlier: Rule, later: Rule, path: string): Finding | null {
  if (!methodsMeet(earlier, later) || !networksMeet(earlier, later)) return null
  if (sameMethods(earlier, later) && sameNetworks(earlier, later)) {
    const message = `The rule "${later.id}" covers exactly what "${earlier.id}" covers`
    const fix = 'Remove one of the two'
    return { id: 'duplicate-rule', severity: 'error', path, message, fix }
  }
  const message = `The rules "${earlier.id}" and "${later.id}" cover some of the same requests, and neither is more specific`
  const fix = 'Name methods or networks that do not overlap'
  return { id: 'tied-rules', severity: 'error', path, message, fix }
}

/** True when both are of one rank and share a method. */
function methodsMeet(a: Rule, b: Rule): boolean {
  if (a.methods.length === 0 || b.methods.length === 0) return a.methods.length === b.methods.length
  return a.methods.some((method) => b.methods.includes(method))
}

function networksMeet(a: Rule, b: Rule): boolean {
  if (a.networks.length === 0 || b.networks.length === 0)
    return a.networks.length === b.networks.length
  return a.networks.some((one) => b.networks.some((other) => networksOverlap(one, other)))
}

function sameMethods(a: Rule, b: Rule): boolean {
  const all = new Set([...a.methods, ...b.methods])
  return [...all].every((method) => a.methods.includes(method) && b.methods.includes(method))
}

function sameNetworks(a: Rule, b: Rule): boolean {
  const within = (inner: Rule, outer: Rule) =>
    inner.networks.every((one) => outer.networks.some((other) => networkCovers(other, one)))
  return within(a, b) && within(b, a)
}

function unreachableFindings({ service, rulePath }: PlacedService): readonly Finding[] {
  const surveyed = survey(service)
  return surveyed.policy.rules.flatMap((compiled): readonly Finding[] => {
    const reach = reachOf(surveyed, compiled)
    if (reach.kind === 'reached') return []
    const others = [...reach.by].map(({ rule }) => `"${rule.id}"`).join(', ')
    const message = `The rule "${compiled.rule.id}" never applies: all that it covers falls under ${others}`
    const fix = 'Remove it, or make the others narrower'
    const path = rulePath(compiled.index)
    return [{ id: 'unreachable-rule', severity: 'warning', path, message, fix }]
  })
}

/** Names that stand for nothing, and lists that nobody looks at. */
function nameFindings(rule: Rule, path: string, known: PolicyKnowledge): readonly Finding[] {
  const findings: Finding[] = []
  const unknown = (kind: 'provider' | 'group', name: string, names: readonly string[]) => {
    const nearest = suggest(name, names)
    const listed = names.map((each) => `"${each}"`).join(', ')
    findings.push({
      id: `unknown-${kind}`,
      severity: 'warning',
      path,
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
      path,
      message: `The rule "${rule.id}" names who may enter, but with auth "${rule.auth}" everybody may`,
      fix: 'Set auth to "required", or remove groups, users, email_domains and providers',
    })
  }
  return findings
}
