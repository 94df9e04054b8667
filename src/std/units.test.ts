// Durations, sizes and rates as people write them, and what is none.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  formatBytes,
  formatDuration,
  parseDurationMs,
  parseRatePerMs,
  parseSizeBytes,
} from './units.ts'

type Case = readonly [text: string, value: number | null]

describe('parseDurationMs()', () => {
  const cases: readonly Case[] = [
    ['500ms', 500],
    ['12s', 12_000],
    ['90m', 5_400_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['', null],
    ['7', null],
    ['d', null],
    ['7 d', null],
    ['7D', null],
    ['-7d', null],
    ['7y', null],
    ['1h 30m', null],
    ['1h30', null],
    ['1e3s', null],
    ['7dx', null],
  ]
  test('reads durations and refuses everything else', () => {
    for (const [text, value] of cases) expect([text, parseDurationMs(text)]).toEqual([text, value])
  })
})

describe('parseSizeBytes()', () => {
  const cases: readonly Case[] = [
    ['512B', 512],
    ['4KiB', 4096],
    ['64MiB', 67_108_864],
    ['64 MiB', 67_108_864],
    ['1.5GiB', 1_610_612_736],
    ['2MB', 2_000_000],
    ['64', null],
    ['64M', null],
    ['64mib', null],
    ['MiB', null],
    ['-1B', null],
    ['', null],
  ]
  test('reads sizes and refuses everything else', () => {
    for (const [text, value] of cases) expect([text, parseSizeBytes(text)]).toEqual([text, value])
  })
})

describe('parseRatePerMs()', () => {
  const cases: readonly Case[] = [
    ['2/s', 0.002],
    ['18/min', 18 / 60_000],
    ['18/m', 18 / 60_000],
    ['1.5/h', 1.5 / 3_600_000],
    ['7/d', 7 / 86_400_000],
    ['18', null],
    ['18/', null],
    ['18/year', null],
    ['18 / min', null],
    ['-1/s', null],
    ['/s', null],
  ]
  test('reads rates and refuses everything else', () => {
    for (const [text, value] of cases) expect([text, parseRatePerMs(text)]).toEqual([text, value])
  })
})

describe('formatDuration()', () => {
  test('shows the two largest units', () => {
    const cases: readonly (readonly [ms: number, text: string])[] = [
      [0, '0s'],
      [-5, '0s'],
      [999, '0s'],
      [12_000, '12s'],
      [60_000, '1m'],
      [90_061_000, '1d 1h'],
      [604_800_000, '7d'],
    ]
    for (const [ms, text] of cases) expect([ms, formatDuration(ms)]).toEqual([ms, text])
  })

  test('is never more than what it was given, and at most one unit less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 10_000_000_000 }), (ms) => {
        const shown = parseDurationMs(formatDuration(ms).replaceAll(' ', '')) ?? Number.NaN
        expect(shown).toBeLessThanOrEqual(ms)
        expect(ms - shown).toBeLessThan(
          ms < 3_600_000 ? 1000 : ms < 86_400_000 ? 60_000 : 3_600_000,
        )
      }),
    )
  })
})

test('formatBytes() shows three figures of the largest unit that fits', () => {
  const cases: readonly (readonly [bytes: number, text: string])[] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [4096, '4 KiB'],
    [743_178_240, '709 MiB'],
    [2 ** 31, '2 GiB'],
  ]
  for (const [bytes, text] of cases) expect([bytes, formatBytes(bytes)]).toEqual([bytes, text])
})
