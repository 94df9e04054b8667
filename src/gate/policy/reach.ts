// Which request would reach a rule: found by trying the few that could, on the policy itself.
import type { Hostname } from '../../model/host.ts'
import { type Address, networkEdges } from '../../model/network.ts'
import type { Service } from '../../model/service.ts'
import { compilePolicy } from './compile.ts'
import { type PathPattern, foldAsciiCase, parsePathPattern } from './path-pattern.ts'
import type { CompiledRule, Policy, PolicyQuestion } from './policy.ts'

/** A request that falls under a rule, or the rules that take all that could. */
export type Reach =
  | { readonly kind: 'reached'; readonly question: PolicyQuestion }
  | { readonly kind: 'taken'; readonly by: ReadonlySet<CompiledRule> }

/** A service by itself, and what no rule of it names. */
export interface Survey {
  readonly policy: Policy
  readonly host: Hostname
  readonly unnamedSegment: string
  readonly unnamedMethod: string
  readonly deepest: number
  readonly edges: readonly Address[]
}

/** Looks over a service whose patterns are all well formed. */
export function survey(service: Service): Survey {
  const policy = compilePolicy([service])
  const patterns = policy.rules.map(patternOf)
  const segments = new Set(patterns.flatMap((pattern) => pattern.segments.map(foldAsciiCase)))
  const methods = new Set(service.rules.flatMap((rule) => rule.methods))
  return {
    policy,
    host: hostBelow(service.host, 'anything'),
    unnamedSegment: unnamed('anything', segments),
    unnamedMethod: unnamed('ANY', methods),
    deepest: Math.max(0, ...patterns.map((pattern) => pattern.segments.length)),
    edges: [...new Set(service.rules.flatMap((rule) => rule.networks.flatMap(edgesOf)))],
  }
}

/** A host that falls under `host`: itself, or for `*.name` the one made with `label`. */
export function hostBelow(host: Service['host'], label: string): Hostname {
  const text: string = host
  // A label before a canonical name makes a canonical name.
  return (text.startsWith('*.') ? `${label}${text.slice(1)}` : text) as Hostname
}

/** `name`, or the first of `name1`, `name2`, ... that is not in `taken`. */
export function unnamed(name: string, taken: { has(value: string): boolean }): string {
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
  const edges = networkEdges(cidr)
  if (edges === null) return []
  return edges.after === null ? [edges.first] : [edges.first, edges.after]
}
