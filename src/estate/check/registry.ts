// Every rule about the estate, in the order of the reference page: a new one is one file and one line here.
import type { EstateRule } from './rule.ts'
import { networksOverlap } from './rules/networks-overlap.ts'
import { storeOverflows } from './rules/store-overflows.ts'

/** All rules. */
export const estateRules: readonly EstateRule[] = [networksOverlap, storeOverflows]
