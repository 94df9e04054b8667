// The rules of one service as a tree of path segments, most specific branch first.
import type { Address, NetworkSet } from '../../model/network.ts'
import type { PathPattern } from './path-pattern.ts'
import type { PolicyMatch, PolicyQuestion } from './policy.ts'

/** A rule as the tree holds it: where it applies, and the ready-made answer. */
export interface TrieEntry {
  readonly pattern: PathPattern
  /** Null: every method. */
  readonly methods: ReadonlySet<string> | null
  /** Null: from anywhere. */
  readonly networks: NetworkSet | null
  readonly match: PolicyMatch
}

/** Rules of one pattern, in the order in which they are tried. */
interface Leaf {
  readonly entries: TrieEntry[]
}

/** A place in the tree. `exact` is for paths that end here, `rest` for all that go on. */
export interface TrieNode {
  readonly literals: Map<string, TrieNode>
  star: TrieNode | null
  exact: Leaf | null
  rest: Leaf | null
}

function emptyNode(): TrieNode {
  return { literals: new Map(), star: null, exact: null, rest: null }
}

/** Builds the tree. Entries of one pattern keep their order unless conditions decide (see below). */
export function buildTrie(entries: readonly TrieEntry[]): TrieNode {
  const root = emptyNode()
  for (const entry of [...entries].sort(compareConditions)) insert(root, entry)
  return root
}

function insert(root: TrieNode, entry: TrieEntry): void {
  let node = root
  for (const segment of entry.pattern.segments) node = childOf(node, segment)
  const leaf = (entry.pattern.rest ? node.rest : node.exact) ?? { entries: [] }
  leaf.entries.push(entry)
  if (entry.pattern.rest) node.rest = leaf
  else node.exact = leaf
}

function childOf(node: TrieNode, segment: string): TrieNode {
  if (segment === '*') return (node.star ??= emptyNode())
  const child = node.literals.get(segment) ?? emptyNode()
  node.literals.set(segment, child)
  return child
}

/** Rules that name methods before those that do not, then rules that name networks. */
export function compareConditions(
  a: Pick<TrieEntry, 'methods' | 'networks'>,
  b: Pick<TrieEntry, 'methods' | 'networks'>,
): number {
  const byMethods = Number(b.methods !== null) - Number(a.methods !== null)
  if (byMethods !== 0) return byMethods
  return Number(b.networks !== null) - Number(a.networks !== null)
}

/**
 * The answer of the first rule that covers the question, null when none does. `from` is the index
 * in its path of the segment to look at. Each node is visited at most once, so a path costs no more
 * than its length or the size of the tree, whichever is smaller. No allocation but the segment's
 * text, and that only below nodes with literal children.
 */
export function walk(node: TrieNode, from: number, question: PolicyQuestion): PolicyMatch | null {
  const { path } = question
  if (from >= path.length) {
    const here = node.exact === null ? null : pick(node.exact.entries, question)
    if (here !== null) return here
  } else {
    const slash = path.indexOf('/', from)
    const end = slash === -1 ? path.length : slash
    if (node.literals.size > 0) {
      const child = node.literals.get(path.slice(from, end))
      const below = child === undefined ? null : walk(child, end + 1, question)
      if (below !== null) return below
    }
    const below = node.star === null ? null : walk(node.star, end + 1, question)
    if (below !== null) return below
  }
  return node.rest === null ? null : pick(node.rest.entries, question)
}

/** HEAD asks for what GET would give (RFC 9110 section 9.3.2), unless a rule names HEAD itself. */
function pick(entries: readonly TrieEntry[], question: PolicyQuestion): PolicyMatch | null {
  const { method, clientAddress } = question
  if (method !== 'HEAD') return first(entries, method, clientAddress)
  for (const entry of entries) {
    if (entry.methods?.has('HEAD') === true && isFrom(entry, clientAddress)) return entry.match
  }
  return first(entries, 'GET', clientAddress)
}

function first(
  entries: readonly TrieEntry[],
  method: string,
  address: Address | null,
): PolicyMatch | null {
  for (const entry of entries) {
    if ((entry.methods === null || entry.methods.has(method)) && isFrom(entry, address))
      return entry.match
  }
  return null
}

function isFrom(entry: TrieEntry, address: Address | null): boolean {
  return entry.networks === null || entry.networks.contains(address)
}
