// Rounds of an inquiry as they come back when chosen probes fail, for the tests of this folder.
import type { AnswerClass, Observation } from '../door.ts'
import type { AskedRound } from './ask.ts'
import type { AskedProbe, Inquiry } from './inquiry.ts'

/** What a probe came to. */
export function observationOf(
  { act, id }: AskedProbe,
  ok: boolean,
  answer?: AnswerClass,
): Observation {
  const isKnock = act.kind === 'knock'
  const way = isKnock ? act.way : null
  return {
    probe: id,
    door: isKnock ? act.door : null,
    vantage: way?.vantage ?? null,
    replica: way?.vantage === 'ingress' ? way.replica.address : null,
    at: 0,
    ms: 5,
    class: answer ?? (ok ? 'CONTENT' : 'GATE_5XX'),
    status: ok ? 200 : 503,
    ok,
    detail: ok ? 'As promised' : 'Not as promised',
  }
}

/** One round in which the probes that `fails` picks fail. */
export function askedRound(
  inquiry: Inquiry,
  minute: number,
  fails: (probe: AskedProbe) => boolean,
): AskedRound {
  const observations = inquiry.probes.map((probe) => observationOf(probe, !fails(probe)))
  const results = new Map(observations.map(({ ok, probe }) => [probe, ok]))
  return { round: { at: minute * 60_000, results }, observations }
}
