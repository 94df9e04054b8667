import { expect, test } from 'bun:test'
import {
  codeBlocks,
  commandsIn,
  linkProblems,
  pathProblems,
  prose,
  scriptProblems,
  titleProblems,
} from './markdown.ts'

const known = {
  exists: (path: string) => ['src/gate', 'src/gate.ts', 'docs/a.md', 'README.md'].includes(path),
  scripts: ['check'],
}
const doc = (text: string): { path: string; text: string } => ({ path: 'docs/b.md', text })

test('prose() leaves code blocks out and keeps the lines', () => {
  expect(prose('a\n```sh\n# not a title\n```\nb')).toBe('a\n\n\n\nb')
})

test('titleProblems() wants one title, first', () => {
  expect(titleProblems(doc('# A\n\n## B\n```sh\n# c\n```\n'))).toEqual([])
  expect(titleProblems(doc('<!-- generated -->\n# A\n'))).toEqual([])
  expect(titleProblems(doc('# A\n# B\n'))).toHaveLength(1)
  expect(titleProblems(doc('words\n# A\n'))).toHaveLength(1)
})

test('linkProblems() follows relative links', () => {
  expect(linkProblems(doc('[a](a.md#x) [r](../README.md) [w](https://x.example/)'), known)).toEqual(
    [],
  )
  expect(linkProblems(doc('![p](missing.png)'), known)).toHaveLength(1)
})

test('pathProblems() looks up paths in backticks and no patterns', () => {
  expect(
    pathProblems(doc('`src/gate/` `src/gate.ts:12` `src/*.ts` `GET /x` `README.md`'), known),
  ).toEqual([])
  expect(pathProblems(doc('`src/gone.ts` and `GONE.md`'), known)).toHaveLength(2)
})

test('scriptProblems() knows the scripts of package.json', () => {
  expect(scriptProblems(doc('`npm run check` and `npm test`'), known)).toEqual([])
  expect(scriptProblems(doc('```sh\nnpm run deploy\n```'), known)).toHaveLength(1)
})

test('codeBlocks() gives the blocks of one language', () => {
  expect(codeBlocks('```yaml\na: 1\n```\n\n```ts\nx\n```\n', 'yaml')).toEqual(['a: 1\n'])
})

test('commandsIn() finds commands in spans and shell blocks, not in prose', () => {
  const text =
    '`gatehouse explain --url x`, the gatehouse is open\n```sh\n$ bin/gatehouse serve\n```\n'
  expect(commandsIn(text)).toEqual(['explain', 'serve'])
})
