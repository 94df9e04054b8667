// Documents are checked against the tree: titles, links, named paths and commands.
import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawnTable, importTable } from './tidy/imports.ts'
import { commands } from '../src/cli/registry.ts'
import { loadConfig } from '../src/config.ts'
import { memoryFiles } from '../src/world/files.ts'
import {
  codeBlocks,
  commandsIn,
  type Known,
  linkProblems,
  pathProblems,
  scriptProblems,
  titleProblems,
} from './tidy/markdown.ts'
import { readTree, root } from './tidy/tree.ts'
import { policyRules } from '../tools/reference/policy-rules.ts'

const documents = readTree().filter((file) => file.path.endsWith('.md'))

const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)

/** Folders that commands write and git leaves out: they may be named and need not be there. */
const written = readFileSync(join(root, '.gitignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('/'))

const known: Known = {
  exists: (path) =>
    existsSync(join(root, path)) || written.some((place) => `/${path}/`.startsWith(place)),
  scripts: Object.keys(manifest.scripts),
}

/** Most lines that a document of the root may have, so that it stays readable in one go. */
const linesMax = { 'README.md': 250, 'ARCHITECTURE.md': 400, 'STYLE.md': 500 } as const

test('the page of rules lists every finding about a policy, with its severity and its reason', () => {
  const source = ['findings.ts', 'host-findings.ts']
    .map((file) => readFileSync(join(root, 'src/gate/policy', file), 'utf8'))
    .join('\n')
    .replaceAll('`unknown-${kind}`', "'unknown-group'")
  const given = [...source.matchAll(/\bid: '([\w-]+)',\s+severity: '(\w+)'/g)]
  expect(given.length).toBeGreaterThan(9)
  // The one id that is put together stands for both kinds.
  const wanted = [
    ...given.map(([, id, severity]) => `${id} ${severity}`),
    'unknown-provider warning',
  ]
  expect(policyRules.map(({ id, severity }) => `${id} ${severity}`).toSorted()).toEqual(
    [...new Set(wanted)].toSorted(),
  )
  const page = readFileSync(join(root, 'docs/reference/rules.md'), 'utf8')
  for (const { id, reason, severity, title } of policyRules)
    expect(page).toContain(`| \`${id}\` | ${severity} | ${title} | ${reason} |`)
})

test('every document has one title, first', () => {
  expect(documents.flatMap(titleProblems)).toEqual([])
})

test('every relative link leads to a file', () => {
  expect(documents.flatMap((file) => linkProblems(file, known))).toEqual([])
})

test('every path that a document names exists', () => {
  // Dated records may name what is gone since.
  const current = documents.filter((file) => !/^(docs\/decisions\/|CHANGELOG)/.test(file.path))
  expect(current.flatMap((file) => pathProblems(file, known))).toEqual([])
})

test('every npm script that a document names exists', () => {
  expect(documents.flatMap((file) => scriptProblems(file, known))).toEqual([])
})

test('the documents of the root stay short', () => {
  const long = Object.entries(linesMax).filter(([path, max]) => {
    const file = documents.find((document) => document.path === path)
    return file !== undefined && file.text.split('\n').length > max
  })
  expect(long).toEqual([])
})

test('the import table of ARCHITECTURE.md is the one that is checked', () => {
  const drawn = drawnTable(documents.find(({ path }) => path === 'ARCHITECTURE.md')?.text ?? '')
  expect<Record<string, readonly string[]>>(drawn).toEqual(importTable)
})

/** A configuration that stands in a document or in examples/, whole: it says where its gate lives. */
function configurations(): { where: string; text: string }[] {
  const inDocuments = documents.flatMap(({ path, text }) =>
    codeBlocks(text, 'yaml').map((block) => ({ where: path, text: block })),
  )
  const examples = readTree()
    .filter(({ path }) => /^examples\/[^/]+\.yaml$/.test(path))
    .map(({ path, text }) => ({ where: path, text }))
  return [...inDocuments, ...examples].filter(({ text }) => /^url:/m.test(text))
}

test('every whole configuration in documents and examples is right', async () => {
  const mistakes = await Promise.all(
    configurations().map(async ({ where, text }) => {
      const files = memoryFiles({ '/etc/gatehouse.yaml': text })
      const loaded = await loadConfig({ files, file: '/etc/gatehouse.yaml', withSecrets: false })
      return loaded.ok ? [] : loaded.error.map((mistake) => `${where}: ${mistake.message}`)
    }),
  )
  expect(mistakes.flat()).toEqual([])
})

test('the ten lines of the README are the ones in examples/', () => {
  const readme = documents.find(({ path }) => path === 'README.md')?.text ?? ''
  const example = readFileSync(join(root, 'examples/minimal.yaml'), 'utf8')
  expect(codeBlocks(readme, 'yaml')).toContain(example)
})

test('every gatehouse command that a document names exists', () => {
  const names = commands.map(({ usage }) => usage.split(' ')[0] ?? '')
  const unknown = documents.flatMap(({ path, text }) =>
    commandsIn(text)
      .filter((name) => !names.includes(name))
      .map((name) => `${path}: names "gatehouse ${name}", which does not exist`),
  )
  expect(unknown).toEqual([])
})
