// Whether the session store works: counted, and logged once for each change, not for each failure.
import type { Log } from '../../world/log.ts'
import type { StoreFault } from './store.ts'

/** Reading and writing fail separately: a full disk can still be read. */
export type StoreSide = 'read' | 'write'

/** Keeps count of store operations. */
export class StoreHealth {
  readonly #log: Log
  readonly #works = { read: true, write: true }
  faults = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** False from the first failed operation of either side until one of that side succeeds. */
  get works(): boolean {
    return this.#works.read && this.#works.write
  }

  get writes(): boolean {
    return this.#works.write
  }

  failed(side: StoreSide, fault: StoreFault): void {
    this.faults++
    if (!this.#works[side]) return
    this.#works[side] = false
    this.#log.write('error', 'session-store-fault', { side, ...fault })
  }

  succeeded(side: StoreSide): void {
    if (this.#works[side]) return
    this.#works[side] = true
    this.#log.write('info', 'session-store-works', { side })
  }
}
