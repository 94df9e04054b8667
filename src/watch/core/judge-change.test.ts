// What is said of a change, by when it came, what it touches and which probes failed.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import type { ProbeSeen } from '../incident/evidence.ts'
import { type Facts, judgeChange } from './judge-change.ts'
import { changeOf, minuteMs, startAt } from './testing.ts'

const hourMs = 60 * minuteMs

function probe(name: string, ok: boolean, crosses: readonly ElementId[], status = 400): ProbeSeen {
  return { probe: name, at: startAt, ok, class: ok ? 'REDIRECT_IDP' : 'GATE_4XX', status, crosses }
}

const facts: Facts = {
  blamed: ['gate_new'],
  firstSymptomAt: startAt,
  symptomTo: startAt + minuteMs,
  isLocated: true,
  probes: [
    probe('edge_anon_open', true, ['edge', 'ingress']),
    probe('edge_anon_fwd', false, ['edge', 'ingress', 'gate_new']),
    probe('origin_anon_fwd', false, ['ingress', 'gate_new']),
    probe('gate_anon', false, ['gate_new']),
  ],
}

const cases: readonly {
  readonly name: string
  readonly at: number
  readonly touches: readonly ElementId[]
  readonly facts?: Partial<Facts>
  readonly judgement: string
  readonly why: string
}[] = [
  {
    name: 'after the first symptom',
    at: startAt + 28 * hourMs,
    touches: ['gate_new'],
    judgement: 'exonerated',
    why: 'It came 28 h after the first symptom',
  },
  {
    name: 'after it, of nobody knows what',
    at: startAt + 5 * minuteMs,
    touches: [],
    judgement: 'exonerated',
    why: 'It came 5 min after the first symptom',
  },
  {
    name: 'within the interval of the first symptom',
    at: startAt + minuteMs,
    touches: ['gate_new'],
    judgement: 'consistent',
    why: 'It touches what is blamed (gate_new) and came 0 min before the first symptom',
  },
  {
    name: 'before it, of what is blamed',
    at: startAt - 46 * hourMs,
    touches: ['gate_new', 'edge'],
    judgement: 'consistent',
    why: 'It touches what is blamed (gate_new) and came 46 h before the first symptom',
  },
  {
    name: 'before it, of the other half of the gate',
    at: startAt - 90 * minuteMs,
    touches: ['gate_check'],
    judgement: 'consistent',
    why: 'It touches what is blamed (gate_new) and came 90 min before the first symptom',
  },
  {
    name: 'before it, of a replica of what is blamed',
    at: startAt - hourMs,
    touches: ['ingress/10.0.20.5'],
    facts: { blamed: ['ingress'] },
    judgement: 'consistent',
    why: 'It touches what is blamed (ingress)',
  },
  {
    name: 'before it, of the edge, which a failing probe goes around',
    at: startAt - hourMs,
    touches: ['edge'],
    judgement: 'exonerated',
    why: 'origin_anon_fwd, which does not go through the edge: CDN, tunnel or public address, failed in the same way as edge_anon_fwd at 16:00 UTC (GATE_4XX 400); edge_anon_open, which does, passed',
  },
  {
    name: 'before it, of the edge, where what goes around it failed in another way',
    at: startAt - hourMs,
    touches: ['edge'],
    facts: {
      probes: [
        probe('edge_anon_fwd', false, ['edge', 'gate_new']),
        probe('gate_anon', false, ['gate_new'], 500),
      ],
    },
    judgement: 'unknown',
    why: 'no probe that goes around it failed',
  },
  {
    name: 'before it, of the edge, with nothing located',
    at: startAt - hourMs,
    touches: ['edge'],
    facts: { isLocated: false },
    judgement: 'unknown',
    why: 'It touches edge',
  },
  {
    name: 'before it, of another service',
    at: startAt - hourMs,
    touches: ['upstream/wiki.example'],
    facts: { blamed: ['upstream/app.example'], probes: [] },
    judgement: 'unknown',
    why: 'It touches upstream/wiki.example',
  },
  {
    name: 'before it, of nobody knows what',
    at: startAt - hourMs,
    touches: [],
    judgement: 'unknown',
    why: 'Nothing is known of what it touches',
  },
]

describe('judgeChange()', () => {
  for (const { at, facts: more, judgement, name, touches, why } of cases)
    test(`judges one ${name}`, () => {
      const judged = judgeChange(changeOf('c', at, touches), { ...facts, ...more })
      expect(judged.judgement).toBe(judgement as typeof judged.judgement)
      expect(judged.why).toContain(why)
    })
})
