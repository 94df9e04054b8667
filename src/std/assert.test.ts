import { expect, test } from 'bun:test'
import { AssertionError, assert, must, unreachable } from './assert.ts'

test('assert() throws a defect of ours unless the condition holds', () => {
  expect(() => assert(true, 'Holds')).not.toThrow()
  expect(() => assert(false, 'Does not hold')).toThrow(new AssertionError('Does not hold'))
})

test('must() gives the value, and keeps what is only falsy', () => {
  for (const value of [0, '', false, 'x']) expect(must(value, 'Is there')).toBe(value)
  for (const value of [null, undefined])
    expect(() => must(value, 'Is there')).toThrow(AssertionError)
})

test('unreachable() throws when the types were wrong after all', () => {
  const call: (value: string) => never = unreachable as (value: string) => never
  expect(() => call('surprise')).toThrow('"surprise"')
})
