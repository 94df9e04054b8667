// The bindings of an application as a requirement of ours, where one says the same.
import { plain } from '../compat/identity.ts'
import type { SourceBinding, SourceGroup } from './read.ts'

/** Who may enter an application. */
export type Access =
  /** Everyone who is signed in. */
  | { readonly kind: 'everyone' }
  /** Members of any of the groups, and the users. */
  | { readonly kind: 'some'; readonly groups: readonly string[]; readonly users: readonly string[] }
  /** What we cannot say: authentik alone decides, at sign-in. */
  | { readonly kind: 'authentik'; readonly because: readonly string[] }

/** Access, and what is worth saying although nothing is lost. */
export interface ReadAccess {
  readonly access: Access
  readonly notes: readonly string[]
}

/** Longest name and most names of a list in our file. */
const nameLengthMax = 256
const namesMax = 1000

/**
 * Reads the bindings of one application. Disabled ones count for nothing, as in authentik; without any
 * that count, everyone may enter. `all` with several bindings, negation and policies have no word of ours.
 */
export function readAccess(
  bindings: readonly SourceBinding[],
  engineMode: string,
  groups: Groups,
): ReadAccess {
  const counting = bindings.filter(({ enabled }) => enabled)
  const notes = bindings
    .filter(({ enabled }) => !enabled)
    .map((binding) => `The binding of ${subjectText(binding, groups)} is disabled and left out`)
  if (counting.length === 0) return { access: { kind: 'everyone' }, notes }
  const because = [
    ...counting.flatMap((binding) => faultOf(binding, groups)),
    ...engineFaults(counting, engineMode),
  ]
  const names = (kind: 'groups' | 'users'): string[] =>
    [...new Set(counting.flatMap((binding) => namesOf(binding, groups)[kind]))].toSorted()
  const some = { groups: names('groups'), users: names('users') }
  if (Math.max(some.groups.length, some.users.length) > namesMax)
    because.push(`More than "${namesMax}" names may enter`)
  const access: Access =
    because.length === 0 ? { kind: 'some', ...some } : { kind: 'authentik', because }
  return { access, notes }
}

function engineFaults(counting: readonly SourceBinding[], engineMode: string): string[] {
  if (engineMode === 'any') return []
  // With one binding both modes say the same.
  if (engineMode === 'all' && counting.length === 1) return []
  return [`Policy engine mode "${engineMode}" asks "${counting.length}" bindings`]
}

function faultOf(binding: SourceBinding, groups: Groups): string[] {
  const { subject, negate } = binding
  const what = subjectText(binding, groups)
  if (negate) return [`The binding of ${what} is negated`]
  if (subject.kind === 'policy') return [`Access depends on ${what}`]
  if (subject.kind === 'nothing') return ['A binding names nobody']
  const { groups: names, users } = namesOf(binding, groups)
  if (names.length + users.length === 0) return [`The binding of ${what} leads to no group`]
  const strange = [...names, ...users].filter((name) => !isWritable(name))
  return strange.map((name) => `The name ${JSON.stringify(name)} cannot be written in a rule`)
}

/** Names are compared as the gate sees them in a token; `*` would mean everyone. */
function isWritable(name: string): boolean {
  return name !== '' && name !== '*' && name.length <= nameLengthMax && plain(name) === name
}

function namesOf(
  { subject }: SourceBinding,
  groups: Groups,
): { groups: string[]; users: string[] } {
  if (subject.kind === 'user') return { groups: [], users: [subject.name] }
  return { groups: subject.kind === 'group' ? groups.within(subject.pk) : [], users: [] }
}

function subjectText({ subject }: SourceBinding, groups: Groups): string {
  switch (subject.kind) {
    case 'group':
      return `group ${JSON.stringify(groups.name(subject.pk) ?? subject.pk)}`
    case 'user':
      return `user ${JSON.stringify(subject.name)}`
    case 'policy':
      return `policy ${JSON.stringify(subject.name)}`
    default:
      return 'nobody'
  }
}

/** Groups by id, and which lie within which. */
export class Groups {
  readonly #names = new Map<string, string>()
  readonly #children = new Map<string, string[]>()

  constructor(groups: readonly SourceGroup[]) {
    for (const { pk, name, parents } of groups) {
      this.#names.set(pk, name)
      for (const parent of parents) {
        const children = this.#children.get(parent)
        if (children === undefined) this.#children.set(parent, [pk])
        else children.push(pk)
      }
    }
  }

  name(pk: string): string | null {
    return this.#names.get(pk) ?? null
  }

  /**
   * Names of a group and of all groups within it: to authentik their members are members of it, but a
   * token names only the groups that somebody is in directly.
   */
  within(pk: string): string[] {
    const seen = new Set([pk])
    for (const group of seen) for (const child of this.#children.get(group) ?? []) seen.add(child)
    return [...seen].flatMap((group) => this.#names.get(group) ?? [])
  }
}
