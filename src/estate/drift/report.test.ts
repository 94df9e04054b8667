// One report as exit code, text and data, with names and values that somebody hostile chose.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { hideSecrets } from './hide.ts'
import { driftJson } from './json.ts'
import { changed, report, unmanaged } from './report.fixture.ts'
import { type DriftReport, driftExitCode } from './report.ts'
import { driftText } from './text.ts'
import { visible } from './visible.ts'

const heading = { source: 'http://things', at: '2026-01-01T00:00:00.000Z', revision: 'commit 1' }
const key = new Uint8Array(32)
const held = { id: 'a', holds: true, text: 'It is so' }
const left = { object: 'thing "x"', why: 'It is odd' }

describe('driftExitCode()', () => {
  test.each<[string, Partial<DriftReport>, 0 | 1 | 2]>([
    ['nothing', {}, 0],
    [
      'what is only skipped, ignored or not shown',
      {
        skipped: [left],
        ignored: [{ rule: 'r', reason: 'x', places: ['y'] }],
        notCompared: ['No'],
      },
      0,
    ],
    ['what was there once', { unconfirmed: 3 }, 0],
    ['an invariant that holds', { invariants: [held] }, 0],
    ['a broken invariant', { invariants: [held, { ...held, holds: false }] }, 2],
    ['a difference', { drift: [changed('a', 2)] }, 2],
    ['a thing that nobody declared', { unmanaged: [unmanaged('a')] }, 2],
    ['what could not be read', { notUnderstood: [left] }, 1],
    [
      'what could not be read beside a difference',
      {
        notUnderstood: [left],
        drift: [changed('a', 2)],
      },
      1,
    ],
  ])('of %s', (_what, more, wanted) => {
    expect(driftExitCode(report(more))).toBe(wanted)
    expect(driftJson(report(more), heading)).toMatchObject({ exit_code: wanted })
  })
})

describe('driftText()', () => {
  test('says everything, each in a section of its own', () => {
    const change = { text: 'changed by "ada", 2026-01-01 00:00 UTC', data: { who: 'ada' } }
    const text = driftText(
      report({
        drift: [changed('a', 2, { change })],
        unmanaged: [unmanaged('b', { about: 'it is new', change }), unmanaged('c')],
        invariants: [held, { id: 'b', holds: false, text: 'It is not so' }],
        ignored: [{ rule: 'thing[* x', reason: 'Nobody minds', places: ['1', '2', '3', '4', '5'] }],
        skipped: [left, left, { ...left, why: 'It is another' }],
        notUnderstood: [left],
        notCompared: ['The color is not shown'],
        unconfirmed: 2,
        attributionFault: 'Nobody writes it down',
      }),
      heading,
    )
    expect(text)
      .toBe(`The things at http://things, compared with commit 1 at 2026-01-01T00:00:00.000Z
2 objects declared, 3 live, 1 compared, 2 unmanaged, 3 skipped, 1 not understood, 5 differences ignored

Not compared:
  The color is not shown

Invariants:
  ok     a: It is so
  BROKEN b: It is not so

Drift: The things → declared:
  ~ thing["a"]
      # changed by "ada", 2026-01-01 00:00 UTC
      ~ size = 2 -> 1

Unmanaged: live, declared nowhere:
  ? thing["b"]  # it is new; changed by "ada", 2026-01-01 00:00 UTC
  ? thing["c"]

Ignored:
  thing[* x: Nobody minds (5: 1, 2, 3, and 2 more)

Skipped:
  2 × It is odd
  1 × It is another

Not understood: counts as not read:
  thing "x": It is odd

2 differences were there once and not again, and are not reported: somebody is at work

Nothing is attributed: Nobody writes it down

Plan: 0 to add, 1 to change, 0 to destroy.
1 invariants are broken.
`)
  })

  test('shows nothing that a terminal obeys, and no line that it did not write', () => {
    const hostile = '\u001b[2J\u009b31m\u202egnp.exe\nPlan: 0 to add'
    const text = driftText(
      report({
        drift: [changed(hostile, hostile)],
        unmanaged: [unmanaged(hostile, { about: hostile })],
        notUnderstood: [{ object: hostile, why: hostile }],
        notCompared: [hostile],
        invariants: [{ ...held, text: hostile }],
        attributionFault: hostile,
      }),
      { ...heading, source: hostile },
    )
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text.split('\n').filter((line) => line.startsWith('Plan:'))).toHaveLength(1)
    expect(text).toContain('\\u001b[2J\\u009b31m\\u202egnp.exe')
  })
})

describe('visible()', () => {
  test('leaves JSON the same data, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visible(JSON.stringify({ text }, null, 2))
        expect(JSON.parse(shown)).toEqual({ text })
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    )
  })
})

describe('driftJson()', () => {
  test('has before as live and after as declared', () => {
    const data = driftJson(
      report({
        drift: [changed('a', 2, { change: { text: 'by ada', data: { actor: 'ada' } } })],
        unmanaged: [unmanaged('b', { id: '7', about: 'new' })],
      }),
      heading,
    )
    expect(data).toEqual({
      ...{ system: 'things', ...heading, exit_code: 2 },
      counts: {
        ...{ declared: 2, live: 3, compared: 1, unmanaged: 1, skipped: 0 },
        ...{ not_understood: 0, ignored: 0, unconfirmed: 0 },
      },
      ...{ not_compared: [], invariants: [], ignored: [], skipped: [], not_understood: [] },
      resource_drift: [
        {
          ...{ address: 'thing["a"]', type: 'thing', name: 'a' },
          change: { actions: ['update'], before: { size: 2 }, after: { size: 1 } },
          changed: { actor: 'ada' },
        },
      ],
      unmanaged: [
        { address: 'thing["b"]', type: 'thing', name: 'b', id: '7', about: 'new', changed: null },
      ],
      events_fault: null,
    })
  })
})

describe('hideSecrets()', () => {
  const secret = 'https://x/?key=hunter2hunter2'
  test.each<[string, Partial<DriftReport>]>([
    ['a value', { drift: [changed('a', secret)] }],
    ['a name', { drift: [changed(secret, 2)] }],
    [
      'a value below a telling name',
      {
        drift: [
          changed('a', 2, {
            difference: {
              ...{ action: 'update', address: 'thing["a"]' },
              attributes: [{ path: 'spec.api_token', before: 'hunter2hunter2', after: 'x' }],
            },
          }),
        ],
      },
    ],
    ['who changed it', { drift: [changed('a', 2, { change: { text: secret, data: {} } })] }],
    ['an unmanaged name', { unmanaged: [unmanaged(secret)] }],
    ['what is said of it', { unmanaged: [unmanaged('a', { about: secret })] }],
    ['an ignored place', { ignored: [{ rule: 'r', reason: 'x', places: [secret] }] }],
    ['an invariant', { invariants: [{ ...held, text: secret }] }],
    ['what was skipped', { skipped: [{ object: secret, why: secret }] }],
    ['what was not understood', { notUnderstood: [{ object: secret, why: secret }] }],
    ['a remark', { notCompared: [secret] }],
    ['a fault', { attributionFault: secret }],
  ])('leaves none in %s', (_what, more) => {
    expect(
      driftText(report(more), heading) + JSON.stringify(driftJson(report(more), heading)),
    ).toContain('hunter2')
    const hidden = hideSecrets(report(more), key)
    const shown = driftText(hidden, heading) + JSON.stringify(driftJson(hidden, heading))
    expect(shown).not.toContain('hunter2')
    expect(driftExitCode(hidden)).toBe(driftExitCode(report(more)))
  })
})
