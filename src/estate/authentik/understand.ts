// From what authentik answered to objects in normal form; what cannot be understood is named, never dropped.
import { FieldReader, type Fields, fieldOf, isFields, keyText } from '../../std/fields.ts'
import { normalised, validityMs } from './normal.ts'
import {
  type Attributes,
  type Form,
  type KindName,
  type ManagedObject,
  bindingKey,
  kindNames,
  kinds,
} from './objects.ts'
import type { RawLists } from './read-live.ts'
import type { LeftOut } from '../drift/report.ts'
import { withoutSecrets } from '../drift/secret-leaves.ts'

/** All that a live authentik has of the six kinds. */
export interface LiveAuthentik {
  readonly objects: readonly ManagedObject[]
  /** Keys of what is referred to and of no kind that is read: `provider "Grafana OAuth"`. */
  readonly externals: ReadonlyMap<string, string>
  /** Of another form than wanted: it may be anything, and counts as not read. */
  readonly notUnderstood: readonly NotUnderstoodObject[]
  /** Understood, and of a kind that is not ours to compare. */
  readonly skipped: readonly LeftOut[]
}

/** A {@link LeftOut} whose kind and key could still be told, for what is declared under that name. */
export interface NotUnderstoodObject extends LeftOut {
  readonly kind: KindName
  readonly key: string | null
}

/** Longest expression or list of patterns, characters. */
const linesLengthMax = 1024 * 1024

/** Names by key of authentik's database. */
interface References {
  readonly provider: ReadonlyMap<string, string>
  readonly flow: ReadonlyMap<string, string>
  readonly group: ReadonlyMap<string, string>
  readonly policy: ReadonlyMap<string, string>
  readonly application: ReadonlyMap<string, string>
}

/** Reads every element. `secretKey` keys the hashes that stand for secrets. Pure. */
export function understand(lists: RawLists, secretKey: Uint8Array): LiveAuthentik {
  const references: References = {
    provider: namesByPk(lists.provider, 'name'),
    flow: namesByPk(lists.flow, 'slug'),
    group: namesByPk(lists.group, 'name'),
    policy: namesByPk(lists.policy, 'name'),
    application: namesByPk(lists.application, 'slug'),
  }
  const objects: ManagedObject[] = []
  const notUnderstood: NotUnderstoodObject[] = []
  const skipped: LeftOut[] = []
  for (const kind of kindNames) {
    const taken = new Set<string>()
    for (const [index, element] of lists[kind].entries()) {
      const item = new Item(isFields(element) ? element : {}, references)
      const object = nameOf(kind, item, index)
      const why = skipReason(kind, item)
      if (why !== null) {
        skipped.push({ object, why })
        continue
      }
      const read = readObject(kind, item, taken)
      const [fault] = item.faults
      const { key, pk, attributes } = read
      if (fault !== undefined || pk === null) {
        const isNamed = kind !== 'binding' && item.isGood(keyField(kind))
        notUnderstood.push({
          ...{ object, kind, key: isNamed ? key : null },
          why: fault ?? 'It has no "pk"',
        })
        continue
      }
      taken.add(key)
      objects.push({
        ...{ kind, key, pk, attributes: normalised(kind, attributes, secretKey) },
        given: hidden(kind, attributes, secretKey),
      })
    }
  }
  return { objects, notUnderstood, skipped, externals: externalsOf(lists) }
}

/** Every name that stands beside a key, for the kinds that are not read. */
function externalsOf(lists: RawLists): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const note = (
    elements: readonly unknown[],
    kind: string,
    [key, beside]: [string, string],
  ): void => {
    for (const element of elements) {
      const item = isFields(element) ? element : {}
      const object = fieldOf(item, beside)
      const name = isFields(object) ? keyText(fieldOf(object, 'name')) : ''
      const pk = keyText(fieldOf(item, key))
      if (name !== '' && pk !== '') found.set(`${kind} ${JSON.stringify(name)}`, pk)
    }
  }
  note(lists.application, 'provider', ['provider', 'provider_obj'])
  note(lists.binding, 'policy', ['policy', 'policy_obj'])
  note(lists.outpost, 'service_connection', ['service_connection', 'service_connection_obj'])
  return found
}

/** Key and attributes; what is wrong with them is noted in `item`. */
function readObject(
  kind: KindName,
  item: Item,
  taken: ReadonlySet<string>,
): { readonly key: string; readonly pk: string | null; readonly attributes: Attributes } {
  const attributes = readers[kind](item)
  const key = kind === 'binding' ? bindingKey(attributes, taken) : item.filled(keyField(kind))
  if (taken.has(key)) item.fault(keyField(kind), 'that of another one too')
  return { key, pk: item.pk(kind), attributes }
}

/** As authentik gave them, but for secrets in free mappings. */
function hidden(kind: KindName, attributes: Attributes, secretKey: Uint8Array): Attributes {
  if (kind !== 'group' && kind !== 'outpost') return attributes
  const shown = withoutSecrets(attributes, secretKey)
  return isFields(shown) ? shown : {}
}

function keyField(kind: KindName): string {
  return kind === 'application' ? 'slug' : 'name'
}

function namesByPk(elements: readonly unknown[], field: string): ReadonlyMap<string, string> {
  return new Map(
    elements.flatMap((element) => {
      if (!isFields(element)) return []
      const pk = fieldOf(element, 'pk')
      const name = fieldOf(element, field)
      return typeof name === 'string' && pk !== null ? [[keyText(pk), name] as const] : []
    }),
  )
}

function nameOf(kind: KindName, item: Item, index: number): string {
  const name = fieldOf(item.raw, keyField(kind)) ?? fieldOf(item.raw, 'pk')
  const shown = typeof name === 'string' || typeof name === 'number' ? JSON.stringify(name) : null
  return `${kind} ${shown ?? `number ${index + 1}`}`
}

function skipReason(kind: KindName, item: Item): string | null {
  if (kind === 'outpost') {
    const type = fieldOf(item.raw, 'type')
    return typeof type === 'string' && type !== 'proxy' ? `An outpost of type "${type}"` : null
  }
  if (kind !== 'binding') return null
  const target = fieldOf(item.raw, 'target')
  const isOurs = typeof target !== 'string' || item.references.application.has(target)
  return isOurs ? null : 'It binds something else than an application'
}

/** A reader of one element that also resolves references. */
class Item extends FieldReader {
  readonly raw: Fields
  readonly references: References

  constructor(raw: Fields, references: References) {
    super(raw)
    this.raw = raw
    this.references = references
  }

  /** Key in the database; null where there is none. */
  pk(kind: KindName): string | null {
    const value = fieldOf(this.raw, 'pk')
    if (kind === 'provider') return typeof value === 'number' ? String(value) : null
    return typeof value === 'string' && value !== '' ? value : null
  }

  /** The name of what `name` refers to; null where it refers to nothing. */
  reference(name: string, to: keyof References): string | null {
    const value = fieldOf(this.raw, name)
    if (value === null || value === '') return null
    const found = this.references[to].get(keyText(value))
    if (found === undefined) this.fault(name, `one that is not among the ${to}s`)
    return found ?? null
  }

  /** The elements of a list of any form; a fault where there is no list. */
  listed(name: string): readonly unknown[] {
    const value = fieldOf(this.raw, name)
    if (Array.isArray(value)) return value
    this.fault(name, 'no list')
    return []
  }

  /** A text inside of an object that authentik puts beside the key. */
  beside(name: string, part: string): string | null {
    const value = fieldOf(this.raw, name)
    const text = isFields(value) ? fieldOf(value, part) : null
    return typeof text === 'string' && text !== '' ? text : null
  }

  /** Attributes of the plain forms, by the table of the kind; `but` is read by hand. */
  plain(kind: KindName, but = ''): Record<string, unknown> {
    const read: Record<string, unknown> = {}
    for (const [name, { form, usual }] of Object.entries(kinds[kind].attributes)) {
      if (fieldOf(this.raw, name) === null && usual !== '') continue
      const value = name === but ? undefined : this.#value(name, form)
      if (value !== undefined) read[name] = value
    }
    return read
  }

  /** A value of a plain form; undefined for references, which each kind reads by hand. */
  #value(name: string, form: Form): unknown {
    switch (form) {
      case 'text':
        return this.text(name, { fallback: '' })
      case 'lines':
        return this.text(name, { fallback: '', lengthMax: linesLengthMax })
      case 'flag':
        return this.flag(name, false)
      case 'number':
        return this.number(name)
      case 'mapping':
        return this.fields(name)
      case 'validity':
        return this.#validity(name)
      default:
        return undefined
    }
  }

  #validity(name: string): string {
    const text = this.text(name)
    if (validityMs(text) === null) this.fault(name, 'no duration, wanted one such as "days=7"')
    return text
  }
}

/** One reader for each kind: plain attributes by table, references by hand. */
const readers: Readonly<Record<KindName, (item: Item) => Attributes>> = {
  group: (item) => {
    const parents = fieldOf(item.raw, 'parents')
    // Newer versions have `parents`, a list, where older ones have `parent`.
    const pks = parents === null ? [fieldOf(item.raw, 'parent')] : item.listed('parents')
    return { ...item.plain('group'), parents: named(item, pks, 'group') }
  },
  policy: (item) => item.plain('policy'),
  provider: (item) => {
    item.filled('external_host')
    return {
      ...item.plain('provider'),
      authentication_flow: item.reference('authentication_flow', 'flow'),
      authorization_flow: item.reference('authorization_flow', 'flow'),
      invalidation_flow: item.reference('invalidation_flow', 'flow'),
    }
  },
  application: (item) => ({ ...item.plain('application'), provider: providerOf(item) }),
  binding: (item) => ({
    ...item.plain('binding'),
    application: item.reference('target', 'application'),
    group: item.reference('group', 'group'),
    policy: policyOf(item),
    user: userOf(item),
  }),
  outpost: (item) => ({
    ...item.plain('outpost', 'managed'),
    managed: item.text('managed', { fallback: '' }) !== '',
    providers: named(item, item.listed('providers'), 'provider'),
    service_connection:
      item.beside('service_connection_obj', 'name') ?? orNull(item, 'service_connection'),
  }),
}

/** A key that stands for a name where authentik gives no name. */
function orNull(item: Item, name: string): string | null {
  const text = item.text(name, { fallback: '' })
  return text === '' ? null : text
}

/** Names of what a list of keys refers to. */
function named(item: Item, pks: readonly unknown[], to: keyof References): readonly string[] {
  return pks.flatMap((pk) => {
    if (pk === null) return []
    const name = item.references[to].get(keyText(pk))
    if (name === undefined) item.fault(`${to}s`, `a list with one that is not among the ${to}s`)
    return name === undefined ? [] : [name]
  })
}

/** Providers of other protocols are not read; the application says what its own is called. */
function providerOf(item: Item): string | null {
  const pk = fieldOf(item.raw, 'provider')
  if (pk === null) return null
  const name = item.references.provider.get(keyText(pk)) ?? item.beside('provider_obj', 'name')
  if (name === null) item.fault('provider', 'one that is not among the providers and has no name')
  return name
}

/** Policies of other kinds are not read; the binding says what its own is called. */
function policyOf(item: Item): string | null {
  const pk = fieldOf(item.raw, 'policy')
  if (pk === null) return null
  const name = item.references.policy.get(keyText(pk)) ?? item.beside('policy_obj', 'name')
  if (name === null) item.fault('policy', 'one that is not among the policies and has no name')
  return name
}

function userOf(item: Item): string | null {
  if (fieldOf(item.raw, 'user') === null) return null
  const name = item.beside('user_obj', 'username')
  if (name === null) item.fault('user_obj', 'missing, wanted the user of the binding')
  return name
}
