// The question tree: one person, one service, one replica, or a layer, out of what three rounds showed.
import { describe, expect, test } from 'bun:test'
import type { WatchConfig } from '../config.ts'
import type { Door, Vantage } from '../door.ts'
import { closedDoor, openDoor, sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import { type Conclusion, conclude, titleOf } from './conclude.ts'
import { type AskedProbe, inquiryOf } from './inquiry.ts'
import { askedRound } from './testing.ts'

const wiki = sampleDoor('wiki.example.com')
const docs = sampleDoor('docs.example.com')
const files = sampleDoor('files.example.com', { tier: 'none' })
const doors = [openDoor, closedDoor, wiki, docs, files]

function told(
  fails: (probe: AskedProbe) => boolean,
  { door = wiki, ...over }: Partial<WatchConfig> & { readonly door?: Door } = {},
): Conclusion {
  const inquiry = inquiryOf(sampleWatch({ doors, ...over }), door)
  const rounds = [0, 1, 2].map((minute) => askedRound(inquiry, minute, fails))
  return conclude(inquiry, rounds)
}

const from =
  (...vantages: readonly Vantage[]) =>
  ({ act }: AskedProbe): boolean =>
    act.kind === 'knock' && vantages.includes(act.way.vantage)
const guarded = ({ act }: AskedProbe): boolean =>
  act.kind === 'knock' && act.door.tier === 'required'
const at =
  (host: string) =>
  ({ act }: AskedProbe): boolean =>
    act.kind === 'knock' && act.door.host === host

describe('conclude()', () => {
  test('calls a host fine that keeps its promise, whoever reports it', () => {
    const { confidence, elements, kind, sentence } = told(() => false)
    expect([kind, elements, confidence]).toEqual(['fine', [], null])
    expect(sentence).toStartWith('wiki.example.com is fine for strangers: each is sent to sign in')
    expect(told(() => false, { door: files }).sentence).toContain('it answers as promised')
  })

  test.each<[string, (probe: AskedProbe) => boolean, readonly string[]]>([
    ['the gate', (probe) => guarded(probe) && !from('upstream')(probe), ['gate_new']],
    ['the proxy', from('edge', 'ingress'), ['ingress']],
    ['the edge', from('edge'), ['edge']],
    ['the name service', (p) => from('edge')(p) || p.act.kind === 'dns', ['dns']],
  ])('blames %s where all hosts fail alike', (_, fails, elements) => {
    const conclusion = told(fails)
    expect([conclusion.kind, conclusion.elements]).toEqual(['layer', [...elements] as never[]])
    expect(conclusion.sentence).toContain('Not wiki.example.com alone')
    expect(conclusion.confidence).toBeGreaterThan(0.98)
  })

  test('says that nobody new gets in when the provider alone fails', () => {
    const { elements, kind, sentence } = told(({ id }) => id.startsWith('idp'))
    expect([kind, elements]).toEqual(['layer', ['idp']])
    expect(sentence).toContain('nobody new gets in')
    expect(told(({ id }) => id.startsWith('idp'), { door: files }).kind).toBe('fine')
  })

  test.each<[string, (probe: AskedProbe) => boolean, string]>([
    ['asked at its own address', from('upstream'), 'the service itself'],
    ['everywhere', () => true, 'the service itself'],
    ['at the gate', from('gate'), 'the gate answers otherwise'],
    ['at proxy and edge', from('edge', 'ingress'), 'its route at the reverse proxy'],
    ['by its name', from('edge'), 'only by its public name'],
  ])('tells one service alone that fails %s', (_, fails, where) => {
    const { elements, kind, sentence } = told((p) => at('wiki.example.com')(p) && fails(p))
    expect([kind, elements]).toEqual(['service', ['upstream/wiki.example.com']])
    expect(sentence).toContain('wiki.example.com alone: others of its tier are well')
    expect(sentence).toContain(where)
  })

  test('finds the one replica that fails', () => {
    const ingress = ['10.0.20.5', '10.0.20.6', '10.0.20.7'].map((address) => ({
      address,
      port: 443,
    }))
    const { elements, kind, sentence } = told(
      ({ act }) =>
        act.kind === 'knock' &&
        act.way.vantage === 'ingress' &&
        act.way.replica.address === '10.0.20.6',
      { ingress },
    )
    expect([kind, elements]).toEqual(['replica', ['ingress/10.0.20.6']])
    expect(sentence).toContain('(10.0.20.6); what others get depends on chance')
  })

  test('is blind when the control fails too', () => {
    const { elements, kind } = told(({ act }) => act.kind === 'control' || act.kind === 'knock')
    expect([kind, elements]).toEqual(['blind', ['prober']])
  })

  test('does not call what failed once and is well again', () => {
    const inquiry = inquiryOf(sampleWatch({ doors }), wiki)
    const rounds = [0, 1, 2].map((minute) =>
      askedRound(inquiry, minute, (probe) => minute === 0 && at('wiki.example.com')(probe)),
    )
    const { kind, sentence, tried } = conclude(inquiry, rounds)
    expect(kind).toBe('fine')
    expect(sentence).toContain('it failed a moment ago and is well again')
    expect(tried.some(({ failed, passed }) => failed === 1 && passed === 2)).toBe(true)
  })

  test('says that it cannot tell, and names its suspects, where there is nobody to compare with', () => {
    const door = sampleDoor('wiki.example.com', { upstream: null })
    const alone = { canaries: { open: null, protected: door }, gates: [], ingress: [] }
    const { kind, sentence } = told(from('edge'), { ...alone, doors: [door], door })
    expect(kind).toBe('unclear')
    expect(sentence).toContain('what was tried does not say where; most likely')
  })

  test('says that nothing was tried where there is no way', () => {
    const over = { edge: false, gates: [], ingress: [] }
    const door = sampleDoor('wiki.example.com', { upstream: null })
    expect(told(() => false, { ...over, door }).sentence).toContain('nothing was tried')
  })
})

describe('titleOf()', () => {
  test.each([
    ['idp', 'the identity provider'],
    ['ingress/10.0.20.5', 'the reverse proxy (10.0.20.5)'],
    ['upstream/app.example.com', 'the service behind (app.example.com)'],
  ] as const)('of %p is %p', (element, title) => {
    expect(titleOf(element)).toBe(title)
  })
})
