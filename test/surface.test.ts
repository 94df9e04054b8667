// The generated reference pages are as the source says. A stale one fails with the command to run.
import { expect, test } from 'bun:test'
import { referencePages, stalePages } from '../tools/codegen.ts'
import { families } from '../tools/reference/metrics.ts'
import { table } from '../tools/reference/page.ts'
import { doorExports, firstSentence } from '../tools/reference/surface.ts'

test('reference pages are fresh (npm run docs)', async () => {
  expect(stalePages(await referencePages())).toEqual([])
  // The post-mortem comes out of a replay of three days.
}, 120_000)

test('stalePages() names a page whose text is another', () => {
  expect(stalePages([{ path: 'docs/reference/reasons.md', text: 'old' }])).toEqual([
    'docs/reference/reasons.md',
  ])
})

test('doorExports() finds types, values and renames', () => {
  const text = "export { a, type B } from './x/a.ts'\nexport type {\n  C as D,\n} from './x/c.ts'\n"
  expect(doorExports(text)).toEqual([
    { name: 'a', from: './x/a.ts' },
    { name: 'B', from: './x/a.ts' },
    { name: 'D', from: './x/c.ts' },
  ])
})

test('firstSentence() reads the comment of that export and no other', () => {
  const source =
    '/** Other. */\nexport const x = 1\n\n/**\n * Makes {@link A}, well. More\n */\nexport function y(): void {}\n'
  expect(firstSentence(source, 'y')).toBe('Makes `A`, well.')
  expect(firstSentence(source, 'z')).toBe('')
})

test('families() gives name, type and help, in order of names', () => {
  const text =
    '# HELP b_total Bees\n# TYPE b_total counter\nb_total 0\n# HELP a Ants\n# TYPE a gauge\n'
  expect(families(text)).toEqual([
    ['`a`', 'gauge', 'Ants'],
    ['`b_total`', 'counter', 'Bees'],
  ])
})

test('table() escapes what would end a cell', () => {
  expect(table(['a'], [['x | y']])).toBe('| a |\n| --- |\n| x \\| y |')
})
