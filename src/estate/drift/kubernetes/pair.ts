// A declared and a live value side by side: what nobody declared is left out, what means the same is made equal. Pure.
import { type Fields, isFields } from '../../../std/fields.ts'

/** The two values, of which only what differs differs. */
export interface Pair {
  readonly declared: unknown
  readonly live: unknown
}

/** Names whose texts are quantities: `1024Mi` is `1Gi`, `1000m` is `1`. */
const quantityHolders: ReadonlySet<string> = new Set([
  ...['requests', 'limits', 'hard', 'default', 'defaultRequest', 'min', 'max', 'capacity'],
])
const quantityNames: ReadonlySet<string> = new Set(['sizeLimit', 'storage', 'cpu', 'memory'])

/** Where false is left out by the API server, and means the same as nothing. */
const falseByDefault: ReadonlySet<string> = new Set(['globalDefault'])

/** Deepest object that is looked into; below, values are compared whole. */
const depthMax = 40

/**
 * Pairs two values. Of a mapping only declared keys count: defaults of the server and what others add are no
 * difference. Of a list every element counts, since an entry more opens as much as a changed one; elements
 * with names are paired by them, others by their place.
 */
export function paired(declared: unknown, live: unknown, path: readonly string[] = []): Pair {
  if (path.length > depthMax) return { declared, live }
  if (isFields(declared) && isFields(live)) return pairedFields(declared, live, path)
  if (isListOfFields(declared) && isListOfFields(live) && declared.length > 0)
    return pairedLists(declared, live, path)
  const now = live ?? undefined
  const isSame =
    now === undefined ? isEmpty(declared, path.at(-1)) : sameQuantity(declared, now, path)
  return { declared, live: isSame ? declared : now }
}

function pairedFields(declared: Fields, live: Fields, path: readonly string[]): Pair {
  const pairs = Object.entries(declared).map(([name, value]) => {
    const there = Object.hasOwn(live, name) ? live[name] : undefined
    return [name, paired(value, there, [...path, name])] as const
  })
  return sides(pairs)
}

function sides(pairs: readonly (readonly [string, Pair])[]): Pair {
  return {
    declared: Object.fromEntries(pairs.map(([name, { declared }]) => [name, declared])),
    live: Object.fromEntries(pairs.map(([name, { live }]) => [name, live])),
  }
}

function pairedLists(
  declared: readonly Fields[],
  live: readonly Fields[],
  path: readonly string[],
): Pair {
  const isNamed = hasNames(declared) && hasNames(live)
  const keyed = (list: readonly Fields[]): ReadonlyMap<string, Fields> =>
    new Map(list.map((one, i) => [isNamed ? String(one['name']) : String(i), one]))
  const [wanted, there] = [keyed(declared), keyed(live)]
  const keys = [...new Set([...wanted.keys(), ...there.keys()])]
  return sides(
    keys.map((key) => {
      const value = wanted.get(key)
      const now = there.get(key)
      return [
        key,
        value === undefined || now === undefined
          ? { declared: value, live: now }
          : paired(value, now, [...path, key]),
      ] as const
    }),
  )
}

function isListOfFields(value: unknown): value is readonly Fields[] {
  return Array.isArray(value) && value.every(isFields)
}

/** Every element has a name that no other has. */
function hasNames(list: readonly Fields[]): boolean {
  const names = new Set(list.map(({ name }) => name).filter((name) => typeof name === 'string'))
  return names.size === list.length
}

/** What the API server leaves out because it holds nothing. */
function isEmpty(value: unknown, name: string | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isFields(value)) return Object.keys(value).length === 0
  return value === false && name !== undefined && falseByDefault.has(name)
}

function sameQuantity(declared: unknown, live: unknown, path: readonly string[]): boolean {
  const [holder, name] = [path.at(-2) ?? '', path.at(-1) ?? '']
  if (!quantityHolders.has(holder) && !quantityNames.has(name)) return false
  const wanted = quantityOf(declared)
  return wanted !== null && wanted === quantityOf(live)
}

const units: Readonly<Record<string, number>> = {
  ...{ '': 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
}

/** A quantity of Kubernetes as a number; null for what is none. */
export function quantityOf(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const match = /^([+-]?\d{1,30}(?:\.\d{1,30})?)(?:([eE][+-]?\d{1,2})|([numkMGTPE]i?|Ki))?$/.exec(
    String(value),
  )
  if (match === null) return null
  const [, amount = '', exponent = '', unit = ''] = match
  const factor = units[unit]
  // Three digits behind the point are all that the API server keeps of a milli.
  return factor === undefined
    ? null
    : Number((Number(`${amount}${exponent}`) * factor).toPrecision(15))
}
