// Which request would reach a rule: found by trying the few that could, on the policy itself.
import { type HostPattern, type Hostname, isHostPattern } from '../../model/host.ts'
import { type Address, networkRange, rangeEdges } from '../../model/network.ts'
import { type PathPattern, foldAsciiCase, parsePathPattern } from './path-pattern.ts'
import type { CompiledRule, Policy, PolicyQuestion } from './policy.ts'

/** A request that falls under a rule, or the rules that take all that could. */
export type Reach =
  | { readonly kind: 'reached'; readonly question: PolicyQuestion }
  | { readonly kind: 'taken'; readonly by: ReadonlySet<CompiledRule> }

/** A service of a policy, and what no rule of it names. */
export interface Survey {
  readonly policy: Policy
  /** Its rules, in the order in which they are declared. */
  readonly rules: readonly CompiledRule[]
  /** A host that falls under this service and no other. */
  readonly host: Hostname
  readonly unnamedSegment: string
  readonly unnamedMethod: string
  readonly deepest: number
  readonly edges: readonly Address[]
}

/** For each service of a policy, in their order, a look over it: taken once, when it is first asked for. */
export function surveyServices(policy: Policy): readonly (() => Survey)[] {
  const rules: CompiledRule[][] = policy.services.map(() => [])
  for (const compiled of policy.rules) rules[compiled.serviceIndex]?.push(compiled)
  const declared = new Set<string>(policy.services.map(({ host }) => host))
  return policy.services.map(({ host }, i) => {
    let taken: Survey | null = null
    const take = (): Survey => {
      const own = rules[i] ?? []
      if (!isHostPattern(host)) return survey(policy, own, host)
      const label = unnamed('anything', { has: (name) => declared.has(hostBelow(host, name)) })
      return survey(policy, own, hostBelow(host, label))
    }
    return () => (taken ??= take())
  })
}

function survey(policy: Policy, rules: readonly CompiledRule[], host: Hostname): Survey {
  const patterns = rules.map(patternOf)
  const segments = new Set(patterns.flatMap((pattern) => pattern.segments.map(foldAsciiCase)))
  const methods = new Set(rules.flatMap(({ rule }) => rule.methods))
  return {
    policy,
    rules,
    host,
    unnamedSegment: unnamed('anything', segments),
    unnamedMethod: unnamed('ANY', methods),
    deepest: Math.max(0, ...patterns.map((pattern) => pattern.segments.length)),
    edges: [...new Set(rules.flatMap(({ rule }) => rule.networks.flatMap(edgesOf)))],
  }
}

/** The name made of `label` and what stands behind the `*` of a wildcard. */
function hostBelow(host: HostPattern, label: string): Hostname {
  // A label before a canonical name makes a canonical name.
  return `${label}${host.slice(1)}` as Hostname
}

/** `name`, or the first of `name1`, `name2`, ... that is not in `taken`. */
function unnamed(name: string, taken: { has(value: string): boolean }): string {
  if (!taken.has(name)) return name
  let number = 1
  while (taken.has(`${name}${number}`)) number++
  return `${name}${number}`
}

/**
 * Asks the policy about every request that could be the only one to reach `compiled`. That they are
 * few follows from how rules compete: a segment, a method or an address that no rule names is covered
 * by the fewest other rules; the depth of a path matters up to that of the deepest pattern; and what
 * is left of a network without others begins at its own first address or right after one of them.
 */
export function reachOf(surveyed: Survey, compiled: CompiledRule): Reach {
  const taken = new Set<CompiledRule>()
  for (const question of questions(surveyed, compiled)) {
    const match = surveyed.policy.match(question)
    if (match.kind !== 'rule') continue
    if (match.compiled === compiled) return { kind: 'reached', question }
    taken.add(match.compiled)
  }
  return { kind: 'taken', by: taken }
}

function* questions(surveyed: Survey, compiled: CompiledRule): Generator<PolicyQuestion> {
  const { rule, networks } = compiled
  const methods = rule.methods.length === 0 ? [surveyed.unnamedMethod] : rule.methods
  const addresses =
    networks === null ? [null] : surveyed.edges.filter((address) => networks.contains(address))
  for (const path of paths(surveyed, compiled)) {
    for (const method of methods) {
      for (const clientAddress of addresses)
        yield { host: surveyed.host, path, method, clientAddress }
    }
  }
}

function paths(surveyed: Survey, compiled: CompiledRule): readonly string[] {
  const { segments, rest } = patternOf(compiled)
  const own = segments.map((segment) => (segment === '*' ? surveyed.unnamedSegment : segment))
  const further = rest ? surveyed.deepest - own.length + 1 : 0
  return Array.from({ length: further + 1 }, (_, count) => {
    const below = Array.from({ length: count }, () => surveyed.unnamedSegment)
    return `/${[...own, ...below].join('/')}`
  })
}

function patternOf({ rule }: CompiledRule): PathPattern {
  const parsed = parsePathPattern(rule.path)
  return parsed.ok ? parsed.value : { segments: [], rest: true }
}

function edgesOf(cidr: string): readonly Address[] {
  const range = networkRange(cidr)
  return range === null ? [] : rangeEdges(range)
}
