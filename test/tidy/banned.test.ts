import { expect, test } from 'bun:test'
import { bannedProblems } from './banned.ts'

const cases: readonly (readonly [path: string, line: string, banned: boolean])[] = [
  ['src/gate/a.ts', 'const t = Date.now()', true],
  ['src/gate/a.ts', '// Date.now() is not read here', false],
  ['src/gate/a.ts', "log('Date.now()')", false],
  ['src/world/clock.ts', 'const t = Date.now()', false],
  ['src/main.ts', 'process.exit(1)', false],
  ['src/gate/a.ts', 'new Date()', true],
  ['src/gate/a.ts', 'new Date(0)', false],
  ['src/gate/a.ts', 'await fetch(url)', true],
  ['src/gate/a.ts', 'http.fetch(url)', false],
  ['src/cli/a.ts', 'world.process.env', false],
  ['src/cli/a.ts', 'process.env', true],
  ['src/gate/assets/passkey.js', 'await fetch(url)', false],
  ['src/gate/a.test.ts', 'Math.random()', false],
  ['src/gate/a.ts', "throw new Error('x')", true],
  ['src/gate/a.test.ts', "throw new Error('x')", false],
  ['src/gate/a.test.ts', 'await Bun.sleep(5)', true],
  ['test/scenarios/a.test.ts', 'await Bun.sleep(5)', false],
  ['test/scenarios/a.test.ts', 'const x: any = 1', true],
  ['test/scenarios/a.test.ts', "test.only('a')", true],
  ['src/gate/a.ts', '// oxlint-disable-next-line complexity', true],
  [
    'src/gate/a.ts',
    '// oxlint-disable-next-line complexity -- a table would hide the order',
    false,
  ],
  ['src/gate/a.ts', '// FIXME', true],
  ['src/gate/a.ts', 'export default x', true],
  ['docs/guide/a.md', 'throw new Error( and TODO', false],
]

test('bannedProblems() finds banned text where it is banned and only there', () => {
  for (const [path, line, banned] of cases)
    expect([path, line, bannedProblems({ path, text: line }).length > 0]).toEqual([
      path,
      line,
      banned,
    ])
})

test('bannedProblems() says where it is and what to write instead', () => {
  expect(bannedProblems({ path: 'src/gate/a.ts', text: 'a\nMath.random()' })).toEqual([
    'src/gate/a.ts:2: "Math.random" is banned; instead: take a Random (src/world/random.ts) as an argument',
  ])
})
