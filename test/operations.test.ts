// The guides against the source: every log event is in a table of theirs, every metric they name exists.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { codeBlocks, codeSpans } from './tidy/markdown.ts'
import { readTree, root } from './tidy/tree.ts'

const guide = readFileSync(join(root, 'docs/guide/operations.md'), 'utf8')
const watchGuide = readFileSync(join(root, 'docs/guide/watch.md'), 'utf8')
const levels = new Set(['debug', 'info', 'warn', 'error'])

/**
 * Events that some line of the source writes: texts in what stands before the fields of a log line.
 * Those of the authentik outpost are its own affair.
 */
function writtenEvents(): ReadonlySet<string> {
  const sources = readTree().filter(
    ({ path }) =>
      /^src\/(?!gate\/authentik\/).*\.tsx?$/.test(path) && !/\.(test|fixture)\./.test(path),
  )
  const calls = sources.flatMap(({ text }) => [...text.matchAll(/\.write\(([^{};]*?)[{)]/g)])
  const words = calls.flatMap((call) => [...(call[1] ?? '').matchAll(/(=== )?'([a-z][a-z-]+)'/g)])
  return new Set(
    words.flatMap(([, compared, word = '']) =>
      compared === undefined && !levels.has(word) ? [word] : [],
    ),
  )
}

function describedEvents(): ReadonlySet<string> {
  const table = [guide, watchGuide]
    .map((text) => text.split('## Log lines')[1]?.split(/^## /m)[0] ?? '')
    .join('\n')
  const first = [...table.matchAll(/^\| (`[^|]+`) +\| (?:info|warn|error)/gm)]
  return new Set(first.flatMap((row) => codeSpans(row[1] ?? '')))
}

test('every event of the log stands in the guide to operations or to the watch, and no other', () => {
  expect([...describedEvents()].toSorted()).toEqual([...writtenEvents()].toSorted())
})

test('every metric that a document names is one of the reference', () => {
  const reference = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8')
  const known = new Set(codeSpans(reference))
  const named = readTree()
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ text }) => [...text.matchAll(/(?<!\$)\bgatehouse_[a-z_]*[a-z]\b/g)])
    .map(([name]) => name.replace(/_bucket$/, ''))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !known.has(name) && name !== 'gatehouse_outpost_')).toEqual([])
})

test('the alert lines of the operations guide are rules in the form of Prometheus', () => {
  const text = codeBlocks(guide, 'yaml').find((block) => block.includes('groups:')) ?? ''
  const { groups } = parse(text)
  expect(groups[0].rules.length).toBeGreaterThan(5)
  for (const rule of groups[0].rules) {
    expect(rule).toMatchObject({ alert: expect.any(String), expr: expect.any(String) })
    expect(rule.annotations.summary).toMatch(/^[A-Z]/)
  }
})
