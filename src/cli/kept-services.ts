// The last good word of a cluster in the data directory: written a moment after a change, read once at a start.
import { join } from 'node:path'
import { type KeptDoors, keptDoorsText, readKeptDoors } from '../config.ts'
import type { KubernetesSource } from '../estate.ts'
import { formatDuration } from '../std/units.ts'
import type { Cancel, Clock } from '../world/clock.ts'
import type { Files } from '../world/files.ts'
import type { Log } from '../world/log.ts'

/** Its file. */
const fileName = 'kubernetes-services.json'
/** Changes within this time are written once. */
const settleMs = 2000

/** What it needs. */
interface KeptWorld {
  readonly clock: Clock
  readonly files: Files
  readonly log: Log
}

/** Holds what is to be written. Nothing of it throws: a disk that is full costs the next start, not this gate. */
export class KeptServices {
  readonly #world: KeptWorld
  readonly #directory: string
  #waiting: { readonly kept: KeptDoors; readonly source: KubernetesSource } | null = null
  #pending: Cancel | null = null
  #isFaulty = false

  constructor(world: KeptWorld, dataDir: string) {
    this.#world = world
    this.#directory = dataDir
  }

  get #file(): string {
    return join(this.#directory, fileName)
  }

  /** The doors of the last good word about `source`; null: none that can be used, which is said. */
  read(source: KubernetesSource): KeptDoors | null {
    const { clock, files, log } = this.#world
    const path = this.#file
    if (!files.exists(path)) return null
    const content = files.readText(path)
    const kept = content.ok ? readKeptDoors(content.value, source) : null
    if (kept?.ok === true) {
      const ageMs = Math.max(0, clock.now() - kept.value.at)
      const { doors } = kept.value
      const age = formatDuration(Math.round(ageMs / 1000) * 1000)
      log.write('warn', 'kubernetes-kept', { path, doors: doors.length, age, age_ms: ageMs })
      return kept.value
    }
    const isOther = kept !== null && kept.error.kind === 'other-source'
    const detail = content.ok ? (kept?.error.detail ?? '') : content.error.code
    if (isOther) log.write('info', 'kubernetes-kept-of-another', { path, detail })
    else log.write('error', 'kubernetes-kept-damaged', { path, detail })
    return null
  }

  /** Writes this soon. */
  write(kept: KeptDoors, source: KubernetesSource): void {
    this.#waiting = { kept, source }
    this.#pending ??= this.#world.clock.after(settleMs, () => this.flush())
  }

  /** Writes what is waiting, now. */
  flush(): void {
    this.#pending?.()
    this.#pending = null
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting === null) return
    const { files, log } = this.#world
    const { leftOut, text } = keptDoorsText(waiting.kept, waiting.source)
    const made = files.ensureDirectory(this.#directory, 0o700)
    const written = made.ok ? files.writeAtomic(this.#file, text, 0o600) : made
    if (!written.ok && !this.#isFaulty)
      log.write('error', 'kubernetes-not-kept', { path: this.#file, code: written.error.code })
    if (leftOut.length > 0)
      log.write('warn', 'kubernetes-kept-in-part', {
        hosts: leftOut.slice(0, 20),
        left_out: leftOut.length,
      })
    this.#isFaulty = !written.ok
  }
}
