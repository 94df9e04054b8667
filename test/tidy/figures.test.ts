import { expect, test } from 'bun:test'
import { casts, commentLines, figures } from './figures.ts'

test('casts() counts casts and neither constants, renames, comments nor brands', () => {
  const text = [
    "import { a as b } from './a.ts'",
    "export { c as d } from './c.ts'",
    "type Name = Brand<string, 'Name'>",
    'const x = [1] as const',
    'const name = text as Name',
    'const y = (z as Foo).x // as Bar',
    "const s = 'same as that'",
    'const q = list[0] as readonly string[]',
  ].join('\n')
  expect(casts(text)).toBe(2)
})

test('commentLines() counts lines of comment alone', () => {
  expect(commentLines('// a\n/**\n * b\n */\nconst x = 1 // c\n\nconst y = 2')).toBe(4)
})

test('figures() counts product and tests apart', () => {
  const counted = figures([
    { path: 'src/gate/a.ts', text: '// What for.\nconst a = 1\n\nconst b = 2\nconst c = 3\n' },
    { path: 'src/gate/a.test.ts', text: 'x\ny\n' },
    { path: 'test/scenarios/b.test.ts', text: 'x\ny\nz\nw\n' },
    { path: 'docs/a.md', text: 'words\n' },
  ])
  expect(counted).toEqual({
    sourceFiles: 1,
    sourceLines: 4,
    testLines: 6,
    testRatio: 1.5,
    commentPercent: 25,
    castsPerThousand: 0,
    lintDisables: 0,
    longestFile: 4,
    medianFile: 4,
  })
})
