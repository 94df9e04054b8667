import { expect, test } from 'bun:test'
import {
  drawnTable,
  frontDoorProblems,
  importProblems,
  importsOf,
  libraryProblems,
} from './imports.ts'

test('importsOf() finds every form, over several lines too', () => {
  const text = [
    "import a from './a.ts'",
    "import type {\n  B,\n  C,\n} from './b.ts'",
    "export { d } from './d.ts'",
    "import './e.css'",
    "const f = await import('./f.ts')",
    "const not = 'from'",
  ].join('\n')
  expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './d.ts', './e.css', './f.ts'])
})

test('importProblems() lets through what the table allows and names what it does not', () => {
  const cases: readonly (readonly [path: string, specifier: string, problem: string | null])[] = [
    ['src/std/a.ts', './b.ts', null],
    ['src/std/a.ts', '../world/clock.ts', '"std" may not import "world"'],
    ['src/model/a.ts', '../std/result.ts', null],
    ['src/gate/policy/a.ts', '../../world/clock.ts', null],
    ['src/gate/policy/a.ts', '../../config/load.ts', '"gate" may not import "config"'],
    ['src/gate/policy/a.ts', '../../config.ts', '"gate" may not import "config"'],
    ['src/config/a.ts', '../gate.ts', null],
    ['src/config/a.ts', '../gate/decide.ts', 'enter "gate" through src/gate.ts'],
    ['src/config/a.ts', '../gate-run.ts', null],
    ['src/config/a.ts', '../gate-run/a.ts', '"config" may not import "gate-run"'],
    ['src/gate-run.ts', './gate/gate.ts', null],
    ['src/gate-run.ts', './config/load.ts', '"gate" may not import "config"'],
    ['src/watch/a.ts', '../gate-run.ts', '"watch" may not import "gate"'],
    ['src/gatehouse.ts', './gate.ts', 'not in the import table'],
    ['src/main.ts', './cli.ts', null],
    ['src/main.ts', './cli/serve.ts', 'enter "cli" through src/cli.ts'],
    ['src/gate.ts', './gate/decide.ts', null],
    ['src/gate/a.ts', '../../test/scenario.ts', 'which is for tests'],
    ['src/gate/a.ts', '../../tools/check.ts', 'from outside src'],
    ['src/gate/a.test.ts', '../../test/scenario.ts', null],
    ['src/gate/a.ts', '../world/fake-world.ts', 'which is for tests'],
    ['src/cli/version.ts', '../../package.json', null],
    ['src/novel/a.ts', './b.ts', 'not in the import table'],
    ['test/a.ts', '../src/gate/decide.ts', null],
    ['src/std/a.ts', 'node:fs', null],
  ]
  for (const [path, specifier, problem] of cases) {
    const found = importProblems({ path, text: `import { x } from '${specifier}'` }).join()
    if (problem === null) expect([path, specifier, found]).toEqual([path, specifier, ''])
    else expect(found).toContain(problem)
  }
})

test('frontDoorProblems() allows re-exports of the own part alone', () => {
  const door = (text: string): string => frontDoorProblems({ path: 'src/gate.ts', text }).join()
  expect(
    door("// What for.\nexport { a } from './gate/a.ts'\nexport type { B } from './gate/b.ts'"),
  ).toBe('')
  expect(door('export const a = 1')).toContain('export const a = 1')
  expect(door("export { a } from './config/a.ts'")).toContain('./config/a.ts')
  expect(door("export * from './gate/a.ts'")).toContain('export *')
  const side = { path: 'src/gate-run.ts', text: 'run()' }
  expect(frontDoorProblems(side).join()).toContain('run()')
  expect(frontDoorProblems({ path: 'src/main.ts', text: 'run()' })).toEqual([])
})

test('libraryProblems() keeps a library in the place that wraps it', () => {
  const table = { zod: ['src/config/'], '@x/y': ['src/gate/y.ts'] }
  const found = (path: string, library: string): string =>
    libraryProblems({ path, text: `import { z } from '${library}'` }, table).join()
  expect(found('src/config/schema.ts', 'zod')).toBe('')
  expect(found('src/gate/y.ts', '@x/y/deep')).toBe('')
  expect(found('src/gate/a.ts', 'zod')).toContain('only src/config/ may')
  expect(found('src/gate/a.ts', 'left-pad')).toContain('no place in the library table')
  expect(found('src/gate/a.ts', 'node:fs')).toBe('')
})

test('drawnTable() reads the table of a document', () => {
  const text = '| | std | gate |\n| --- | :-: | :-: |\n| std | | |\n| `src/main.ts` | ✓ | door |\n'
  expect(drawnTable(text)).toEqual({ std: [], main: ['std', 'gate'] })
})
