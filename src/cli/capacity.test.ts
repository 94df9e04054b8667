// `gatehouse capacity` as it is typed: figures of the record, JSON, exit codes, slips of the pen.
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'

const binary = join(import.meta.dir, '../../bin/gatehouse')

function run(...args: readonly string[]): { code: number; out: string; error: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([binary, 'capacity', ...args])
  return { code: exitCode, out: stdout.toString(), error: stderr.toString() }
}

describe('gatehouse capacity', () => {
  test('says of the day of 2026-04-18 what nobody had asked', () => {
    const { code, out } = run(
      '--size',
      '64MiB',
      '--rate',
      '8.63/min',
      '--retention',
      '7d',
      '--json',
    )
    expect(code).toBe(1)
    const { ratio, time_to_full_ms: full, ...rest } = JSON.parse(out)
    expect(ratio).toBeCloseTo(5.31, 2)
    expect(full / 3_600_000).toBeCloseTo(31.64, 2)
    expect(rest).toMatchObject({
      capacity_entries: 16_384,
      bytes_per_entry: 4096,
      verdict: 'structural',
    })
    expect(rest.levers.rate_per_minute).toBeCloseTo(0.8127, 3)
  })

  test('says it to a person in one sentence first', () => {
    const { code, out } = run('--size', '64MiB', '--rate', '18/min', '--retention', '7d')
    expect(code).toBe(1)
    expect(out).toStartWith('It fills within a day.\n')
    expect(out).toContain('181,440 entries, 709 MiB')
    expect(out).toContain('11.07')
    expect(out).toContain('15h 10m')
  })

  test('is content with a store that holds its plateau twice', () => {
    const { code, out } = run('--size', '64MiB', '--rate', '0.8/min', '--retention', '7d')
    expect([code, out.split('\n')[0]]).toEqual([0, 'It never fills at this rate.'])
  })

  test('shows what restarts hide', () => {
    const { out } = run(
      '--size',
      '64MiB',
      '--rate',
      '8.63/min',
      '--retention',
      '7d',
      '--restart',
      '4h',
    )
    expect(out).toMatch(/ratio +0\.13\n/)
    expect(out).toMatch(/without restarts +5\.31\n/)
  })

  test('has a word for entries that never end', () => {
    const { out } = run('--size', '1GiB', '--rate', '1/min')
    expect(out).toContain('none: entries never end')
    expect(JSON.parse(run('--size', '1GiB', '--rate', '1/min', '--json').out)).toMatchObject({
      plateau_entries: null,
      ratio: null,
    })
  })

  test.each([
    [['--size', '64', '--rate', '1'], 'Found "1", wanted a rate such as "18/min"'],
    [['--size', 'big', '--rate', '1/min'], 'Found "big", wanted a size such as "64MiB"'],
    [['--size', '0B', '--rate', '1/min'], 'Found "0B"'],
    [
      ['--size', '1MiB', '--rate', '1/min', '--retention', 'week'],
      'Found "week", wanted a duration such as "7d"',
    ],
    [['--size', '1MiB', '--rate', '1/min', '--used', '-1'], '--used'],
    [['--rate', '1/min'], '--size'],
  ])('says what is wrong with %j', (args, message) => {
    const { code, error, out } = run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain(message)
  })
})
