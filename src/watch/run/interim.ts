// The core in its plainest form: a verdict, and no incidents.
import type { WatchCore } from '../core.ts'
import { createLocator } from '../locate/locate.ts'
import type { Verdict } from '../locate/verdict.ts'
import type { ProbePlan } from '../plan/plan.ts'

/** A core that locates and opens no incident. */
export function verdictCore({ matrix }: Pick<ProbePlan, 'matrix'>): WatchCore {
  const locator = createLocator(matrix)
  let verdict: Verdict = {
    kind: 'healthy',
    leader: { elements: [], probability: 1 },
    runnerUp: null,
    because: [],
    discriminating: null,
    masked: [],
  }
  return {
    take: (input) => {
      if (input.kind === 'round') verdict = locator.take(input.round)
      return []
    },
    verdict: () => verdict,
    incidents: () => [],
  }
}
