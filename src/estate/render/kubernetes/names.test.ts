// Names and quantities as an API server takes them.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { numbered, objectName, quantity } from './names.ts'

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

describe('objectName()', () => {
  test.each([
    ['Grafana.Example.com', 'grafana-example-com'],
    ['0-core', '0-core'],
    ['a__b', 'a-b'],
    ['-x-', 'x'],
    ['***', 'x'],
    ['', 'x'],
  ])('of %p is %s', (text, name) => {
    expect(objectName(text)).toBe(name)
  })

  test('is a label whatever it is made of, also with a number', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), fc.integer({ min: 2, max: 5000 }), (text, n) => {
        expect(objectName(text)).toMatch(label)
        expect(numbered(objectName(text), n)).toMatch(label)
        expect(objectName(objectName(text))).toBe(objectName(text))
      }),
    )
  })
})

describe('quantity()', () => {
  test.each([
    [0, '0'],
    [1, '1'],
    [1024, '1Ki'],
    [1025, '1025'],
    [1536, '1536'],
    [64 * 1024 ** 2, '64Mi'],
    [1024 ** 3, '1Gi'],
    [3 * 1024 ** 4, '3Ti'],
    [1024 ** 5, '1024Ti'],
  ])('of %d is %s', (bytes, text) => {
    expect(quantity(bytes)).toBe(text)
  })
})
