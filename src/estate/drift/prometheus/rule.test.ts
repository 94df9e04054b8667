// Rules and targets in normal form, declared and live, and what of either is none.
import { describe, expect, test } from 'bun:test'
import { asWritten, declaredRules, declaredTargets, liveRule, liveTarget } from './rule.ts'

const file = (rule: object, group: object = {}): object => ({
  groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'up', ...rule }], ...group }],
})

function declared(document: unknown): unknown {
  const read = declaredRules(document)
  return read.ok ? read.value.map(({ name, value }) => ({ name, ...value })) : read.error
}

const usual = {
  ...{ name: 'g/A', expr: 'up', labels: {}, for: '0s', keep_firing_for: '0s', annotations: {} },
}

describe('declaredRules()', () => {
  test.each<[string, unknown, unknown]>([
    ['a rule with nothing said', file({}), [usual]],
    ['a time in seconds', file({ for: '90s' }), [{ ...usual, for: '1m30s' }]],
    ['a time of zero', file({ for: 0 }), [usual]],
    ['a time in weeks', file({ for: '1w' }), [{ ...usual, for: '7d' }]],
    ['labels of the group', file({}, { labels: { a: 'b' } }), [{ ...usual, labels: { a: 'b' } }]],
    [
      'a label that wins over that of the group',
      file({ labels: { a: 'c' } }, { labels: { a: 'b', d: 'e' } }),
      [{ ...usual, labels: { a: 'c', d: 'e' } }],
    ],
    ['numbers as labels', file({ labels: { a: 1 } }), [{ ...usual, labels: { a: '1' } }]],
    ['a number as expression', file({ expr: 1 }), [{ ...usual, expr: '1' }]],
    [
      'a recording rule',
      { groups: [{ name: 'g', rules: [{ record: 'a:b', expr: 'up' }] }] },
      [{ name: 'g/a:b', expr: 'up', labels: {} }],
    ],
    ['no groups', { groups: [] }, []],
    ['a group without rules', { groups: [{ name: 'g', rules: [] }] }, []],
  ])('reads %s', (_what, document, wanted) => {
    expect(declared(document)).toEqual(wanted)
  })

  test.each<[string, unknown, string]>([
    ['nothing', null, 'Found no list of groups'],
    ['a list', [], 'Found no list of groups'],
    ['a text', 'groups', 'Found no list of groups'],
    ['a group without a name', { groups: [{ rules: [] }] }, 'Found a group without a name'],
    ['a group of no list', { groups: [{ name: 'g', rules: {} }] }, 'Found a group without a name'],
    [
      'a rule without a name',
      { groups: [{ name: 'g', rules: [{ expr: '1' }] }] },
      'in the group "g"',
    ],
    ['a rule without an expression', file({ expr: null }), 'in the group "g"'],
    ['a time that is none', file({ for: 'soon' }), 'Found a duration that is none at "A"'],
    ['a time below zero', file({ keep_firing_for: '-1m' }), 'Found a duration that is none at "A"'],
    [
      'more than anybody has',
      { groups: [{ name: 'g', rules: Array(20_001).fill({ alert: 'A', expr: 'up' }) }] },
      'Found more than "20000" rules',
    ],
  ])('refuses %s', (_what, document, wanted) => {
    expect(declared(document)).toContain(wanted)
  })
})

describe('declaredTargets()', () => {
  const job = { job_name: 'j', static_configs: [{ targets: ['a:1', 'b:2'] }] }
  const names = (document: unknown): readonly string[] =>
    declaredTargets(document).map(({ name }) => name)

  test.each<[string, unknown, readonly string[]]>([
    ['each address', { scrape_configs: [job] }, ['j/a:1', 'j/b:2']],
    [
      'of several lists',
      { scrape_configs: [{ ...job, static_configs: [{ targets: ['a'] }, { targets: ['b'] }] }] },
      ['j/a', 'j/b'],
    ],
    ['none where targets are found otherwise', { scrape_configs: [{ job_name: 'j' }] }, []],
    ['none of something else', { a: 1 }, []],
    ['none of nothing', undefined, []],
  ])('gives %s', (_what, document, wanted) => expect(names(document)).toEqual(wanted))

  test('fills in what is usual', () => {
    expect(
      declaredTargets({ scrape_configs: [{ ...job, scrape_interval: '60s' }] })[0]?.value,
    ).toEqual({
      ...{ scheme: 'http', metrics_path: '/metrics', scrape_interval: '1m' },
    })
    const other = { ...job, scheme: 'https', metrics_path: '/m' }
    expect(declaredTargets({ scrape_configs: [other] })[0]?.value).toMatchObject({
      ...{ scheme: 'https', metrics_path: '/m' },
    })
  })
})

describe('liveRule()', () => {
  const group = { name: 'g', file: '/r.yaml' }
  const rule = { type: 'alerting', name: 'A', query: 'up', duration: 90, health: 'ok' }

  test('has the form of a declared one', () => {
    const read = liveRule(group, { ...rule, labels: null })
    const found: unknown = read.ok ? { name: read.value.name, ...read.value.value } : read.error
    expect(found).toEqual({
      ...usual,
      for: '1m30s',
    })
  })

  test.each<[object, string | null]>([
    [{}, null],
    [{ health: 'unknown' }, null],
    [{ health: 'err', lastError: 'many-to-many' }, 'many-to-many'],
    [{ health: 'err' }, ''],
    [{ health: 'ok', lastError: 'long ago' }, null],
  ])('of %j is in trouble: %p', (more, wanted) => {
    const read = liveRule(group, { ...rule, ...more })
    expect(read.ok ? read.value.trouble : read.error).toBe(wanted)
  })
})

describe('liveTarget()', () => {
  const target = { scrapePool: 'j', scrapeUrl: 'http://a:1/metrics', health: 'up' }

  test.each<[string, object, string]>([
    ['its declared address', { discoveredLabels: { __address__: 'gate:9300' } }, 'j/gate:9300'],
    ['that of its URL', {}, 'j/a:1'],
    ['that of its URL where labels are odd', { discoveredLabels: 7 }, 'j/a:1'],
  ])('is named by %s', (_what, more, wanted) => {
    const read = liveTarget({ ...target, ...more })
    expect(read.ok ? read.value.name : read.error).toBe(wanted)
  })

  test('an older version shows no interval', () => {
    const read = liveTarget(target)
    expect(read.ok ? Object.keys(read.value.value) : read.error).toEqual(['scheme', 'metrics_path'])
  })
})

describe('asWritten()', () => {
  test.each<[string, object, object, object]>([
    ['an expression that means the same', { expr: '(up)' }, { expr: 'up' }, { expr: 'up' }],
    ['one that does not', { expr: 'up' }, { expr: 'down' }, { expr: 'up' }],
    ['one that nobody can read', { expr: 'up ==' }, { expr: 'up == ' }, { expr: 'up == ' }],
    ['an interval that is not shown', { scrape_interval: '30s' }, {}, {}],
    [
      'an interval that is',
      { scrape_interval: '30s' },
      { scrape_interval: '1m' },
      { scrape_interval: '30s' },
    ],
    ['everything else', { for: '1m' }, { for: '2m', more: 1 }, { for: '1m' }],
  ])('writes %s', (_what, one, other, wanted) => {
    expect(asWritten({ ...one }, { ...other })).toEqual({ ...wanted })
  })
})
