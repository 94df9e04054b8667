// What anybody may be told of how the estate is: made by a watch, shown by the gate, neither knows the other.
import type { Hostname } from './host.ts'

/**
 * `works` strangers are served as they should be · `partly` one of several replicas fails · `broken` for
 * everyone · `blind` nothing can be seen at the moment.
 */
export type PublicState = 'works' | 'partly' | 'broken' | 'blind'

/** How one part is, and since when. */
export interface PublicStanding {
  readonly state: PublicState
  /** Epoch ms of the first symptom; null where nothing fails. */
  readonly since: number | null
}

/** The verdict without anything that is not everybody's: no names, no addresses, no probes. */
export interface PublicVerdict extends PublicStanding {
  /** Epoch ms of the newest round behind it. */
  readonly at: number
  /** What is broken: signing in, or the way to everything; null where nothing is. */
  readonly part: 'sign-in' | 'way' | null
  /** True when whoever runs the estate has been told. */
  readonly isKnown: boolean
  /** How one host is by itself; null where it was not tried. */
  host(host: Hostname): PublicStanding | null
}
