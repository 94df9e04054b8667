import { expect, test } from 'bun:test'
import { addTotals, partsOf, readJunitTotals, readRecords, summary } from './report.ts'

test('readJunitTotals() counts what neither failed nor was skipped as passed', () => {
  const xml =
    '<?xml version="1.0"?>\n<testsuites name="bun test" tests="7" assertions="9" failures="2" skipped="1" time="0.1">\n  <testsuite tests="7" failures="2" />'
  expect(readJunitTotals(xml)).toEqual({ passed: 4, failed: 2, skipped: 1 })
})

test('readJunitTotals() gives null for a report that was not finished', () => {
  expect(readJunitTotals('')).toBeNull()
})

test('addTotals() adds each count', () => {
  const sum = addTotals(
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 20, skipped: 30 },
  )
  expect(sum).toEqual({ passed: 11, failed: 22, skipped: 33 })
})

test('readRecords() gives nothing when no scenario was registered', () => {
  expect(readRecords('/nowhere/scenarios.jsonl')).toEqual([])
})

test('summary() names each skipped scenario with its reason, by reason, and ends with the totals alone', () => {
  const text = summary(
    [
      { name: 'A person signs in', skipped: null },
      ...['a', 'b', 'c'].map((name) => ({ name, skipped: 'Program "x" is not installed' })),
      { name: 'd', skipped: 'Needs root' },
    ],
    { passed: 5, failed: 0, skipped: 1 },
    61_000,
  )
  expect(text.split('\n')).toEqual([
    '',
    '1 scenarios ran, 4 skipped',
    '  3 skipped: Program "x" is not installed: "a", "b" and 1 more',
    '  1 skipped: Needs root: "d"',
    'Took 61 s',
    '5 passed, 0 failed, 1 skipped',
  ])
})

test('summary() says which scenarios were told again, and counts them once', () => {
  const text = summary(
    [
      { name: 'A browser', skipped: null },
      { name: 'A browser', skipped: null, isAgain: true },
    ],
    { passed: 1, failed: 0, skipped: 0 },
    1000,
  )
  expect(text.split('\n').slice(1, 3)).toEqual([
    '1 scenarios ran, 0 skipped',
    '  told again after a failure: "A browser"',
  ])
})

test('partsOf() groups files by their part', () => {
  const paths = ['./src/gate/a.test.ts', './src/gate/b/c.test.ts', './src/std/d.test.ts']
  const more = ['./test/e.test.ts', './test/tidy/f.test.ts', './tools/g.test.ts']
  expect([...partsOf([...paths, ...more])]).toEqual([
    ['src/gate', paths.slice(0, 2)],
    ['src/std', paths.slice(2)],
    ['test', more.slice(0, 2)],
    ['tools', more.slice(2)],
  ])
})
