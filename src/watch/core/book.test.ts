// The book by itself: names, numbers, bounds, and what is silent.
import { describe, expect, test } from 'bun:test'
import type { Effect } from '../core.ts'
import type { CauseId, TimelineEntry } from '../incident/incident.ts'
import { Book, type Draft, closedMax, graceMs } from './book.ts'
import { Conditions } from './conditions.ts'
import { adviceOf, byFamily, causeOf, familyOf, titleOf, urgencyOf } from './families.ts'
import { maskingOf } from './masking.ts'
import { minuteMs, startAt } from './testing.ts'

function draftOf(cause: CauseId, at = startAt, more: Partial<Draft> = {}): Draft {
  return {
    at,
    cause,
    elements: [],
    title: `About ${cause}`,
    urgency: 'notice',
    verdict: null,
    advice: [],
    firstSymptomAt: at,
    by: 'condition',
    timeline: [],
    ...more,
  }
}

const over = (at: number): TimelineEntry => ({ at, kind: 'closed', text: 'Over', evidence: 'e' })

function said(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'say'
      ? [`${effect.event.kind} ${effect.event.incident.id} ${effect.event.sequence}`]
      : [],
  )
}

describe('Book', () => {
  const ids: readonly (readonly [CauseId, Draft['elements'], string])[] = [
    ['layer:gate_new', ['gate_new'], '2026-04-16-gate-new'],
    ['layer:ingress/10.0.20.5', ['ingress/10.0.20.5'], '2026-04-16-ingress-10-0-20-5'],
    ['service:wiki.example', ['upstream/wiki.example'], '2026-04-16-service-wiki-example'],
    ['store:outpost-shm', ['gate_new'], '2026-04-16-store-outpost-shm'],
    ['witness:Küma / 1', [], '2026-04-16-witness-k-ma-1'],
    ['blind', [], '2026-04-16-blind'],
    [`service:${'x'.repeat(250)}`, [], `2026-04-16-service-${'x'.repeat(52)}`],
  ]
  for (const [cause, elements, id] of ids)
    test(`names an incident ${id.slice(0, 40)}`, () => {
      const record = new Book([]).start(draftOf(cause, startAt, { elements }))
      expect(record?.incident.id).toBe(id)
    })

  test('gives the second of a day another name, and drains what it said once', () => {
    const book = new Book([])
    book.start(draftOf('blind'))
    book.close('blind', over(startAt + minuteMs))
    book.start(draftOf('blind', startAt + 2 * graceMs))
    expect(said(book.drain())).toEqual([
      'opened 2026-04-16-blind 1',
      'closed 2026-04-16-blind 2',
      'opened 2026-04-16-blind-2 1',
    ])
    expect(book.drain()).toEqual([])
  })

  test('gives the open one where a cause is started again, and says nothing', () => {
    const book = new Book([])
    const first = book.start(draftOf('blind'))
    book.drain()
    expect(book.start(draftOf('blind', startAt + minuteMs))).toBe(first)
    expect(book.drain()).toEqual([])
  })

  test('says nothing of what is amended, noted or of progress', () => {
    const book = new Book([])
    book.start(draftOf('blind'))
    book.drain()
    const [record] = book.records()
    const id = record?.incident.id ?? ''
    book.note(id, { at: startAt, kind: 'report', text: 'Somebody', evidence: '' })
    book.noteOnce(id, { at: startAt + 1, kind: 'report', text: 'Somebody', evidence: '' })
    book.progress('blind', { clean: 3 })
    book.amend(id, (now) => ({ ...now, incident: { ...now.incident, masking: ['Nobody'] } }))
    expect(book.drain()).toEqual([])
    expect(book.openOf('blind')?.incident.timeline).toHaveLength(1)
    expect(book.openOf('blind')?.progress.clean).toBe(3)
    expect(book.openOf('blind')?.incident.masking).toEqual(['Nobody'])
  })

  test('leaves a record as it is where progress brings nothing new', () => {
    const book = new Book([])
    book.start(draftOf('blind'))
    const before = book.openOf('blind')
    book.progress('blind', { clean: 0 })
    expect(book.openOf('blind')).toBe(before)
  })

  test('does nothing to a cause that has no open incident', () => {
    const book = new Book([])
    book.change('blind', { title: 'x' }, over(startAt))
    book.close('blind', over(startAt))
    book.progress('blind', { clean: 1 })
    book.note('no-such', over(startAt))
    expect(book.records()).toEqual([])
    expect(book.drain()).toEqual([])
  })

  test('keeps the newest closed incidents, and no more than its bound', () => {
    const book = new Book([])
    for (let i = 0; i < closedMax + 20; i++) {
      book.start(draftOf(`service:app${i}.example`, startAt + i))
      book.close(`service:app${i}.example`, over(startAt + i))
    }
    expect(book.records()).toHaveLength(closedMax)
    expect(book.records()[0]?.incident.cause).toBe(`service:app${closedMax + 19}.example`)
  })

  test('holds open ones before closed ones, newest first, also after it was restored', () => {
    const book = new Book([])
    for (const name of ['a', 'b', 'c']) book.start(draftOf(`peer:${name}`))
    book.close('peer:b', over(startAt + 1))
    const order = (from: Book): readonly string[] =>
      from.records().map(({ incident }) => incident.cause)
    expect(order(book)).toEqual(['peer:c', 'peer:a', 'peer:b'])
    expect(order(new Book(book.records()))).toEqual(order(book))
  })

  test('lets no symptom begin after its incident', () => {
    const book = new Book([])
    const record = book.start(draftOf('blind', startAt, { firstSymptomAt: startAt + 5 }))
    expect(record?.incident.firstSymptomAt).toBe(startAt)
  })
})

describe('Conditions', () => {
  test('turn after as many readings in a row as it takes, and give it at each from then on', () => {
    const conditions = new Conditions([])
    const turns = [true, true, false, true, true, true, true, false, false].map((isBad, i) =>
      conditions.take('peer:a', { at: startAt + i, isBad }, { bad: 3, good: 2 }),
    )
    expect(turns).toEqual([null, null, null, null, null, 'went-bad', 'went-bad', null, 'went-well'])
    expect(conditions.since('peer:a', 0)).toBe(startAt + 3)
    expect(conditions.since('peer:b', 7)).toBe(7)
  })

  test('go on where they were after a restart', () => {
    const before = new Conditions([])
    for (let i = 0; i < 4; i++) before.take('x', { at: i, isBad: true }, { bad: 5, good: 2 })
    const after = new Conditions(before.kept())
    expect(after.take('x', { at: 4, isBad: true }, { bad: 5, good: 2 })).toBe('went-bad')
  })

  test('are bounded', () => {
    const conditions = new Conditions([])
    for (let i = 0; i < 5000; i++)
      conditions.take(`c${i}`, { at: i, isBad: true }, { bad: 1, good: 1 })
    expect(conditions.kept().length).toBeLessThanOrEqual(2000)
  })
})

describe('families', () => {
  test('familyOf() holds layers with their replicas, and the halves of the gate, together', () => {
    expect(familyOf('ingress/10.0.20.5')).toBe('ingress')
    expect(familyOf('gate_new')).toBe(familyOf('gate_check'))
    expect(familyOf('upstream/a')).not.toBe(familyOf('upstream/b'))
    expect([...byFamily(['edge', 'gate_new', 'gate_check']).keys()]).toEqual(['edge', 'gate'])
  })

  test('causeOf() and urgencyOf() tell a service from a layer', () => {
    expect(causeOf(['upstream/wiki.example'])).toBe('service:wiki.example')
    expect(urgencyOf(['upstream/wiki.example'])).toBe('notice')
    expect(causeOf(['ingress/10.0.20.5'])).toBe('layer:ingress/10.0.20.5')
    expect(urgencyOf(['ingress/10.0.20.5'])).toBe('page')
  })

  const titles: readonly (readonly [Parameters<typeof titleOf>[0], string])[] = [
    [['gate_new', 'gate_check'], 'The gate'],
    [['gate_new'], 'The gate, for whoever has no session yet'],
    [['edge', 'idp'], 'The edge: CDN, tunnel or public address and the identity provider'],
    [['ingress/10.0.20.5'], 'The reverse proxy, at 10.0.20.5'],
  ]
  for (const [elements, title] of titles)
    test(`titleOf() calls ${elements.join(' and ')} by its name`, () => {
      expect(titleOf(elements)).toBe(title)
    })

  test('adviceOf() begins with the runbook and says nothing twice', () => {
    const advice = adviceOf(['ingress/a', 'ingress/b', 'gate_new'])
    expect(advice[0]).toContain('gatehouse doctor')
    expect(new Set(advice).size).toBe(advice.length)
  })
})

describe('maskingOf()', () => {
  const probe = (name: string, ok: boolean) =>
    ({ probe: name, at: startAt, ok, class: null, status: null, crosses: [] }) as const

  test('says nothing that no probe shows', () => {
    expect(maskingOf(['gate_new'], [])).toEqual([])
    expect(maskingOf(['gate_new'], [probe('edge_auth', false)])).toEqual([])
  })

  test('says of the whole gate that nobody is spared', () => {
    const probes = [probe('edge_auth', false), probe('gate_anon', false)]
    expect(maskingOf(['gate_new', 'gate_check'], probes)).toEqual([])
  })

  const cases: readonly (readonly [Parameters<typeof maskingOf>[0], string, string])[] = [
    [['gate_new'], 'edge_auth', 'Holders of a live session'],
    [['gate_new'], 'edge_anon_open', 'does not protect answer as usual'],
    [['gate_check'], 'gate_anon@http://gate', 'Strangers are still sent to sign in'],
    [['idp'], 'origin_auth@10.0.0.1', 'until they must sign in'],
    [['idp'], 'edge_anon_fwd', 'checks of its answer see nothing'],
    [['edge'], 'origin_anon_fwd', 'by its address sees nothing'],
  ]
  for (const [elements, name, wanted] of cases)
    test(`says of ${elements.join()} what ${name} shows`, () => {
      const [sentence] = maskingOf(elements, [probe(name, true)])
      expect(sentence).toContain(wanted)
      expect(sentence).toEndWith(`(${name} passed)`)
    })
})
