// Tables for a terminal: aligned, and harmless whatever stands in them.
import { expect, test } from 'bun:test'
import { textTable } from './text-table.ts'

test('textTable aligns columns and ends lines without spaces', () => {
  const rows = [
    ['NAME', 'GROUPS', 'X'],
    ['alice', '', ''],
    ['bo', 'staff,admins', '1'],
  ]
  expect(textTable(rows)).toBe(
    ['NAME   GROUPS        X', 'alice', 'bo     staff,admins  1', ''].join('\n'),
  )
  expect(textTable([])).toBe('')
})

test('textTable shows what would move the cursor, colour the screen or reverse the text as ?', () => {
  expect(textTable([['a\u001b[31mb\nc\u202ed\u0007']])).toBe('a?[31mb?c?d?\n')
})
