// Services to a policy: one host by a map, one rule by a tree, however many there are.
import type { Hostname } from '../../model/host.ts'
import { networkSet } from '../../model/network.ts'
import type { Rule, Service } from '../../model/service.ts'
import { assert, must } from '../../std/assert.ts'
import {
  type PathPattern,
  foldAsciiCase,
  hasTrailingDotOrSpace,
  parsePathPattern,
  trimSegments,
} from './path-pattern.ts'
import { type TrieEntry, type TrieNode, buildTrie, walk } from './path-trie.ts'
import type { CompiledRule, Policy, PolicyMatch, PolicyQuestion } from './policy.ts'

/** A service ready to be asked, with the answers that name no rule made beforehand. */
interface CompiledService {
  readonly trie: TrieNode
  readonly foldCase: boolean
  /** False when every rule is `/**`: the path then cannot change the answer. */
  readonly pathMatters: boolean
  readonly noRule: PolicyMatch
  readonly ambiguous: PolicyMatch
}

const unknownHost: PolicyMatch = { kind: 'unknown-host' }

/**
 * Compiles services whose findings hold no error (see findings.ts): a malformed pattern or a host
 * declared twice is a defect of the caller. Matching allocates nothing unless literal path segments
 * have to be looked up.
 */
export function compilePolicy(services: readonly Service[]): Policy {
  const exact = new Map<string, CompiledService>()
  const wildcards = new Map<string, CompiledService>()
  const rules: CompiledRule[] = []
  for (const [serviceIndex, service] of services.entries()) {
    const own = service.rules.map((rule, i) =>
      compileRule({ rule, index: rules.length + i, service, serviceIndex }),
    )
    rules.push(...own)
    const wildcard = service.host.startsWith('*.')
    const hosts = wildcard ? wildcards : exact
    const key = wildcard ? service.host.slice(2) : service.host
    assert(!hosts.has(key), `Host "${service.host}" is declared twice`)
    hosts.set(key, compileService(service, serviceIndex, own))
  }
  return {
    services,
    rules,
    namedGroups: new Set(rules.flatMap((compiled) => compiled.rule.groups)),
    match: (question) => {
      const service = exact.get(question.host) ?? findWildcard(wildcards, question.host)
      return service === null ? unknownHost : matchService(service, question)
    },
  }
}

function compileRule(
  place: Pick<CompiledRule, 'rule' | 'index' | 'service' | 'serviceIndex'>,
): CompiledRule {
  const { rule } = place
  return {
    ...place,
    groups: new Set(rule.groups),
    users: new Set(rule.users),
    emailDomains: new Set(rule.emailDomains),
    providers: new Set(rule.providers),
    networks: rule.networks.length === 0 ? null : networkSet(rule.networks),
  }
}

function compileService(
  service: Service,
  serviceIndex: number,
  rules: readonly CompiledRule[],
): CompiledService {
  const entries = rules.map((compiled): TrieEntry => {
    const { methods } = compiled.rule
    return {
      pattern: compilePattern(compiled.rule, service.caseInsensitivePaths),
      methods: methods.length === 0 ? null : new Set(methods),
      networks: compiled.networks,
      match: { kind: 'rule', compiled },
    }
  })
  return {
    trie: buildTrie(entries),
    foldCase: service.caseInsensitivePaths,
    pathMatters: entries.some(({ pattern }) => pattern.segments.length > 0 || !pattern.rest),
    noRule: { kind: 'no-rule', service, serviceIndex },
    ambiguous: { kind: 'ambiguous-path', service, serviceIndex },
  }
}

function compilePattern(rule: Rule, foldCase: boolean): PathPattern {
  const parsed = parsePathPattern(foldCase ? foldAsciiCase(rule.path) : rule.path)
  return must(parsed.ok ? parsed.value : null, `Path pattern "${rule.path}" is malformed`)
}

/** The longest declared suffix wins; `*.example.com` is for names below, not for itself. */
function findWildcard(
  wildcards: ReadonlyMap<string, CompiledService>,
  host: Hostname,
): CompiledService | null {
  if (wildcards.size === 0) return null
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const service = wildcards.get(host.slice(dot + 1))
    if (service !== undefined) return service
  }
  return null
}

function matchService(service: CompiledService, question: PolicyQuestion): PolicyMatch {
  const asked = service.foldCase ? withPath(question, foldAsciiCase(question.path)) : question
  const plain = walk(service.trie, 1, asked) ?? service.noRule
  if (!service.pathMatters || !hasTrailingDotOrSpace(asked.path)) return plain
  // Some servers drop trailing dots and spaces: unless both readings fall under one rule, refuse.
  const trimmed = trimSegments(asked.path)
  if (trimmed === null) return service.ambiguous
  const other = walk(service.trie, 1, withPath(asked, trimmed)) ?? service.noRule
  return other === plain ? plain : service.ambiguous
}

function withPath(question: PolicyQuestion, path: string): PolicyQuestion {
  return path === question.path ? question : { ...question, path }
}
