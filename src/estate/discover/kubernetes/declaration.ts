// What an object says of who may enter, in annotations. What cannot be read is told from what is not said.
import { type AuthTier, authTiers } from '../../../model/service.ts'
import type { FoundDoor, NotUnderstood } from '../discovery.ts'
import { type Json, at, textAt } from '../json.ts'
import type { MiddlewareMeaning } from './middlewares.ts'
import type { KubernetesSettings } from './settings.ts'

/** The declaration of one object. */
export interface Declaration extends Pick<FoundDoor, 'declared' | 'groups'> {
  /** What of it cannot be read, each a sentence. */
  readonly faults: readonly string[]
}

const groupsMax = 100
const groupLengthMax = 256

/** Reads the annotations of an object. */
export function declarationOf(object: Json, settings: KubernetesSettings): Declaration {
  const auth = firstOf(object, settings.authAnnotations)
  const named = firstOf(object, settings.groupAnnotations)
  const tier = authTiers.find((one) => one === auth?.value) ?? null
  const groups = named === null ? null : groupsIn(named.value)
  const faults = [
    ...(auth !== null && tier === null ? [faultOf(auth, tiersText)] : []),
    ...(named !== null && groups === null ? [faultOf(named, groupsText)] : []),
  ]
  return { declared: faults.length > 0 ? 'unreadable' : tier, groups, faults }
}

/** The faults of a declaration as things not understood. */
export function declarationFaults(from: string, { faults }: Declaration): readonly NotUnderstood[] {
  return faults.map((why) => ({ object: from, why }))
}

/**
 * The effective tier: what a middleware asks counts more than what is said of it. A gate of ours that is
 * asked decides by what is said, so there `public` is no more than it says.
 */
export function effectiveTier(
  { isOurs, tier }: Pick<MiddlewareMeaning, 'tier' | 'isOurs'>,
  { declared }: Pick<Declaration, 'declared'>,
): AuthTier {
  if (tier !== null) return isOurs && declared === 'public' ? 'public' : tier
  return declared === 'unreadable' ? 'required' : (declared ?? 'none')
}

/** The same where a controller asks a gate that is not a middleware: whose it is nobody told. */
export function elsewhere({ tier }: MiddlewareMeaning): Pick<MiddlewareMeaning, 'tier' | 'isOurs'> {
  return { tier: tier ?? 'required', isOurs: false }
}

interface Said {
  readonly name: string
  readonly value: unknown
}

/** The first annotation that is there, whatever it holds. */
function firstOf(object: Json, names: readonly string[]): Said | null {
  const name = names.find((one) => at(object, 'metadata', 'annotations', one) !== undefined)
  return name === undefined ? null : { name, value: at(object, 'metadata', 'annotations', name) }
}

/** Groups of a text; null where it names none: an empty list would let everybody in. */
function groupsIn(value: unknown): readonly string[] | null {
  if (typeof value !== 'string') return null
  const groups = value
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
  const isGood =
    groups.length > 0 &&
    groups.length <= groupsMax &&
    groups.every((group) => group.length <= groupLengthMax && !/\p{Cc}/u.test(group))
  return isGood ? [...new Set(groups)] : null
}

const tiersText = `one of ${authTiers.map((tier) => `"${tier}"`).join(', ')}`
const groupsText = `1 to ${groupsMax} groups, separated by commas`
const shownLengthMax = 60

function faultOf({ name, value }: Said, wanted: string): string {
  const found = textAt({ value }, 'value')?.slice(0, shownLengthMax)
  return `Found ${found === undefined ? 'no text' : JSON.stringify(found)} in the annotation "${name}", wanted ${wanted}`
}
