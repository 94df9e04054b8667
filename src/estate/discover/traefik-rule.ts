// Traefik's rules (v2 and v3): a boolean expression of matchers, read into alternatives. Nothing is evaluated.
import { type Result, err, ok } from '../../std/result.ts'

/** A matcher with its arguments: `Host`, `PathPrefix`, `Header` and the like. */
export interface Matcher {
  readonly name: string
  readonly values: readonly string[]
  readonly isNegated: boolean
}

/** Longest rule that is read, and most alternatives that it may have. */
const ruleLengthMax = 20_000
const alternativesMax = 1000
const depthMax = 50

type Token =
  | { readonly kind: '(' | ')' | '!' | '&&' | '||' | ',' }
  | { readonly kind: 'word' | 'text'; readonly text: string }

/** Alternatives of a rule, each a list of matchers that must all hold (disjunctive normal form). */
export function readTraefikRule(rule: string): Result<readonly (readonly Matcher[])[], string> {
  if (rule.length > ruleLengthMax)
    return err(`The rule has more than "${ruleLengthMax}" characters`)
  const tokens = tokensOf(rule)
  if (tokens === null)
    return err('The rule holds a text that does not end, or a sign of no meaning')
  const reader = new RuleReader(tokens)
  const alternatives = reader.either(false, 0)
  if (alternatives === null || !reader.isAtEnd) return err('The rule is not one that we can read')
  return ok(alternatives)
}

function tokensOf(rule: string): readonly Token[] | null {
  const tokens: Token[] = []
  const pattern = /\s+|(&&|\|\||[()!,])|`([^`]*)`|"((?:[^"\\]|\\.)*)"|([A-Za-z][A-Za-z0-9]*)/y
  while (pattern.lastIndex < rule.length) {
    const match = pattern.exec(rule)
    if (match === null) return null
    const [, sign, raw, quoted, word] = match
    if (sign !== undefined) tokens.push({ kind: sign as '(' })
    else if (raw !== undefined) tokens.push({ kind: 'text', text: raw })
    else if (quoted !== undefined)
      tokens.push({ kind: 'text', text: quoted.replaceAll(/\\(.)/g, '$1') })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
  }
  return tokens
}

type Alternatives = readonly (readonly Matcher[])[]

/** Recursive descent: `||` binds loosest, then `&&`, then `!`. Negation is pushed down to the matchers. */
class RuleReader {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#position === this.#tokens.length
  }

  either(isNegated: boolean, depth: number): Alternatives | null {
    return this.#joined('||', isNegated, () => this.#both(isNegated, depth))
  }

  #both(isNegated: boolean, depth: number): Alternatives | null {
    return this.#joined('&&', isNegated, () => this.#one(isNegated, depth))
  }

  /** De Morgan: under a negation `||` joins as `&&` does, and the other way round. */
  #joined(
    sign: '||' | '&&',
    isNegated: boolean,
    next: () => Alternatives | null,
  ): Alternatives | null {
    let left = next()
    while (left !== null && this.#takes(sign)) {
      const right = next()
      if (right === null) return null
      left = (sign === '||') === isNegated ? product(left, right) : [...left, ...right]
      if (left.length > alternativesMax) return null
    }
    return left
  }

  #one(isNegated: boolean, depth: number): Alternatives | null {
    if (depth > depthMax) return null
    if (this.#takes('!')) return this.#one(!isNegated, depth + 1)
    if (this.#takes('(')) {
      const inner = this.either(isNegated, depth + 1)
      return inner !== null && this.#takes(')') ? inner : null
    }
    return this.#matcher(isNegated)
  }

  #matcher(isNegated: boolean): Alternatives | null {
    const name = this.#tokens[this.#position]
    if (name?.kind !== 'word') return null
    this.#position++
    if (!this.#takes('(')) return null
    const values: string[] = []
    while (!this.#takes(')')) {
      if (values.length > 0 && !this.#takes(',')) return null
      const value = this.#tokens[this.#position]
      if (value?.kind !== 'text') return null
      values.push(value.text)
      this.#position++
    }
    return [[{ name: name.text, values, isNegated }]]
  }

  #takes(kind: Token['kind']): boolean {
    if (this.#tokens[this.#position]?.kind !== kind) return false
    this.#position++
    return true
  }
}

function product(left: Alternatives, right: Alternatives): Alternatives {
  return left.flatMap((one) => right.map((other) => [...one, ...other]))
}
