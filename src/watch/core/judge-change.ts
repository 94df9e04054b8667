// What the evidence says about a change: exonerated, consistent with what broke, or unknown.
import { type ElementId, layerTitles, layerOf } from '../../model/layer.ts'
import type { ProbeSeen } from '../incident/evidence.ts'
import type { Change, ChangeJudgement } from '../incident/incident.ts'
import { familyOf } from './families.ts'

/** Changes this long before the first symptom are looked at. */
export const lookBackMs = 72 * 3_600_000

/** What a change is held against. */
export interface Facts {
  /** Elements that are blamed, and those of the stores behind them. */
  readonly blamed: readonly ElementId[]
  readonly firstSymptomAt: number
  /** Latest that the first symptom may have been. */
  readonly symptomTo: number
  /** Every probe as it was when the verdict was reached. */
  readonly probes: readonly ProbeSeen[]
  /** True where a location stands behind it: without one no probe exonerates anything. */
  readonly isLocated: boolean
}

/** Judges one change. */
export function judgeChange(change: Change, facts: Facts): ChangeJudgement {
  const { at, touches } = change
  const proof = facts.isLocated ? exoneration(touches, facts.probes) : null
  if (at > facts.symptomTo) {
    const late = `It came ${spanText(at - facts.firstSymptomAt)} after the first symptom`
    return { change, judgement: 'exonerated', why: proof === null ? late : `${late}; ${proof}` }
  }
  if (touches.length === 0)
    return { change, judgement: 'unknown', why: 'Nothing is known of what it touches' }
  const shared = facts.blamed.filter((blamed) =>
    touches.some((touched) => familyOf(blamed) === familyOf(touched)),
  )
  if (shared.length > 0)
    return {
      change,
      judgement: 'consistent',
      why: `It touches what is blamed (${[...new Set(shared)].join(', ')}) and came ${spanText(facts.firstSymptomAt - at)} before the first symptom`,
    }
  if (proof !== null) return { change, judgement: 'exonerated', why: proof }
  return {
    change,
    judgement: 'unknown',
    why: `It touches ${touches.join(' and ')}, and no probe that goes around it failed`,
  }
}

/**
 * A failure on a way that does not lead through what was changed needs another reason. The probe that
 * failed in the same way through it makes the pair.
 */
function exoneration(touches: readonly ElementId[], probes: readonly ProbeSeen[]): string | null {
  if (touches.length === 0) return null
  const crosses = ({ crosses: elements }: ProbeSeen): boolean =>
    touches.some((touched) => elements.some((element) => familyOf(element) === familyOf(touched)))
  const failing = probes.filter(({ ok }) => !ok)
  const through = failing.find(crosses)
  const around = failing.find(
    (probe) => !crosses(probe) && (through === undefined || answerOf(probe) === answerOf(through)),
  )
  if (around === undefined) return null
  const passed = probes.find((probe) => probe.ok && crosses(probe))
  const what = [...new Set(touches.map((touched) => layerTitles[layerOf(touched)]))].join(' and ')
  const alike = through === undefined ? 'failed' : `failed in the same way as ${through.probe}`
  return [
    `${around.probe}, which does not go through ${what}, ${alike} at ${clock(around.at)} (${answerOf(around)})`,
    ...(passed === undefined ? [] : [`${passed.probe}, which does, passed`]),
  ].join('; ')
}

function answerOf({ class: name, status }: ProbeSeen): string {
  if (name === null) return 'no further detail'
  return status === null ? name : `${name} ${status}`
}

function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}

/** `28 h`, `12 min`: as people say it. */
function spanText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
