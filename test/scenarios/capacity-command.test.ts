// `gatehouse capacity` as it is typed: figures of the record, JSON, exit codes, slips of the pen.
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

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
    [['--size', '9007199254740993B', '--rate', '1/min'], 'wanted a size such as "64MiB"'],
    [['--size', '1MiB', '--rate', `${'9'.repeat(400)}/s`], 'wanted a rate such as "18/min"'],
    [
      ['--size', '1MiB', '--rate', '1/min', '--retention', 'week'],
      'Found "week", wanted a duration such as "7d"',
    ],
    [['--size', '1MiB', '--rate', '1/min', '--used', '-1'], '--used'],
    [['--rate', '1/min'], 'Missing "--size"'],
    [[], '"--config" with declared stores'],
  ])('says what is wrong with %j', (args, message) => {
    const { code, error, out } = run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain(message)
  })

  test('makes a table of several values: the one that tells sizes from 2026-04-18', () => {
    const { code, out } = run('--size', '64MiB,256MiB,2GiB', '--retention', '7d,28d')
    expect([code, out]).toEqual([
      0,
      [
        'capacity  entries  at 7d     at 28d',
        '64 MiB    16,384   1.63/min  0.406/min',
        '256 MiB   65,536   6.5/min   1.63/min',
        '2 GiB     524,288  52/min    13/min',
        '',
      ].join('\n'),
    ])
    const data: unknown[] = JSON.parse(
      run('--size', '64MiB,256MiB,2GiB', '--retention', '7d,28d', '--json').out,
    )
    expect(data).toHaveLength(6)
    expect(data[0]).toMatchObject({ capacity_entries: 16_384, rate_per_minute: null })
    expect(
      data.map((one) => (one as { sustained_per_minute: number }).sustained_per_minute),
    ).toEqual([1.625, 0.406, 6.5, 1.625, 52.01, 13].map((rate) => expect.closeTo(rate, 2)))
  })

  test('counts probes as what they are: 96 monitors take a ratio of 0.1 to 5.3', () => {
    const asked = ['--size', '64MiB', '--retention', '7d', '--rate', '0.17/min']
    const ratio = (...more: readonly string[]): number =>
      JSON.parse(run(...asked, ...more, '--json').out).ratio
    expect(ratio()).toBeCloseTo(0.105, 3)
    expect(ratio('--probes', '44', '--probe-interval', '5m')).toBeCloseTo(5.52, 2)
    expect(ratio('--probes', '44')).toBeCloseTo(5.52, 2)
    const { out } = run(...asked, '--probes', '44')
    expect(out).toMatch(/inflow +8\.97\/min, 8\.8\/min of it from probes\n/)
  })

  test('shows every combination of rates, restarts and intervals', () => {
    const { code, out } = run(
      ...['--size', '64MiB', '--retention', '7d', '--rate', '0.1/min,8.63/min'],
      ...['--restart', '4h,2d', '--probes', '10', '--probe-interval', '5m,1m'],
    )
    const lines = out.trimEnd().split('\n')
    expect([code, lines.length]).toEqual([1, 9])
    expect(lines[0]?.split(/  +/)).toEqual([
      ...['capacity', 'retention', 'restart', 'inflow', 'of it probes', 'sustains', 'ratio'],
      ...['without restarts', 'time to full', 'verdict'],
    ])
    expect(lines[5]?.split(/  +/)).toEqual([
      ...[
        '64 MiB',
        '7d',
        '2d',
        '2.1/min',
        '2/min',
        '1.63/min',
        '0.37',
        '1.29',
        'never',
        'structural',
      ],
    ])
  })

  test.each([
    [['--size', '1MiB,,2MiB'], 'Found "", wanted a size'],
    [['--size', Array(21).fill('1MiB').join(',')], 'Found 21 values, wanted at most 20'],
    [
      [
        '--size',
        Array(20).fill('1MiB').join(','),
        '--retention',
        Array(20).fill('1d').join(','),
        '--rate',
        '1/s,2/s',
      ],
      'Found 800 cases, wanted at most 500',
    ],
    [['--store', 'x', '--size', '1MiB'], 'Found "--store" without "--config"'],
    [['--size', '1MiB', '--probes', '-1'], '--probes'],
    [['--size', '1MiB', '--probe-interval', '0s'], 'Found "0s", wanted a duration'],
  ])('bounds what it is asked: %#', (args, message) => {
    const { code, error, out } = run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain(message)
  })
})

describe('gatehouse capacity --config', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-capacity-'))
  const file = join(directory, 'gatehouse.yaml')
  writeFileSync(
    file,
    `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
sessions: { total: 5000, lifetime: 3d }
services:
  - { host: app.example.com, upstream: "http://10.0.0.5:3000" }
  - { host: wiki.example.com }
  - { host: open.example.com, auth: none }
watch:
  door_interval: 5m
  ingress: ["10.0.0.2:443"]
  stores:
    - { name: outpost-shm, layer: gate_new, size: 64MiB, retention: 7d, rate: 0.2/min, probes_leave_entries: true }
    - { name: redis, layer: gate_check, size: 1GiB, retention: 1d }
    - { name: measured, layer: gate_check, path: /dev/shm, rate: 1/min }
`,
  )
  afterAll(() => rmSync(directory, { recursive: true }))
  const asked = (...args: readonly string[]) => run('--config', file, ...args)

  test('shows every declared store and the own one, with the share of the probes', () => {
    const { code, out } = asked()
    const rows = out.split('\n').map((line) => line.split(/  +/))
    expect([code, rows[0]?.slice(0, 5)]).toEqual([
      1,
      ['store', 'capacity', 'retention', 'inflow', 'of it probes'],
    ])
    expect(rows.slice(1, 5).map(([store, capacity]) => [store, capacity])).toEqual([
      ['outpost-shm', '64 MiB'],
      ['redis', '1 GiB'],
      ['measured', 'not known'],
      ['sessions', '5,000 entries'],
    ])
    expect(out).toContain('sessions: strangers and probes leave nothing')
    expect(out).toContain('outpost-shm: a ratio of 0.5 takes one of rate 0.813/min')
  })

  test('changes of one store only what is asked', () => {
    const data = (...args: readonly string[]) =>
      JSON.parse(asked('--store', 'outpost-shm', ...args, '--json').out)
    const before = data()
    expect(before).toMatchObject({
      store: 'outpost-shm',
      declared: 'watch.stores',
      size_bytes: 64 * 1024 ** 2,
      retention_ms: 604_800_000,
    })
    const probes = before.probes_per_minute
    expect(before.rate_per_minute).toBeCloseTo(0.2 + probes, 6)
    expect(data('--rate', '5/min').rate_per_minute).toBeCloseTo(5 + probes, 6)
    expect(data('--probes', '0').rate_per_minute).toBeCloseTo(0.2, 6)
    expect(data('--probe-interval', '30s').probes_per_minute).toBeGreaterThan(probes)
    expect(data('--size', '2GiB').ratio).toBeCloseTo(before.ratio / 32, 6)
    expect(data('--retention', '1d').ratio).toBeCloseTo(before.ratio / 7, 6)
  })

  test('knows the own store: sessions in place of bytes, and no entry of a probe without a cookie', () => {
    const { code, out } = asked('--store', 'sessions', '--rate', '2/min')
    expect(code).toBe(1)
    expect(out).toStartWith('sessions (the gate, in SQLite): strangers and probes leave nothing')
    expect(out).toContain('5,000 entries')
    expect(out).toMatch(/ratio +1\.73\n/)
  })

  test('finds the second outpost of the record in its estate: a ratio of 0.98, all of it monitors', () => {
    const estate = join(import.meta.dir, '../../examples/homelab/gatehouse.ts')
    const data = (...args: readonly string[]) =>
      JSON.parse(run('--config', estate, '--store', 'outpost-public-shm', ...args, '--json').out)
    expect(data()).toMatchObject({
      declared: 'storage.volumes',
      capacity_entries: 16_384,
      rate_per_minute: expect.closeTo(0.4, 6),
      probes_per_minute: expect.closeTo(0.4, 6),
      ratio: expect.closeTo(0.984, 3),
      time_to_full_ms: null,
    })
    expect(data('--probe-interval', '10m').ratio).toBeCloseTo(0.492, 3)
    expect(data('--probe-interval', '1m').verdict).toBe('structural')
    expect(data('--probes', '10', '--probe-interval', '5m').rate_per_minute).toBeCloseTo(2, 6)
  })

  test('says which stores there are, and every mistake of the file', () => {
    expect(asked('--store', 'session').error).toContain(
      'Found the store "session", wanted one of "outpost-shm", "redis", "measured", "sessions"; perhaps "sessions"',
    )
    const { code, error } = run('--config', join(directory, 'none.yaml'))
    expect([code, error.includes('none.yaml')]).toEqual([2, true])
  })
})
