// Numbers, lists of names and of statuses, as people read and write them.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseSizeBytes } from '../std/units.ts'
import { acceptsStatus } from './status-list.ts'
import { formatBytes, quotedList } from './text.ts'

describe('formatBytes()', () => {
  test.each([
    [0, '0B'],
    [1, '1B'],
    [1023, '1023B'],
    [1024, '1KiB'],
    [1500, '1.46KiB'],
    [64 * 1024 ** 2, '64MiB'],
    [1024 ** 2 - 1, '1MiB'],
    [1024 ** 3, '1GiB'],
    [1024 ** 4, '1TiB'],
    [5000 * 1024 ** 4, '5000TiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test('is a size as settings take it, at most half a percent off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1024 ** 4 - 1024 ** 3 }), (bytes) => {
        const read = parseSizeBytes(formatBytes(bytes)) ?? 0
        expect(Math.abs(read - bytes)).toBeLessThanOrEqual(bytes * 0.005)
      }),
    )
  })
})

describe('quotedList()', () => {
  test.each([
    [[], ''],
    [['a'], '"a"'],
    [['a', 'b'], '"a" and "b"'],
    [['a', 'b', 'c'], '"a", "b" and "c"'],
    [['a', 'b', 'c', 'd', 'e'], '"a", "b", "c" and 2 more'],
  ])('%p is %s', (names, text) => {
    expect(quotedList(names, 3)).toBe(text)
  })
})

describe('acceptsStatus()', () => {
  test.each([
    ['200-299', 200, true],
    ['200-299', 299, true],
    ['200-299', 300, false],
    ['200', 200, true],
    ['200, 401', 401, true],
    [' 200 - 299 ,400-401', 400, true],
    ['299-200', 250, false],
    ['2xx', 200, false],
    ['', 200, false],
    [',', 0, false],
    ['20', 20, false],
    ['all, 302', 302, true],
  ])('"%s" and %d: %p', (list, status, holds) => {
    expect(acceptsStatus(list, status)).toBe(holds)
  })
})
