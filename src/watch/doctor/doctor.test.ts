// The verdict of the doctor out of finished checks: what it says first, and what it sends people to do.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import type { Observation } from '../door.ts'
import type { Verdict } from '../locate/verdict.ts'
import { sampleDoor } from '../plan/samples.fixture.ts'
import { type CheckStatus, type DoctorCheck, checkOf } from './check.ts'
import { conclusionOf } from './doctor.ts'

function verdict(kind: Verdict['kind'], elements: readonly ElementId[] = []): Verdict {
  return {
    kind,
    leader: { elements, probability: 0.998 },
    runnerUp: null,
    because: [],
    discriminating: null,
    masked: kind === 'fault' && elements.includes('ingress') ? ['gate_check'] : [],
  }
}

function check(id: string, status: CheckStatus, cases: readonly string[] = []): DoctorCheck {
  return checkOf({ id, status, title: `The ${id}`, detail: '' }, cases)
}

function door(host: string, ok: boolean, tier: 'required' | 'none' = 'required'): Observation {
  return {
    probe: `door:${host}/@edge`,
    door: sampleDoor(host, { tier }),
    vantage: 'edge',
    replica: null,
    at: 0,
    ms: 1,
    class: ok ? 'REDIRECT_IDP' : 'GATE_5XX',
    status: ok ? 302 : 503,
    ok,
    detail: '',
  }
}

const well = [check('control', 'well'), check('doors', 'well'), check('clock', 'doubtful')]

describe('conclusionOf()', () => {
  test('is well when nothing is wrong; doubts and unknowns do not count', () => {
    const checks = [...well, check('dns', 'unknown')]
    const diagnosis = conclusionOf({ checks, doors: [], verdict: verdict('healthy') })
    expect(diagnosis).toMatchObject({
      isWell: true,
      sentence: 'Nothing is wrong that can be seen from here',
      next: [],
      confidence: null,
    })
  })

  test('names the layer, how sure that is, what it hides, and the first steps', () => {
    const diagnosis = conclusionOf({
      checks: well,
      doors: [door('a.example.com', false)],
      verdict: verdict('fault', ['ingress']),
    })
    expect(diagnosis.isWell).toBe(false)
    expect(diagnosis.sentence).toStartWith('What fails is the reverse proxy; what lies behind it')
    expect(diagnosis.sentence).toContain('for whoever is signed in')
    expect([diagnosis.elements, diagnosis.confidence]).toEqual([['ingress'], 0.998])
    expect(diagnosis.next[0]).toContain('Look at the reverse proxy')
    expect(diagnosis.next.at(-1)).toBe('Run "gatehouse why a.example.com"')
  })

  test('takes a replica out of service first', () => {
    const { next } = conclusionOf({
      checks: well,
      doors: [],
      verdict: verdict('fault', ['ingress/10.0.20.6']),
    })
    expect(next[0]).toBe('Take the replica 10.0.20.6 out of service, then look at it')
  })

  test('says that it is blind before anything else', () => {
    const { isWell, sentence } = conclusionOf({
      checks: [check('control', 'wrong'), check('doors', 'wrong')],
      doors: [door('a.example.com', false)],
      verdict: verdict('blind', ['prober']),
    })
    expect(isWell).toBe(false)
    expect(sentence).toStartWith('Nothing can be said from here')
  })

  test('names the hosts that fail by themselves, at most three, and sends on to why', () => {
    const doors = ['a', 'b', 'c', 'd', 'e'].map((name) => door(`${name}.example.com`, name === 'e'))
    const { elements, next, sentence } = conclusionOf({
      checks: [check('doors', 'wrong')],
      doors,
      verdict: verdict('healthy'),
    })
    expect(elements).toEqual([])
    expect(sentence).toStartWith(
      '4 of 5 hosts fail: a.example.com, b.example.com, c.example.com and 1 more',
    )
    expect(next.slice(0, 3)).toEqual([
      'Run "gatehouse why a.example.com"',
      'Run "gatehouse why b.example.com"',
      'Run "gatehouse why c.example.com"',
    ])
  })

  test('says how likely chance would fail one tier alone', () => {
    const guarded = Array.from({ length: 20 }, (_, i) => door(`g${i}.example.com`, i >= 18))
    const open = Array.from({ length: 10 }, (_, i) => door(`o${i}.example.com`, true, 'none'))
    const { sentence } = conclusionOf({
      checks: [check('doors', 'wrong')],
      doors: [...guarded, ...open],
      verdict: verdict('suspect', ['gate_new']),
    })
    expect(sentence).toContain('most likely the gate, for whoever has no session yet')
    expect(sentence).toMatch(
      /of 20 guarded hosts 18 fail, of 10 others 0 \(p = [\d.]+e-\d by chance\)/,
    )
  })

  test('names checks that are wrong by themselves, and their first case', () => {
    const { next, sentence } = conclusionOf({
      checks: [
        check('doors', 'well'),
        check('clock', 'wrong'),
        check('dns', 'wrong', ['b: is gone']),
      ],
      doors: [door('a.example.com', true)],
      verdict: verdict('healthy'),
    })
    expect(sentence).toBe('Something is wrong with: the clock, the dns')
    expect(next).toEqual(['The dns: look at b: is gone'])
  })
})
