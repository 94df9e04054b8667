// Doors that come and go while a watch runs, beside those of its configuration: what is new, and what is gone.
import { isDeepStrictEqual } from 'node:util'
import type { WatchConfig } from '../config.ts'
import type { Door } from '../door.ts'
import { type DoorCheck, doorChecks } from '../plan/plan.ts'

/** What changed. */
export interface DoorChange {
  readonly added: readonly DoorCheck[]
  readonly gone: readonly DoorCheck[]
}

/** Holds the doors of now. Those of the configuration count before any other of the same id. */
export class LiveDoors {
  readonly #config: WatchConfig
  readonly #own: ReadonlySet<string>
  #checks = new Map<string, DoorCheck>()

  constructor(config: WatchConfig) {
    this.#config = config
    this.#own = new Set(config.doors.map(({ id }) => id))
  }

  /** Takes `doors` in place of those before; one that stays as it is goes on undisturbed. */
  replace(doors: readonly Door[]): DoorChange {
    const own = doors.filter(({ id }) => !this.#own.has(id))
    const next = new Map(
      doorChecks({ ...this.#config, doors: own }).map((check) => [check.id, check] as const),
    )
    const isSame = ({ door, id }: DoorCheck): boolean =>
      isDeepStrictEqual(this.#checks.get(id)?.door, door)
    const gone = [...this.#checks.values()].filter(({ door, id }) => {
      const after = next.get(id)
      return after === undefined || !isDeepStrictEqual(after.door, door)
    })
    const added = [...next.values()].filter((check) => !isSame(check))
    for (const { id } of gone) this.#checks.delete(id)
    for (const check of added) this.#checks.set(check.id, check)
    return { added, gone }
  }

  /** Checks in force. */
  checks(): readonly DoorCheck[] {
    return [...this.#checks.values()]
  }

  /** False for a check whose door is gone, or is another one by now. */
  isInForce(check: DoorCheck): boolean {
    return this.#own.has(check.door.id) || this.#checks.get(check.id) === check
  }

  /** Every door that is tried. */
  doors(): readonly Door[] {
    return [...this.#config.doors, ...new Set(this.checks().map(({ door }) => door))]
  }
}
