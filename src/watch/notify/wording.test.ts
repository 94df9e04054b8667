// How incidents are worded: a table of subjects, and what a text holds.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Incident, IncidentEvent, Phase, Urgency } from '../incident/incident.ts'
import type { Verdict } from '../locate/verdict.ts'
import { subjectLengthMax, textLengthMax } from './notice.ts'
import { gateNewVerdict, symptomAt, testIncident } from './testing.ts'
import { wordNotice } from './wording.ts'

const located = (
  leader: Verdict['leader'],
  kind: Verdict['kind'] = 'fault',
): Pick<Incident, 'elements' | 'verdict'> => ({
  elements: leader.elements,
  verdict: { ...gateNewVerdict, kind, leader },
})
/** Two layers that fail at once: the verdict has both, the incident of each has its own. */
const pair = located({ elements: ['dns', 'ingress'], probability: 0.9995 })
const hour = 3_600_000

const cases: readonly (readonly [IncidentEvent['kind'], Partial<Incident>, string])[] = [
  [
    'opened',
    {},
    'gate_new is down for everyone without a session since 2026-04-16 16:57 UTC (99.8 % sure)',
  ],
  [
    'changed',
    { ...located({ elements: ['gate_new', 'idp'], probability: 0.9931 }) },
    'Changed: gate_new and idp are down for everyone without a session since 2026-04-16 16:57 UTC (99.3 % sure)',
  ],
  [
    'opened',
    { ...located({ elements: ['gate_check'], probability: 0.99999 }) },
    'gate_check is down for everyone who is signed in since 2026-04-16 16:57 UTC (99.9 % sure)',
  ],
  [
    'opened',
    {
      cause: 'layer:ingress/10.0.20.5',
      ...located({ elements: ['ingress/10.0.20.5'], probability: 0.995 }),
    },
    'ingress/10.0.20.5 is down for a part of the requests since 2026-04-16 16:57 UTC (99.5 % sure)',
  ],
  [
    'opened',
    { cause: 'layer:dns', ...located({ elements: ['dns'], probability: 0.7 }, 'suspect') },
    'dns may be down for everyone who has to look the names up since 2026-04-16 16:57 UTC (70.0 % sure)',
  ],
  [
    'opened',
    { ...pair, cause: 'layer:ingress', elements: ['ingress'] },
    'ingress is down for everyone since 2026-04-16 16:57 UTC (99.9 % sure)',
  ],
  ['closed', { closedAt: symptomAt + 43 * hour + 39 * 60_000 }, 'Over after 1d 19h: gate_new'],
  [
    'opened',
    { cause: 'store:outpost-shm', verdict: null, title: 'The store "outpost-shm" fills in 31 h' },
    'The store "outpost-shm" fills in 31 h, since 2026-04-16 16:57 UTC',
  ],
  [
    'closed',
    { cause: 'store:outpost-shm', verdict: null, title: 'Store fills', closedAt: symptomAt + hour },
    'Over after 1h: Store fills',
  ],
  [
    'opened',
    { cause: 'blind', verdict: null, title: 'The watch sees nothing' },
    'The watch sees nothing, since 2026-04-16 16:57 UTC',
  ],
]

describe('wordNotice()', () => {
  test('says at the end whether it was verified', () => {
    const entry = { at: symptomAt, evidence: '', kind: 'closed' } as const
    const timeline = [{ ...entry, text: 'Verified: 5 clean rounds in a row' }]
    const { text } = wordNotice({
      kind: 'closed',
      wakes: true,
      sequence: 2,
      incident: testIncident({ closedAt: symptomAt + hour, timeline }),
    })
    expect(text).toContain('\n\nVerified: 5 clean rounds in a row.\n\n')
  })

  test('blames in each of two incidents the layer that it is about', () => {
    const layerOf = (elements: Incident['elements']) =>
      wordNotice({
        kind: 'opened',
        wakes: true,
        sequence: 1,
        incident: testIncident({ ...pair, cause: 'layer:x', elements }),
      })
    expect(layerOf(['ingress']).layer).toBe('ingress')
    expect(layerOf(['ingress']).labels['layer']).toBe('ingress')
    expect(layerOf(['ingress']).text).not.toContain('dns is')
    expect(layerOf(['dns']).layer).toBe('dns')
  })

  test.each(cases)('%p with %j is worded', (kind, changes, subject) => {
    expect(
      wordNotice({ kind, wakes: true, sequence: 3, incident: testIncident(changes) }).subject,
    ).toBe(subject)
  })

  test('gives because, runner-up, masking, exonerated changes and advice', () => {
    const notice = wordNotice({
      kind: 'opened',
      wakes: true,
      sequence: 1,
      incident: testIncident(),
    })
    expect(notice.text)
      .toBe(`The gate turns away whoever has no session. gate_new is the gate, for whoever has no session yet. First symptom: 2026-04-16 16:57 UTC. Opened: 2026-04-16 16:59 UTC.

Because:
- edge_anon_fwd failed 3 of 3 times
- gate_session held 3 of 3 times

Runner-up: idp (0.1 %), told apart by idp_page

Who notices:
- Holders of a session see nothing of it

Changes before it:
- exonerated: New CDN worker (2026-04-17 21:26 UTC): It came 28 h after the first symptom

Next:
- Run gatehouse doctor

Incident 2026-04-16-gate-new. More: gatehouse incident show 2026-04-16-gate-new`)
    expect(notice.facts).toMatchObject({ confidence: 0.9984, masked: ['upstream'] })
  })

  test('a closing message says from when to when, and no more', () => {
    const incident = testIncident({ closedAt: symptomAt + hour })
    const { closedAt, text } = wordNotice({ kind: 'closed', wakes: true, sequence: 2, incident })
    expect(closedAt).toBe(symptomAt + hour)
    expect(text).toContain('It lasted from 2026-04-16 16:57 UTC to 2026-04-16 17:57 UTC, 1h.')
    expect(text).not.toContain('Because')
  })

  test.each([
    ['layer:gate_new', 'GatehouseLayerDown', 'gate_new'],
    ['layer:ingress/10.0.20.5', 'GatehouseReplicaDown', 'gate_new'],
    ['service:grafana.example.com', 'GatehouseDoorBroken', 'gate_new'],
    ['store:outpost-shm', 'GatehouseStoreFilling', 'gate_new'],
    ['witness:kuma', 'GatehouseWitnessBlind', undefined],
    ['certificate:example.com', 'GatehouseCertificateExpires', undefined],
    ['peer:outside', 'GatehouseWatchPeerDown', undefined],
    ['blind', 'GatehouseWatchBlind', 'prober'],
  ] as const)('%p is labelled', (cause, alertname, layer) => {
    const { labels } = wordNotice({
      kind: 'opened',
      wakes: true,
      sequence: 1,
      incident: testIncident({ cause }),
    })
    expect(labels).toMatchObject({ alertname, cause_id: cause, severity: 'critical' })
    expect(labels['layer']).toBe(layer)
  })

  test('an alert stays the same when the store that it warned of makes its layer fail', () => {
    const alertOf = (phase: Phase, urgency: Urgency = 'page') =>
      wordNotice({
        kind: 'changed',
        wakes: false,
        sequence: 2,
        incident: testIncident({ cause: 'store:outpost-shm', phase, urgency }),
      })
    const [warning, failing, recovered] = [
      alertOf('warning'),
      alertOf('failing'),
      alertOf('recovered'),
    ]
    expect(failing.labels).toEqual(warning.labels)
    expect(recovered.labels).toEqual(warning.labels)
    // Whether the layer is down is told by what is no label.
    expect([warning.layer, failing.layer, recovered.layer]).toEqual([null, 'gate_new', null])
    expect([warning.facts.confidence, failing.facts.confidence]).toEqual([null, 0.9984])
    expect(alertOf('warning', 'notice').labels).toEqual({ ...warning.labels, severity: 'warning' })
  })

  test('a layer that works again while its store is too small is no layer that is down', () => {
    const incident = testIncident({
      phase: 'recovered',
      title: 'The gate works again; store shm: Full in 3h',
      timeline: [
        {
          at: symptomAt + hour,
          kind: 'recovered',
          text: 'Verified: 5 clean rounds',
          evidence: 'x',
        },
      ],
    })
    const { labels, subject, text } = wordNotice({
      ...{ kind: 'changed', wakes: false, sequence: 4, incident },
    })
    expect(labels['alertname']).toBe('GatehouseStoreFilling')
    expect(subject).toBe('Changed: The gate works again; store shm: Full in 3h')
    expect(text).toContain(
      'What failed works again since 2026-04-16 17:57 UTC. Verified: 5 clean rounds. What made it fail is still there.',
    )
    expect(text).not.toContain('Because')
    expect(text).not.toContain('Who notices')
  })

  test('changes that fit stand before those that are cleared, and those before the unknown', () => {
    const base = testIncident().changes[0]
    const changes = (['unknown', 'exonerated', 'consistent'] as const).flatMap((judgement) =>
      base === undefined ? [] : [{ ...base, judgement }],
    )
    const { facts } = wordNotice({
      kind: 'opened',
      wakes: true,
      sequence: 1,
      incident: testIncident({ changes }),
    })
    expect(facts.changes.map((text) => text.split(':')[0])).toEqual([
      'consistent',
      'exonerated',
      'unknown',
    ])
  })

  test('whatever stands in an incident: one line of subject, bounded text, equal for equal', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 1000 }), { maxLength: 50 }),
        fc.double(),
        (title, sentences, time) => {
          const incident = testIncident({
            title,
            verdict: null,
            masking: sentences,
            advice: sentences,
            firstSymptomAt: Number.isNaN(time) ? 0 : time,
          })
          const event = { kind: 'opened', wakes: true, sequence: 1, incident } as const
          const notice = wordNotice(event)
          expect(notice.subject.length).toBeLessThanOrEqual(subjectLengthMax)
          expect(notice.subject).not.toMatch(/[\p{Cc}]/u)
          expect(notice.text.length).toBeLessThanOrEqual(textLengthMax)
          expect(wordNotice(event)).toEqual(notice)
        },
      ),
    )
  })
})
