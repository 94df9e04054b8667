// Differences that nobody minds: each rule has a reason, and what it hides is counted.
import type { AttributeChange } from '../plan/difference.ts'

/** A rule; `object` and `attribute` as in a difference, `*` at the end stands for anything. */
export interface IgnoreRule {
  readonly object: string
  /** With everything below it; `*` alone stands for an object that is not declared at all. */
  readonly attribute: string
  readonly reason: string
  /** Narrows the rule to some changes. `before` is live, `after` declared. */
  readonly when?: (change: AttributeChange) => boolean
}

/** A rule and what it hid. */
export interface Ignored {
  readonly rule: string
  readonly reason: string
  readonly places: readonly string[]
}

/** Which rules there are, and what each has hidden so far. */
export class IgnoreRules {
  readonly #rules: readonly IgnoreRule[]
  readonly #places = new Map<IgnoreRule, string[]>()

  /** The first rule that matches is the one that is counted. */
  constructor(rules: readonly IgnoreRule[]) {
    this.#rules = rules
  }

  /** True when a rule hides the change; it is counted then. */
  hides(address: string, change: AttributeChange): boolean {
    return this.#note(address, change.path, (rule) => {
      const { attribute } = rule
      const isBelow = change.path === attribute || change.path.startsWith(`${attribute}.`)
      const covers = attribute === '' || (attribute !== '*' && isBelow)
      return covers && (rule.when?.(change) ?? true)
    })
  }

  /** True when a rule hides that an object is not declared, or not there. */
  hidesObject(address: string): boolean {
    return this.#note(address, '', ({ attribute }) => attribute === '*')
  }

  /** What was hidden, by rule. */
  ignored(): readonly Ignored[] {
    return this.#rules.flatMap((rule) => {
      const places = this.#places.get(rule)
      const { attribute, object, reason } = rule
      const name = attribute === '' ? object : `${object} ${attribute}`
      return places === undefined ? [] : [{ rule: name, reason, places }]
    })
  }

  #note(address: string, path: string, covers: (rule: IgnoreRule) => boolean): boolean {
    const found = this.#rules.find((rule) => isMatch(rule.object, address) && covers(rule))
    if (found === undefined) return false
    const places = this.#places.get(found) ?? []
    places.push(path === '' ? address : `${address} ${path}`)
    this.#places.set(found, places)
    return true
  }
}

function isMatch(pattern: string, address: string): boolean {
  return pattern.endsWith('*') ? address.startsWith(pattern.slice(0, -1)) : pattern === address
}
