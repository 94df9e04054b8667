// The figures that locating rests on, each with what it means. Probabilities unless said otherwise.

/** How an element is broken, and the share of the requests through it that fail. */
export const modes = ['hard', 'half', 'third', 'flapping'] as const

/** One of {@link modes}. `flapping` is up for one round and down for another, as a whole. */
export type Mode = (typeof modes)[number]

/** What {@link locate} assumes (study, section 4.5, where nothing else is said). */
export interface LocateParameters {
  /** ε: a probe fails though nothing on its way is broken. */
  readonly noise: number
  /** A probe passes though it goes through a broken element. */
  readonly miss: number
  /** An element breaks in a given round; the study's 1e-4 is for its window of five. */
  readonly single: number
  /** Another element breaks in a round while one is broken. */
  readonly second: number
  /** Two elements break in one round. */
  readonly pair: number
  /** Gate for new and for known visitors break in one round: they are one process. */
  readonly wholeGate: number
  /** A call is made at or above this posterior. */
  readonly call: number
  /**
   * "Nothing is broken" is at most this likely at a call, unless what failed is what the leader says, no probe
   * more and none less: a burst comes to look like some layer in a hundred ways, but seldom like one exactly.
   */
  readonly chance: number
  /** Some probes begin to fail together in a round for no reason of any layer: the prober's own trouble. */
  readonly hiccup: number
  /** A hiccup goes on for another round. */
  readonly hiccupGoesOn: number
  /** One probe has trouble of its own (its target, its route) that starts in a given round. */
  readonly probeTrouble: number
  /** Share of each mode among faults. */
  readonly modeShare: Readonly<Record<Mode, number>>
  /** A fault of the mode ends in a given round. */
  readonly recovery: Readonly<Record<Mode, number>>
  /** A fault takes on another mode in a given round. */
  readonly change: number
}

/** Rounds that trouble of one probe lasts at most: what lasts longer is a fault of an element. */
export const probeTroubleRounds = 4

/** Rounds that failures must be spread over before a call: what one round shows, a glitch can show. */
export const roundsForCall = 2

/** Rounds that the control probe must pass, and none that it fails, for the prober to be out of question. */
export const sightedRounds = 3

/** Rounds that reasons are counted over. */
export const windowRounds = 5

/** Elements below a layer (replicas, services) that are taken into pairs, most suspected first. */
export const pairedPartsMax = 6

/** The parameters of the study, and those that its caveats ask for. */
export const studyParameters: LocateParameters = {
  noise: 0.005,
  miss: 0.05,
  single: 2e-5,
  second: 2e-5,
  pair: 2e-9,
  wholeGate: 2e-6,
  call: 0.99,
  chance: 2e-4,
  hiccup: 0.005,
  hiccupGoesOn: 0.4,
  probeTrouble: 1e-3,
  modeShare: { hard: 0.91, half: 0.03, third: 0.03, flapping: 0.03 },
  recovery: { hard: 0.02, half: 0.005, third: 0.005, flapping: 0.002 },
  change: 0.01,
}

/** Share of the requests through an element in a mode that fail; `flapping` while it is down. */
export function failingShare(mode: Mode, parameters: LocateParameters): number {
  if (mode === 'half') return 0.5
  if (mode === 'third') return 1 / 3
  return 1 - parameters.miss
}
