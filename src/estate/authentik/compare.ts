// Declared × live: what differs, what nobody declared, what is ignored and why. Pure.
import { type Comparison, compareSides } from '../drift/compare.ts'
import { type IgnoreRule, IgnoreRules } from '../drift/ignore.ts'
import { isHiddenSecret } from '../drift/secret-leaves.ts'
import type { Estate } from '../estate.ts'
import type { AttributeChange } from '../plan/difference.ts'
import { outpostName } from './declared.ts'
import { type ManagedObject, addressOf, entryOf } from './objects.ts'
import type { LiveAuthentik } from './understand.ts'

/** Compares what is declared with what is live. */
export function compare(
  estate: Estate,
  declared: readonly ManagedObject[],
  live: LiveAuthentik,
): Comparison<ManagedObject> {
  const rules = new IgnoreRules([
    ...broughtAlong,
    ...(estate.areas.authentication.authentik?.ignore ?? []),
    ...factsOnly(estate),
  ])
  return compareSides({
    declared: declared.map(entryOf),
    live: live.objects.map(entryOf),
    rules,
    mayBeThere: ({ key, kind }) =>
      live.notUnderstood.some((one) => one.kind === kind && (one.key === key || one.key === null)),
  })
}

const undeclared = ({ after }: AttributeChange): boolean => after === undefined

/** Rules that hold for every estate. */
const broughtAlong: readonly IgnoreRule[] = [
  {
    object: 'authentik_outpost[*',
    attribute: 'config.authentik_host',
    reason: 'authentik sets its own address when nobody does',
    when: undeclared,
  },
  {
    object: 'authentik_policy_expression["default-*',
    attribute: '*',
    reason: 'authentik brings it along',
  },
  ...['authentik Admins', 'authentik Read-only'].map((name) => ({
    object: `authentik_group["${name}"]`,
    attribute: '*',
    reason: 'authentik brings it along',
  })),
  {
    object: '*',
    attribute: '',
    reason: 'A secret is declared nowhere, so its value cannot be compared',
    when: ({ after, before }) => isHiddenSecret(before) && after === undefined,
  },
]

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
