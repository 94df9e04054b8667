// Markdown and mermaid: what a value holds never becomes structure.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { markdownCode, markdownTable, mermaid, mermaidId, mermaidLabel } from './markdown.ts'

describe('markdownTable', () => {
  test('is a head, a rule and rows', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |')
  })
  test('is nothing without rows', () => {
    expect(markdownTable(['a'], [])).toBe('')
  })
  test('keeps bars and line breaks of values out of its structure', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 }), (rows) => {
        const lines = markdownTable(['a', 'b'], rows).split('\n')
        expect(lines).toHaveLength(rows.length + 2)
        for (const line of lines)
          expect(line.replaceAll(/\\[\\|]/g, '').split('|').length - 1).toBeGreaterThanOrEqual(3)
      }),
    )
    expect(markdownTable(['a'], [['x|y']])).toContain('| x\\|y |')
  })
})

describe('mermaid', () => {
  test('is fenced', () => {
    expect(mermaid(['flowchart TD', '  a --> b'])).toBe('```mermaid\nflowchart TD\n  a --> b\n```')
  })
  test('labels are quoted and end where they should', () => {
    expect(mermaidLabel('a "b"; <c>')).toBe('"a #quot;b#quot;#59; #lt;c#gt;"')
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(mermaidLabel(text).slice(1, -1)).not.toMatch(/["<>`\n]/)
      }),
    )
  })
  test('ids of different names differ and are words', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(mermaidId(a)).toMatch(/^n_\w*$/)
        if (a !== b && !a.includes('_') && !b.includes('_'))
          expect(mermaidId(a) === mermaidId(b)).toBe(false)
      }),
    )
    expect(mermaidId('end')).toBe('n_end')
  })
})

describe('markdownCode', () => {
  test('is code, or nothing', () => {
    expect([markdownCode('a`b'), markdownCode('')]).toEqual(["`a'b`", ''])
  })
})
