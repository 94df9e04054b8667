// Prometheus' durations, both ways.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { formatPrometheusMs, parsePrometheusMs } from './prometheus-duration.ts'

test('parsePrometheusMs() reads what Prometheus reads', () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2w', 1_209_600_000],
    ['1y', 31_536_000_000],
    ['0', 0],
    ['0s', 0],
    ['', null],
    ['5', null],
    ['5 m', null],
    ['1m1h', null],
    ['1m1m', null],
    ['1.5h', null],
    ['-5m', null],
    ['5min', null],
  ]
  for (const [text, ms] of cases) expect([text, parsePrometheusMs(text)]).toEqual([text, ms])
})

test('formatPrometheusMs() is read back as the same', () => {
  expect(formatPrometheusMs(90_000)).toBe('1m30s')
  expect(formatPrometheusMs(0)).toBe('0s')
  fc.assert(
    fc.property(fc.nat(10 ** 12), (ms) => {
      expect(parsePrometheusMs(formatPrometheusMs(ms))).toBe(ms)
    }),
  )
})
