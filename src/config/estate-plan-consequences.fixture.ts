// One difference between two declarations, and every sentence of what it would do: the house and how it is told.
import { planBetween, planText } from '../estate-check.ts'
import type { RuleExample } from '../estate.ts'
import { estateOf } from './estate.fixture.ts'

/** A small house, to be changed. */
export interface House {
  readonly services: Record<string, unknown>[]
  readonly estate: {
    readonly storage: { readonly volumes: Record<string, unknown>[] }
    readonly monitoring: {
      readonly alerts: Record<string, unknown>[]
      readonly guards: Record<string, unknown>[]
      readonly monitors: Record<string, unknown>
    }
  }
}

/** A host behind the gate, one with a sign-in of its own, one with an open part, a memory disk that probes fill. */
function house(): House {
  return {
    services: [
      { host: 'a.example.com', groups: ['staff'], monitor: { interval: '1m' } },
      { host: 'b.example.com', auth: 'app', reason: 'Has its own sign-in' },
      {
        host: 'c.example.com',
        paths: [{ path: '/hook/**', auth: 'none', reason: 'Senders sign' }],
      },
    ],
    estate: {
      storage: {
        volumes: [
          {
            ...{ name: 'shm', medium: 'memory', size: '64MiB', retention: '7d', holds: 'sessions' },
            ...{ probed: true, rate: '0.1/min' },
          },
        ],
      },
      monitoring: {
        alerts: ['dns', 'edge', 'ingress', 'gate_new', 'gate_check', 'idp'].map((layer) => ({
          name: `Down_${layer}`,
          layer,
        })),
        guards: [{ host: 'c.example.com', path: '/hook' }],
        monitors: { accepts: '302' },
      },
    },
  }
}

/** One change of it. */
export type Change = (after: House) => void

/** The text of a plan below its sum: what would come of the differences. */
export function consequences(change: Change, turned = false): readonly string[] {
  const after = house()
  change(after)
  const [one, other] = [house(), after].map((declared) =>
    estateOf(declared as unknown as RuleExample, { withRules: false }),
  )
  if (one === undefined || other === undefined) return []
  const text = planText(turned ? planBetween(other, one) : planBetween(one, other))
  const lines = text.trimEnd().split('\n')
  return lines.slice(lines.findIndex((line) => line.startsWith('Plan: ')) + 1)
}

/** A service by its place. */
export const service = (it: House, at: number): Record<string, unknown> => it.services[at] ?? {}

/** A change, and all that comes of it. */
export interface Row {
  readonly what: string
  readonly change: Change
  readonly lines: readonly string[]
}
