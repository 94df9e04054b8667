import { expect, test } from 'bun:test'
import {
  docProblems,
  messageFault,
  messageProblems,
  privateProblems,
  purposeProblems,
} from './words.ts'

test('purposeProblems() asks for a comment line on top, except of unit tests', () => {
  const bad = (path: string, text: string): boolean => purposeProblems({ path, text }).length > 0
  expect(bad('src/gate/a.ts', '// What the gate answers, as data.\nexport {}')).toBe(false)
  expect(bad('src/gate/a.ts', '/** What the gate answers, as data. */')).toBe(false)
  expect(bad('tools/a.mjs', '#!/usr/bin/env node\n// What the gate answers, as data.')).toBe(false)
  expect(bad('src/gate/0001.sql', '-- Sessions and their indexes, first version.')).toBe(false)
  expect(bad('src/gate/a.ts', '// Helpers.')).toBe(true)
  expect(bad('src/gate/a.ts', "import a from './b.ts'")).toBe(true)
  expect(bad('src/gate/a.test.ts', "import a from './b.ts'")).toBe(false)
  expect(bad('test/scenarios/a.test.ts', "import a from './b.ts'")).toBe(true)
})

test('docProblems() asks for a doc comment above each export, once for overloads', () => {
  const found = (text: string): string => docProblems({ path: 'src/gate/a.ts', text }).join()
  expect(found('/** Adds. */\nexport function add(): void {}')).toBe('')
  expect(found('/** A. */\nexport function a(): void\nexport function a(b: 1): void')).toBe('')
  expect(found("export { a } from './a.ts'")).toBe('')
  expect(found('// Adds.\nexport async function add(): Promise<void> {}')).toContain('"add"')
  expect(found('\nexport const limitBytesMax = 1')).toContain('"limitBytesMax"')
})

test('messageFault() names what is wrong with the form of a message', () => {
  const cases: readonly (readonly [message: string, fault: string | null])[] = [
    ['Reading "a.yaml" failed: found "x", wanted a number', null],
    ['"url" is missing', null],
    ['', null],
    ['cannot read', 'starts with a small letter'],
    ['Cannot read.', 'ends with a full stop'],
    ["File can't be read", 'has a contraction'],
  ]
  for (const [message, fault] of cases)
    expect([message, messageFault(message)]).toEqual([message, fault])
})

test('messageProblems() reads messages, titles and fixes in source', () => {
  const found = (text: string): number => messageProblems({ path: 'src/gate/a.ts', text }).length
  expect(found("{ message: 'lower case', fix: 'Do this.' }")).toBe(2)
  expect(found("{ title: 'Right', fix: 'Do this' }")).toBe(0)
})

test('privateProblems() finds machine paths, registry hosts and words about how work is done', () => {
  const found = (text: string): number => privateProblems({ path: 'docs/a.md', text }).length
  // Put together, so that this file does not hold what it forbids.
  const place = ['', 'work', 'main'].join('/')
  expect(found(`cd ${place}`)).toBe(1)
  expect(found(`see https://a.example${place}`)).toBe(0)
  expect(found('fetched from registry.npmjs.org')).toBe(1)
  expect(found('as in design 4')).toBe(1)
  expect(found('a cookie (§4.1)')).toBe(1)
  expect(found('the user agent of the client')).toBe(0)
  expect(found('made by a subagent')).toBe(1)
})
