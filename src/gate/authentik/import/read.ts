// What an import reads of a live authentik: applications, proxy providers, bindings, groups, outposts.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { ApiFault, AuthentikApi } from '../../../world/authentik-api.ts'
import { FieldReader, type Fields, fieldOf, isFields } from '../../../std/fields.ts'

/** An application and the provider that it belongs to. */
export interface SourceApplication {
  readonly pk: string
  readonly name: string
  readonly slug: string
  /** Null for an application without a provider of its own. */
  readonly provider: number | null
  readonly engineMode: string
}

/** A proxy provider. */
export interface SourceProvider {
  readonly pk: number
  readonly name: string
  readonly mode: string
  readonly externalHost: string
  readonly cookieDomain: string
  readonly skipPathRegex: string
}

/** Who a binding is about; `nothing` for one that names nobody, which lets nobody in. */
export type BindingSubject =
  | { readonly kind: 'group'; readonly pk: string }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'policy'; readonly name: string }
  | { readonly kind: 'nothing' }

/** A binding of anything; those of applications have their `pk` as target. */
export interface SourceBinding {
  readonly target: string
  readonly subject: BindingSubject
  readonly negate: boolean
  readonly enabled: boolean
  readonly order: number
}

/** A group and the groups that it is part of. */
export interface SourceGroup {
  readonly pk: string
  readonly name: string
  readonly parents: readonly string[]
}

/** An outpost of the kind "proxy". */
export interface SourceOutpost {
  readonly name: string
  readonly providers: readonly number[]
}

/** All that was read. */
export interface Source {
  readonly applications: readonly SourceApplication[]
  readonly providers: readonly SourceProvider[]
  readonly bindings: readonly SourceBinding[]
  readonly groups: readonly SourceGroup[]
  readonly outposts: readonly SourceOutpost[]
}

/** The whole reading is given up after this long, whatever each call may take. */
const readingTimeoutMs = 120_000
const patternsLengthMax = 1024 * 1024

/**
 * Reads everything or nothing: an estate that lacks one binding would be another one. The error is a
 * sentence without secrets.
 */
export async function readSource(api: AuthentikApi, clock: Clock): Promise<Result<Source, string>> {
  const begun = clock.monotonic()
  const mayGoOn = (): boolean => clock.monotonic() - begun < readingTimeoutMs
  const faults: string[] = []
  const list = async <T>(path: string, read: (reader: Item) => T): Promise<readonly T[]> => {
    if (faults.length > 0) return []
    const elements = await api.list(path, mayGoOn)
    if (!elements.ok) {
      faults.push(sentence(elements.error))
      return []
    }
    return elements.value.map((element) => {
      const item = new Item(isFields(element) ? element : {})
      const value = read(item)
      faults.push(...item.faults.map((fault) => `In "${path}": ${fault}`))
      return value
    })
  }
  // Without it the list holds what the person of the token may use, which is not all there is.
  const applications = await list('core/applications/?superuser_full_list=true', readApplication)
  const providers = await list('providers/proxy/', readProvider)
  const bindings = await list('policies/bindings/', readBinding)
  const groups = await list('core/groups/?include_users=false', readGroup)
  const outposts = await list('outposts/instances/', readOutpost)
  const [first] = faults
  if (first !== undefined) return err(first)
  return ok({
    ...{ applications, providers, bindings, groups },
    outposts: outposts.filter((outpost) => outpost !== null),
  })
}

function sentence({ kind, status, detail }: ApiFault): string {
  return kind === 'status' && (status === 401 || status === 403)
    ? `${detail}: the token is not one of a person who may read everything (an outpost has one that may not)`
    : detail
}

/** A reader of one element that also knows fields which may be null. */
class Item extends FieldReader {
  readonly raw: Fields

  constructor(raw: Fields) {
    super(raw)
    this.raw = raw
  }

  /** A text that is there and not empty, or null. */
  maybeText(name: string): string | null {
    const value = fieldOf(this.raw, name)
    return value === null || value === '' ? null : this.text(name)
  }
}

function readApplication(item: Item): SourceApplication {
  return {
    pk: item.filled('pk'),
    name: item.text('name'),
    slug: item.filled('slug'),
    provider: fieldOf(item.raw, 'provider') === null ? null : item.number('provider'),
    engineMode: item.text('policy_engine_mode', { fallback: 'any' }),
  }
}

function readProvider(item: Item): SourceProvider {
  return {
    pk: item.number('pk'),
    name: item.filled('name'),
    mode: item.text('mode', { fallback: 'proxy' }),
    externalHost: item.filled('external_host'),
    cookieDomain: item.text('cookie_domain', { fallback: '' }),
    skipPathRegex: item.text('skip_path_regex', { fallback: '', lengthMax: patternsLengthMax }),
  }
}

function readBinding(item: Item): SourceBinding {
  return {
    target: item.filled('target'),
    subject: readSubject(item),
    negate: item.flag('negate', false),
    enabled: item.flag('enabled', true),
    order: item.number('order', 0),
  }
}

function readSubject(item: Item): BindingSubject {
  const policy = item.maybeText('policy')
  if (policy !== null) return { kind: 'policy', name: nested(item, 'policy_obj', 'name') ?? policy }
  const group = item.maybeText('group')
  if (group !== null) return { kind: 'group', pk: group }
  if (fieldOf(item.raw, 'user') === null) return { kind: 'nothing' }
  const name = nested(item, 'user_obj', 'username')
  if (name === null) item.fault('user_obj', 'missing, wanted the user of the binding')
  return { kind: 'user', name: name ?? '' }
}

function nested(item: Item, name: string, part: string): string | null {
  const value = fieldOf(item.raw, name)
  const text = isFields(value) ? fieldOf(value, part) : null
  return typeof text === 'string' && text !== '' ? text : null
}

/** Newer versions have `parents`, a list, where older ones have `parent`. */
function readGroup(item: Item): SourceGroup {
  const several = fieldOf(item.raw, 'parents')
  const one = item.maybeText('parent')
  return {
    pk: item.filled('pk'),
    name: item.filled('name'),
    parents: several === null ? (one === null ? [] : [one]) : item.texts('parents'),
  }
}

function readOutpost(item: Item): SourceOutpost | null {
  const name = item.filled('name')
  if (item.text('type', { fallback: 'proxy' }) !== 'proxy') return null
  const providers = fieldOf(item.raw, 'providers')
  const numbers = Array.isArray(providers)
    ? providers.filter((pk): pk is number => typeof pk === 'number')
    : []
  if (!Array.isArray(providers) || numbers.length !== providers.length)
    item.fault('providers', 'not a list of numbers')
  return { name, providers: numbers }
}
