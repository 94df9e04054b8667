// Locating against the study's own matrix: its truth table, its incidents, its noise, and what must hold of any posterior.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ElementId } from '../../model/layer.ts'
import { createLocator, locate } from './locate.ts'
import type { ProbeMatrix, Round } from './matrix.ts'
import { type Broken, probesOf, roundWith, seeded, simulatedRound, studyMatrix } from './testing.ts'
import type { Verdict } from './verdict.ts'

const anonForward = ['edge_anon_fwd', 'origin_anon_fwd', 'gate_anon']
const throughIngress = [
  'edge_anon_open',
  'edge_anon_fwd',
  'origin_anon_open',
  'origin_anon_fwd',
  'edge_auth',
  'origin_auth',
]

/** Healthy rounds, then `count` rounds in which these probes fail. */
function story(failing: readonly string[], count = 3, matrix = studyMatrix): Round[] {
  const rounds = [roundWith(matrix, 0, []), roundWith(matrix, 1, [])]
  for (let i = 0; i < count; i++) rounds.push(roundWith(matrix, 2 + i, failing))
  return rounds
}

function verdictOf(failing: readonly string[], count = 3): Verdict {
  return locate(studyMatrix, story(failing, count))
}

describe('locate() reads the vantage table of the study (4.3)', () => {
  const open = ['edge_anon_open', 'origin_anon_open']
  const known = ['edge_auth', 'origin_auth']
  const edge = ['edge_anon_open', 'edge_anon_fwd', 'edge_auth']
  test.each<[string, readonly string[], readonly ElementId[]]>([
    ['all cookie-less knocks at protected doors fail', anonForward, ['gate_new']],
    ['and those with a session too', [...anonForward, ...known], ['gate_check', 'gate_new']],
    ['everything but the gate asked directly', throughIngress, ['ingress']],
    ['everything by the public name, nothing by the address', edge, ['edge']],
    ['the name does not resolve either', ['dns', ...edge], ['dns']],
    ['one service, asked directly too', [...known, 'up_direct'], ['upstream']],
    ['sessions at every service, which answer directly', known, ['gate_check']],
    ['the identity provider itself', ['idp', 'idp_jwks'], ['idp']],
    ['open doors alone, which no layer explains', open, []],
    ['nothing fails', [], []],
  ])('%s', (_, failing, elements) => {
    const verdict = verdictOf(failing)
    expect(verdict.leader.elements).toEqual([...elements])
    expect(verdict.kind).toBe(
      elements.length > 0 ? 'fault' : failing.length > 0 ? 'suspect' : 'healthy',
    )
  })
})

/** What a mark of the study's incident library means for the probes of its column. */
const columns: Readonly<Record<string, readonly string[]>> = {
  E: ['edge_anon_fwd'],
  O: ['origin_anon_fwd'],
  G: ['gate_anon'],
  I: ['idp', 'idp_jwks'],
  S: ['edge_auth', 'origin_auth'],
  N: ['edge_anon_open', 'origin_anon_open'],
}

/** A round of marks `✗ ✓ ·` in the order E O G I S N; `·` did not run, `also` fails besides. */
function marked(marks: string, also: readonly string[], minute: number): Round {
  const results = new Map(probesOf(studyMatrix).map((probe) => [probe, true]))
  for (const [i, mark] of [...marks].entries())
    for (const probe of Object.values(columns)[i] ?? [])
      if (mark === '✗') results.set(probe, false)
      else if (mark === '·') results.delete(probe)
  for (const probe of also) results.set(probe, false)
  return { at: minute * 60_000, results }
}

describe('locate() reads the marks of the incident library (4.9)', () => {
  test.each<[string, string, readonly string[], readonly ElementId[]]>([
    ['1 outpost store full', '✗✗✗✓✓✓', [], ['gate_new']],
    ['3 boot storm of the identity provider and its gate', '✗✗✗✗✓✓', [], ['gate_new', 'idp']],
    ['7 blank login', '✓✓✓✗✓✓', [], ['idp']],
    ['11 health checks fill the store', '✗✗✗✓✓✓', [], ['gate_new']],
    ['13 random 401 with sessions', '✓✓✓✓✗✓', [], ['gate_check']],
    ['15 cold keys of a gate, edge only', '✗·✗·✓✓', [], ['gate_new']],
    ['21 new sign-ins alone', '✓·✓✗✓✓', [], ['idp']],
    ['27 store of the identity provider', '···✗✓✓', [], ['idp']],
    ['35 sessions lost', '✓✓✓✓✗✓', [], ['gate_check']],
  ])('%s', (_, marks, also, elements) => {
    const rounds = [0, 1, 2, 3, 4].map((minute) => marked(marks, also, minute))
    const verdict = locate(studyMatrix, rounds)
    expect([verdict.kind, verdict.leader.elements]).toEqual(['fault', [...elements]])
  })

  test.each(['19 edge configuration', '37 expired certificate', '39 CDN'])(
    '%s: everything by the public name fails, the address works',
    () => {
      const failing = ['edge_anon_open', 'edge_anon_fwd', 'edge_auth']
      expect(verdictOf(failing).leader.elements).toEqual(['edge'])
    },
  )

  test('5 one stale replica of three, seen through probes pinned to each', () => {
    const replicas = ['ingress/a', 'ingress/b', 'ingress/c'] as const
    const matrix: ProbeMatrix = {
      control: studyMatrix.control,
      rows: [
        ...studyMatrix.rows.map((row) =>
          row.crosses.ingress === undefined
            ? row
            : {
                ...row,
                crosses: {
                  ...row.crosses,
                  'ingress/a': 1 / 3,
                  'ingress/b': 1 / 3,
                  'ingress/c': 1 / 3,
                },
              },
        ),
        ...replicas.map((replica) => ({
          probe: `open@${replica}`,
          crosses: { prober: 1, ingress: 1, [replica]: 1 },
        })),
      ],
    }
    const within: number[] = []
    for (let seed = 1; seed <= 40; seed++) {
      const seen = episode(matrix, { broken: { 'ingress/b': 0.95 }, seed, roundsMax: 10 })
      if (seen?.elements.join() === 'ingress/b') within.push(seen.rounds)
    }
    expect(within.length).toBeGreaterThanOrEqual(39)
  })
})

interface Called {
  readonly rounds: number
  readonly elements: readonly ElementId[]
}

/** Rounds from the beginning of a fault, after ten healthy ones, to the first call; null: none came. */
function episode(
  matrix: ProbeMatrix,
  { broken, seed, roundsMax }: { broken: Broken; seed: number; roundsMax: number },
): Called | null {
  const random = seeded(seed)
  const locator = createLocator(matrix)
  for (let minute = 0; minute < 10; minute++)
    locator.take(simulatedRound(matrix, { minute, broken: {}, noise: 0.005, random }))
  for (let rounds = 1; rounds <= roundsMax; rounds++) {
    const verdict = locator.take(
      simulatedRound(matrix, { minute: 10 + rounds, broken, noise: 0.005, random }),
    )
    if (verdict.kind === 'fault' || (verdict.kind === 'blind' && broken.prober !== undefined))
      return { rounds, elements: verdict.leader.elements }
  }
  return null
}

const elements = [
  'prober',
  'dns',
  'edge',
  'ingress',
  'gate_new',
  'gate_check',
  'idp',
  'upstream',
] as const

describe('locate() with noise', () => {
  test.each(elements)('finds a hard fault of %s and nothing else, whatever the seed', (element) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const called = episode(studyMatrix, { broken: { [element]: 1 }, seed, roundsMax: 8 })
        expect(called?.elements).toEqual([element])
      }),
      { numRuns: 40 },
    )
  })

  test.each(elements)('finds a hard fault of %s within 3 rounds, but for noise', (element) => {
    const called = seeds(100).map((seed) =>
      episode(studyMatrix, { broken: { [element]: 1 }, seed, roundsMax: 3 }),
    )
    expect(called.filter((one) => one !== null).length).toBeGreaterThanOrEqual(97)
  })

  test.each(elements)(
    'finds %s, 5 % of whose requests pass, in 2 rounds in the median',
    (element) => {
      const called = seeds(60).map((seed) =>
        episode(studyMatrix, { broken: { [element]: 0.95 }, seed, roundsMax: 30 }),
      )
      expect(
        called.filter((one) => one?.elements.join() === element).length,
      ).toBeGreaterThanOrEqual(59)
      expect(median(called.map((one) => one?.rounds ?? 99))).toBeLessThanOrEqual(2)
    },
  )

  test.each(elements)(
    'finds %s, half of whose requests fail, at least 9 times of 10',
    (element) => {
      const called = seeds(60).map((seed) =>
        episode(studyMatrix, { broken: { [element]: 0.5 }, seed, roundsMax: 30 }),
      )
      expect(
        called.filter((one) => one?.elements.join() === element).length,
      ).toBeGreaterThanOrEqual(54)
    },
  )

  test.each([0.005, 0.01])('calls nothing in 20,000 healthy rounds with noise %p', (noise) => {
    const random = seeded(7)
    const locator = createLocator(studyMatrix)
    for (let minute = 0; minute < 20_000; minute++) {
      const round = simulatedRound(studyMatrix, { minute, broken: {}, noise, random })
      expect(locator.take(round).kind).not.toBe('fault')
    }
  })

  test('calls nothing for a burst of failures in one round, whatever fails in it', () => {
    fc.assert(
      fc.property(fc.subarray([...probesOf(studyMatrix)]), (failing) => {
        const locator = createLocator(studyMatrix)
        locator.take(roundWith(studyMatrix, 0, failing))
        for (let minute = 1; minute < 20; minute++)
          expect(locator.take(roundWith(studyMatrix, minute, [])).kind).not.toBe('fault')
      }),
    )
  })

  test('calls nothing for one probe that fails for three rounds', () => {
    for (const probe of probesOf(studyMatrix)) {
      const rounds = [...story([probe], 3), roundWith(studyMatrix, 9, [])]
      for (let i = 1; i <= rounds.length; i++)
        expect(locate(studyMatrix, rounds.slice(0, i)).kind).not.toBe('fault')
    }
  })
})

function seeds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 1000 + i)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)] ?? Number.NaN
}

describe('locate() in time', () => {
  test('takes a call back after five clean rounds, not at the first', () => {
    const locator = createLocator(studyMatrix)
    for (const round of story(anonForward, 10)) locator.take(round)
    const kinds = seeds(6).map((_, i) => locator.take(roundWith(studyMatrix, 20 + i, [])).kind)
    expect(kinds[0]).toBe('fault')
    expect(kinds[5]).toBe('healthy')
  })

  test('does not call and take back each minute what fails and heals by turns', () => {
    const locator = createLocator(studyMatrix)
    const kinds: string[] = []
    for (let minute = 0; minute < 40; minute++) {
      const failing = minute % 2 === 0 ? throughIngress : []
      kinds.push(locator.take(roundWith(studyMatrix, minute, failing)).kind)
    }
    const first = kinds.indexOf('fault')
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(8)
    expect(kinds.slice(first).every((kind) => kind === 'fault')).toBe(true)
  })

  test('finds two services that break together', () => {
    const hosts = ['upstream/a.example.com', 'upstream/b.example.com'] as const
    const rows = hosts.flatMap((host, i) => [
      { probe: `open${i}`, crosses: { prober: 1, ingress: 1, [host]: 1 } },
      { probe: `direct${i}`, crosses: { prober: 1, [host]: 1 } },
    ])
    const matrix = { ...studyMatrix, rows: [...studyMatrix.rows, ...rows] }
    const failing = rows.map(({ probe }) => probe)
    const verdict = locate(matrix, story(failing, 5, matrix))
    expect([verdict.kind, verdict.leader.elements]).toEqual(['fault', [...hosts]])
  })

  test('sees the second fault behind a first one that masks it', () => {
    const failing = [...throughIngress, 'gate_anon']
    expect(verdictOf(failing, 8).leader.elements).toEqual(['gate_new', 'ingress'])
  })

  test('is the fold of the incremental form', () => {
    const rounds = story(anonForward, 4)
    const locator = createLocator(studyMatrix)
    const verdicts = rounds.map((round) => locator.take(round))
    expect(verdicts.at(-1)).toEqual(locate(studyMatrix, rounds))
  })
})

describe('locate() when the watch cannot see', () => {
  test('is blind when everything fails with the control probe', () => {
    const verdict = verdictOf(probesOf(studyMatrix), 1)
    expect([verdict.kind, verdict.leader.elements]).toEqual(['blind', ['prober']])
    expect(verdict.because[0]?.probe).toBe('control_inet')
    expect(verdict.masked).toContain('gate_new')
  })
  test('is blind when the public network alone is gone', () => {
    const failing = ['control_inet', 'dns', 'edge_anon_open', 'edge_anon_fwd', 'edge_auth']
    for (const count of [1, 2, 5, 20]) expect(verdictOf(failing, count).kind).toBe('blind')
  })
  test('says nothing of the layers once it sees again', () => {
    const failing = ['control_inet', 'dns', 'edge_anon_open', 'edge_anon_fwd', 'edge_auth']
    const rounds = [...story(failing, 20), roundWith(studyMatrix, 30, [])]
    expect(locate(studyMatrix, rounds).kind).not.toBe('fault')
  })
  test('is not blind for one failure of the control probe alone', () => {
    expect(verdictOf(['control_inet'], 1).kind).toBe('healthy')
    expect(verdictOf(['control_inet'], 2).kind).toBe('blind')
  })
  test('holds a call through one failure of the control probe', () => {
    const rounds = [
      ...story(anonForward, 4),
      roundWith(studyMatrix, 9, ['control_inet', ...anonForward]),
    ]
    expect(locate(studyMatrix, rounds).kind).toBe('fault')
  })
  test('is not blind while the control probe passes, however much else fails', () => {
    const failing = probesOf(studyMatrix).filter((probe) => probe !== 'control_inet')
    for (const count of [2, 3, 5]) expect(verdictOf(failing, count).kind).not.toBe('blind')
  })
  test('is blind, not ill, without a control probe too', () => {
    const rows = studyMatrix.rows.filter((row) => row.probe !== 'control_inet')
    const matrix = { rows, control: null }
    const verdict = locate(matrix, story(probesOf(matrix), 3, matrix))
    expect([verdict.kind, verdict.leader.elements]).toEqual(['blind', ['prober']])
  })
})

describe('the reasons of a verdict', () => {
  test('are the probes that speak for the leader, most telling first', () => {
    const { because, runnerUp } = verdictOf(anonForward)
    expect(because.length).toBeGreaterThan(0)
    expect(because.length).toBeLessThanOrEqual(5)
    for (const reason of because.slice(0, 2)) expect(anonForward).toContain(reason.probe)
    expect(because[0]).toMatchObject({ passed: 0, failed: 3 })
    expect(because.map(({ nats }) => nats)).toEqual(
      because.map(({ nats }) => nats).toSorted((one, two) => two - one),
    )
    expect(runnerUp).not.toBeNull()
  })
  test('name the probe that would tell leader and runner-up apart', () => {
    const rounds = [0, 1, 2].map((minute) => {
      const round = roundWith(studyMatrix, minute, ['edge_auth', 'origin_auth'])
      return {
        ...round,
        results: new Map([...round.results].filter(([probe]) => probe !== 'up_direct')),
      }
    })
    const verdict = locate(studyMatrix, rounds)
    expect(verdict.kind).toBe('suspect')
    expect([verdict.leader.elements, verdict.runnerUp?.elements].flat()).toEqual(
      expect.arrayContaining(['gate_check', 'upstream']),
    )
    expect(verdict.discriminating).toBe('up_direct')
  })
  test('say what the leader hides: behind a broken proxy no session can be judged', () => {
    expect(verdictOf(throughIngress).masked).toEqual(['edge', 'gate_check'])
    expect(verdictOf(anonForward).masked).toEqual([])
  })
  test('of a healthy round are none', () => {
    expect(verdictOf([])).toMatchObject({
      kind: 'healthy',
      because: [],
      discriminating: null,
      masked: [],
    })
    expect(locate(studyMatrix, []).kind).toBe('healthy')
  })
})
