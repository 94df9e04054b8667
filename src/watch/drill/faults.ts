// Which request is struck by which fault, at which time.
import type { ElementId } from '../../model/layer.ts'
import { layerOf } from '../../model/layer.ts'
import { type AnswerKind, usualAnswers } from './answers.ts'
import type { Dice } from './dice.ts'
import type { Fault } from './scenario.ts'

/** Who asks. */
export interface Asker {
  readonly signedIn: boolean
  readonly isIpv6: boolean
  readonly isMachine: boolean
  /** Who is let through without a session: no fault for new visitors hits them. */
  readonly isExempt: boolean
  readonly host: string
}

/** A stranger with a browser, over IPv4. */
export const stranger: Omit<Asker, 'host'> = {
  signedIn: false,
  isIpv6: false,
  isMachine: false,
  isExempt: false,
}

/** The faults of a drill, asked time after time. */
export class Faults {
  readonly #faults: readonly Fault[]
  readonly #dice: Dice
  /** Stores that are full now, by name. */
  readonly #full = new Set<string>()

  constructor(faults: readonly Fault[], dice: Dice) {
    this.#faults = faults
    this.#dice = dice
  }

  /** Says whether a store takes anything more. */
  storeIs(name: string, isFull: boolean): void {
    if (isFull) this.#full.add(name)
    else this.#full.delete(name)
  }

  /**
   * What is answered in place of going on through `elements` (a layer, and its replica that was chosen)
   * at `at` ms from the start; null: it goes on. Draws for partial faults, once for each request.
   */
  strike(elements: readonly ElementId[], asker: Asker, at: number): AnswerKind | null {
    for (const fault of this.#faults) {
      const hits =
        elements.includes(fault.element) &&
        this.#isOn(fault, at) &&
        concerns(fault, asker) &&
        (fault.mode !== 'partial' || this.#dice.hits(fault.share / 100))
      if (hits) return fault.answer ?? usualAnswers[layerOf(fault.element)]
    }
    return null
  }

  /** The same for somebody who is not on the way: draws nothing, a partial fault counts as whole. */
  peek(elements: readonly ElementId[], asker: Asker, at: number): AnswerKind | null {
    const fault = this.#faults.find(
      (one) => elements.includes(one.element) && this.#isOn(one, at) && concerns(one, asker),
    )
    return fault === undefined ? null : (fault.answer ?? usualAnswers[layerOf(fault.element)])
  }

  /** Whether anything at all is broken at that time. */
  isAnyOn(at: number): boolean {
    return this.#faults.some((fault) => this.#isOn(fault, at))
  }

  #isOn(fault: Fault, at: number): boolean {
    if (at < fault.from || (fault.to !== undefined && at >= fault.to)) return false
    if (fault.mode === 'slow-fill') return this.#full.has(fault.store ?? '')
    if (fault.mode !== 'flapping') return true
    return (at - fault.from) % (fault.down + fault.up) < fault.down
  }
}

function concerns({ clients, doors }: Fault, asker: Asker): boolean {
  if (doors !== undefined && !doors.includes(asker.host)) return false
  switch (clients) {
    case 'new':
      return !asker.signedIn && !asker.isExempt
    case 'sessions':
      return asker.signedIn && !asker.isMachine
    case 'machines':
      return asker.isMachine
    case 'ipv6':
      return asker.isIpv6
    default:
      return true
  }
}
