// Marks of probes: true once, for five minutes, by one key; nothing that a stranger sends is kept.
import { describe, expect, test } from 'bun:test'
import { markAgeMaxSeconds, probeKeyOf, writeProbeMark } from '../model/probe-mark.ts'
import { fakeClock } from '../world/clock.ts'
import { ProbeMarks } from './probe-marks.ts'

const secret = new Uint8Array(32).fill(1)
const key = probeKeyOf(secret)
const start = Date.UTC(2026, 3, 16)
const nonce = (n: number): Uint8Array => new Uint8Array(16).fill(n)

function marksAt(configured: string | null = null) {
  const clock = fakeClock(start)
  const made = { configured }
  const marks = new ProbeMarks({ secret, configuredKey: () => made.configured, clock })
  return Object.assign(made, { clock, marks })
}

describe('ProbeMarks', () => {
  test('a mark of our own watch counts once', () => {
    const { marks } = marksAt()
    const mark = writeProbeMark(key, start, nonce(1))
    expect([marks.isFresh(mark), marks.isFresh(mark)]).toEqual([true, false])
    expect(marks.isFresh(writeProbeMark(key, start, nonce(2)))).toBe(true)
  })

  test.each([
    [0, true],
    [markAgeMaxSeconds, true],
    [markAgeMaxSeconds + 1, false],
    [-markAgeMaxSeconds, true],
    [-markAgeMaxSeconds - 1, false],
    [86_400, false],
  ])('one that is %p s old counts: %p', (age, expected) => {
    const { marks } = marksAt()
    expect(marks.isFresh(writeProbeMark(key, start - age * 1000, nonce(1)))).toBe(expected)
  })

  test('one whose time, nonce or proof was changed never counts, and does not use up the true one', () => {
    const { marks } = marksAt()
    const mark = writeProbeMark(key, start, nonce(1))
    for (let i = 0; i < mark.length; i++) {
      const changed = `${mark.slice(0, i)}${mark[i] === '1' ? '2' : '1'}${mark.slice(i + 1)}`
      expect([changed, marks.isFresh(changed)]).toEqual([changed, false])
    }
    expect(marks.isFresh(mark)).toBe(true)
  })

  test.each(['', 'x', '.', `${'1'.repeat(77)}`, `${' '.repeat(77)}`])('shrugs at %p', (text) => {
    expect(marksAt().marks.isFresh(text)).toBe(false)
  })

  test('a key that is configured stands in the place of our own, from a reload on', () => {
    const made = marksAt('k'.repeat(43))
    expect(made.marks.isFresh(writeProbeMark(key, start, nonce(1)))).toBe(false)
    expect(made.marks.isFresh(writeProbeMark('k'.repeat(43), start, nonce(1)))).toBe(true)
    made.configured = null
    expect(made.marks.isFresh(writeProbeMark(key, start, nonce(2)))).toBe(true)
  })

  test('an empty key proves nothing', () => {
    const { marks } = marksAt('')
    expect(marks.isFresh(writeProbeMark('', start, nonce(1)))).toBe(false)
  })
})
