// What is different between two declarations, as Terraform would say it: created, changed, destroyed. Pure.

/** One attribute of a thing that is other. */
export interface AttributeChange {
  /** Below the thing: `facts.monitor.interval`. */
  readonly path: string
  /** Undefined: was not there. */
  readonly before: unknown
  /** Undefined: is not there any more. */
  readonly after: unknown
}

/** One thing that is not the same in both. */
export interface Difference {
  readonly action: 'create' | 'update' | 'delete'
  /** `service["grafana.example.com"]`, `storage.volumes["outpost-shm"]`. */
  readonly address: string
  /** For a thing that is created or deleted: all that it has. */
  readonly attributes: readonly AttributeChange[]
}

/** A thing with its address. */
export interface Addressed {
  readonly address: string
  readonly value: unknown
}

/** Differences between two sets of things, in the order of `before`, then what is new in that of `after`. */
export function differences(
  before: readonly Addressed[],
  after: readonly Addressed[],
): readonly Difference[] {
  const next = new Map(after.map(({ address, value }) => [address, value]))
  const known = new Set(before.map(({ address }) => address))
  const changed = before.flatMap(({ address, value }): Difference[] => {
    if (!next.has(address)) {
      const attributes = attributesOf(value, '').map((gone) => ({ ...gone, after: undefined }))
      return [{ action: 'delete', address, attributes }]
    }
    const attributes = attributeChanges(value, next.get(address), '')
    return attributes.length === 0 ? [] : [{ action: 'update', address, attributes }]
  })
  const created = after
    .filter(({ address }) => !known.has(address))
    .map(({ address, value }): Difference => {
      const attributes = attributesOf(value, '').map(({ before: now, path }) => ({
        ...{ path, before: undefined },
        after: now,
      }))
      return { action: 'create', address, attributes }
    })
  return [...changed, ...created]
}

/** The leaves in which two values differ. Lists of plain values are compared whole. */
function attributeChanges(before: unknown, after: unknown, path: string): AttributeChange[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
    return keys.flatMap((key) => attributeChanges(before[key], after[key], join(path, key)))
  }
  return sameValue(before, after) ? [] : [{ path, before, after }]
}

/** Every leaf of a value, as `before` of a change. Empty lists and what is not there are left out. */
function attributesOf(value: unknown, path: string): AttributeChange[] {
  if (isMapping(value))
    return Object.keys(value)
      .toSorted()
      .flatMap((key) => attributesOf(value[key], join(path, key)))
  const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0)
  return isEmpty ? [] : [{ path, before: value, after: undefined }]
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equal as data: the order of keys does not matter, that of lists does. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  if (isMapping(a) && isMapping(b)) {
    const keys = Object.keys(a).filter((key) => a[key] !== undefined)
    const others = Object.keys(b).filter((key) => b[key] !== undefined)
    return keys.length === others.length && keys.every((key) => sameValue(a[key], b[key]))
  }
  return Object.is(a, b)
}
