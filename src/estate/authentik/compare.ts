// Declared × live: what differs, what nobody declared, what is ignored and why. Pure.
import type { Estate } from '../estate.ts'
import { type Difference, differences } from '../plan/difference.ts'
import { type IgnoreRule, IgnoreRules, type Ignored } from './ignore.ts'
import {
  type KindName,
  type ManagedObject,
  addressOf,
  addressed,
  kindNames,
  ofKind,
} from './objects.ts'
import { outpostName } from './declared.ts'
import type { LiveAuthentik } from './understand.ts'

/** A difference and the object that it is about: the live one where there is one. */
export interface Drifted {
  /** To bring authentik to what is declared: `create` is missing there, `update` is other there. */
  readonly difference: Difference
  readonly object: ManagedObject
}

/** What a comparison comes to. */
export interface Comparison {
  readonly drift: readonly Drifted[]
  /** Live, and declared nowhere. */
  readonly unmanaged: readonly ManagedObject[]
  readonly ignored: readonly Ignored[]
  /** Objects that are on both sides. */
  readonly compared: number
}

/** Compares what is declared with what is live. */
export function compare(
  estate: Estate,
  declared: readonly ManagedObject[],
  live: LiveAuthentik,
): Comparison {
  const rules = new IgnoreRules([
    ...(estate.areas.authentication.authentik?.ignore ?? []),
    ...factsOnly(estate),
  ])
  const sides = kindNames.map((kind) => side(kind, { declared, live }))
  const drift = sides.flatMap(({ both, missing }) => {
    const changed = differences(
      both.map(({ now }) => addressed(now)),
      [...both.map(({ wanted }) => wanted), ...missing].map(addressed),
    )
    return changed.flatMap((difference) => {
      const { action, address } = difference
      const attributes =
        action === 'create'
          ? difference.attributes
          : difference.attributes.filter((change) => !rules.hides(address, change))
      const object = [...both.map(({ now }) => now), ...missing].find(
        (one) => addressOf(one) === address,
      )
      const isHidden =
        attributes.length === 0 || (action === 'create' && rules.hidesObject(address))
      return isHidden || object === undefined
        ? []
        : [{ difference: { ...difference, attributes }, object }]
    })
  })
  return {
    drift,
    unmanaged: sides
      .flatMap(({ unmanaged }) => unmanaged)
      .filter((object) => !rules.hidesObject(addressOf(object))),
    ignored: rules.ignored(),
    compared: sides.reduce((sum, { both }) => sum + both.length, 0),
  }
}

interface Side {
  readonly both: readonly { readonly now: ManagedObject; readonly wanted: ManagedObject }[]
  readonly missing: readonly ManagedObject[]
  readonly unmanaged: readonly ManagedObject[]
}

function side(
  kind: KindName,
  { declared, live }: { readonly declared: readonly ManagedObject[]; readonly live: LiveAuthentik },
): Side {
  const wanted = new Map(ofKind(declared, kind).map((object) => [object.key, object]))
  const there = new Map(ofKind(live.objects, kind).map((object) => [object.key, object]))
  // Something of that name is there; what it is nobody could read. "Missing" would be a guess.
  const unread = live.notUnderstood.filter((one) => one.kind === kind)
  const mayBe = (key: string): boolean => unread.some((one) => one.key === key || one.key === null)
  return {
    both: [...wanted].flatMap(([key, object]) => {
      const now = there.get(key)
      return now === undefined ? [] : [{ now, wanted: object }]
    }),
    missing: [...wanted]
      .filter(([key]) => !there.has(key) && !mayBe(key))
      .map(([, object]) => object),
    unmanaged: [...there].filter(([key]) => !wanted.has(key)).map(([, object]) => object),
  }
}

/** What is declared as a fact alone is held by an invariant and not compared letter by letter. */
function factsOnly(estate: Estate): readonly IgnoreRule[] {
  const { authentik, groups, outposts } = estate.areas.authentication
  return [
    ...outposts
      .filter(({ config, memory_limit_volume }) => config === undefined && memory_limit_volume)
      .map((outpost) => ({
        object: addressOf({ kind: 'outpost', key: outpostName(outpost) }),
        attribute: 'config.kubernetes_json_patches',
        reason: 'Declared as the fact "memory_limit_volume", held by an invariant',
      })),
    ...outposts
      .filter(({ service_connection }) => service_connection === undefined)
      .map((outpost) => ({
        object: addressOf({ kind: 'outpost', key: outpostName(outpost) }),
        attribute: 'service_connection',
        reason: 'Not declared: how authentik deploys it',
      })),
    ...(authentik === undefined
      ? outposts.map((outpost) => ({
          object: addressOf({ kind: 'outpost', key: outpostName(outpost) }),
          attribute: 'providers',
          reason: 'No provider is declared',
        }))
      : []),
    ...groups
      .filter(({ managed }) => managed === 'ui')
      .flatMap(({ name }) =>
        ['is_superuser', 'parents', 'attributes'].map((attribute) => ({
          object: addressOf({ kind: 'group', key: name }),
          attribute,
          reason: 'The group is kept by hand in authentik',
        })),
      ),
  ]
}
