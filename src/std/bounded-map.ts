// A map that cannot outgrow its bound: least recently used entries leave first.

/** Called for each entry that leaves because the map was full. */
export type Evicted<K, V> = (key: K, value: V) => void

/** Map with at most `entriesMax` entries; `get` refreshes an entry's turn, `peek` does not. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #entriesMax: number
  readonly #evicted: Evicted<K, V> | undefined

  constructor(entriesMax: number, evicted?: Evicted<K, V>) {
    this.#entriesMax = Math.max(1, entriesMax)
    this.#evicted = evicted
  }

  get size(): number {
    return this.#entries.size
  }

  get entriesMax(): number {
    return this.#entriesMax
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  peek(key: K): V | undefined {
    return this.#entries.get(key)
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#entriesMax) return
    const oldest = this.#entries.entries().next()
    if (oldest.done === true) return
    this.#entries.delete(oldest.value[0])
    this.#evicted?.(oldest.value[0], oldest.value[1])
  }

  delete(key: K): boolean {
    return this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries()
  }
}
