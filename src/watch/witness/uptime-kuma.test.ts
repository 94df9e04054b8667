// Uptime Kuma as a witness: both of its public forms, in two versions, and nonsense.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { WitnessConfig } from '../config.ts'
import { createWitness } from './registry.ts'
import { readStatusPage } from './status-page.ts'
import { type Served, servingWorld, testdata } from './testing.fixture.ts'
import { readKumaMetrics } from './uptime-kuma.ts'
import { testimoniesMax } from './witness.ts'

const config = {
  kind: 'uptime-kuma',
  name: 'kuma',
  url: 'http://kuma.lan:3001/',
  statusPage: null,
  password: 'uk1_secret',
} as const satisfies WitnessConfig

describe('kumaMetricsWitness()', () => {
  test('reads the four states of 2.3.2, hosts from URLs and host names', async () => {
    const world = servingWorld(() => testdata('uptime-kuma-2.3.2.txt'))
    const report = await createWitness(config, world).read()
    expect(report).toEqual({
      ok: true,
      value: {
        testimonies: [
          { name: '[External] grafana', host: 'grafana.example.com', state: 'up' },
          { name: '[External] wiki', host: 'wiki.example.com', state: 'down' },
          { name: 'printer, upstairs', host: 'printer.lan.example.com', state: 'pending' },
          { name: 'mail', host: 'mail.example.com', state: 'maintenance' },
          { name: 'backup (push)', host: null, state: 'up' },
        ],
        reasons: [],
        samples: [],
        changes: [],
      },
    })
    const [asked] = world.asked
    expect(asked?.url).toBe('http://kuma.lan:3001/metrics')
    const [scheme, credentials = ''] = (asked?.headers?.['authorization'] ?? '').split(' ')
    expect([scheme, atob(credentials)]).toEqual(['Basic', 'gatehouse:uk1_secret'])
  })

  test('reads a newer one with windows and tags as labels', () => {
    expect(readKumaMetrics(testdata('uptime-kuma-newer.txt'))).toEqual({
      ok: true,
      value: [
        { name: 'grafana', host: 'grafana.example.com', state: 'down' },
        { name: 'vault', host: 'vault.example.com', state: 'up' },
        { name: 'cache', host: null, state: 'up' },
      ],
    })
  })

  test.each([
    ['uptime_kuma_monitor_status{name="a",url="https://a.example.com"} 0', 'a', 'a.example.com'],
    [
      'monitor_status{title="x",kuma_monitor_name="b",target_hostname="b.example.com"} 0',
      'b',
      'b.example.com',
    ],
    ['monitor_status{monitor_id="7"} 0', '7', null],
    ['monitor_status{monitor_url="https://c.example.com/x"} 0', 'c.example.com', 'c.example.com'],
    ['monitor_status 0', 'a monitor without a name', null],
    [
      'monitor_status{monitor_name="v6",monitor_url="http://[2001:db8::1]:80/"} 0',
      'v6',
      '[2001:db8::1]',
    ],
    ['monitor_status{monitor_name="bad",monitor_url="https://a b"} 0', 'bad', null],
  ])('finds its way in %j', (line, name, host) => {
    expect(readKumaMetrics(line)).toEqual({ ok: true, value: [{ name, host, state: 'down' }] })
  })

  test('leaves out a monitor whose state nobody knows', () => {
    const text = 'monitor_status{monitor_name="a"} NaN\nmonitor_status{monitor_name="b"} 1\n'
    const read = readKumaMetrics(text)
    expect(read.ok && read.value.map(({ name }) => name)).toEqual(['b'])
  })

  test.each<[Served, string]>([
    ['', 'Its answer has no metric "monitor_status"'],
    ['<!doctype html><title>Uptime Kuma</title>', 'Its answer has no metric "monitor_status"'],
    ['monitor_status{monitor_name="a"} 17', 'None of its monitors has a state that is known'],
    ['monitor_status{monitor_name="a"} -1', 'None of its monitors has a state that is known'],
    [
      'monitor_status{monitor_name="a"} 1\n'.repeat(testimoniesMax + 1),
      'It has more than 5000 monitors',
    ],
    [new Uint8Array([0xff, 0xfe, 0x00]), 'Its answer is not UTF-8'],
    [401, 'It answered 401: the credentials are wrong'],
    [503, 'It answered 503'],
    [{ code: 'timeout', detail: '' }, 'No answer in 10 seconds'],
    [{ code: 'unreachable', detail: 'http://user:secret@kuma' }, 'It cannot be reached'],
    [{ code: 'too-large', detail: '' }, 'Its answer is larger than 16 MiB'],
    [{ code: 'redirect', detail: '' }, 'It redirected to another address, which is not followed'],
  ])('is blind, and says so, when it gets nonsense (%#)', async (served, detail) => {
    const read = await createWitness(
      config,
      servingWorld(() => served),
    ).read()
    expect(read).toEqual({ ok: false, error: { witness: 'kuma', detail } })
  })

  test('tells of monitors that appear and vanish: they may be the load', async () => {
    const monitors = (count: number): string =>
      Array.from(
        { length: count },
        (_, i) =>
          `monitor_status{monitor_name="m${i}",monitor_url="https://m${i}.example.com"} 1\n`,
      ).join('')
    let count = 4
    const world = servingWorld(() => monitors(count))
    const witness = createWitness(config, world)
    const changes = async (): Promise<unknown> => {
      const read = await witness.read()
      return read.ok ? read.value.changes : read
    }
    expect(await changes()).toEqual([])
    count = 100
    world.clock.advance(60_000)
    expect(await changes()).toEqual([
      {
        id: `kuma-monitors-added-${world.clock.now()}`,
        at: world.clock.now(),
        source: 'uptime-kuma',
        title: '96 monitors added: m4, m5, m6 and 93 more',
        touches: ['gate_new'],
        actor: 'operator',
      },
    ])
    count = 99
    expect(await changes()).toMatchObject([{ title: '1 monitor removed: m99' }])
    expect(await changes()).toEqual([])
  })
})

describe('statusPageWitness()', () => {
  const served = (page: string, beats: string) =>
    servingWorld(({ url }) => (url.includes('/heartbeat/') ? beats : page))
  const page = testdata('status-page.json')
  const beats = testdata('status-page-heartbeats.json')

  test('takes the newest heartbeat of each monitor, each monitor once', async () => {
    const world = served(page, beats)
    const read = await createWitness({ ...config, statusPage: 'all & sundry' }, world).read()
    expect(read.ok && read.value.testimonies).toEqual([
      { name: 'grafana', host: 'grafana.example.com', state: 'down' },
      { name: 'wiki.example.com', host: null, state: 'up' },
      { name: 'mail', host: null, state: 'maintenance' },
      { name: 'blog', host: 'blog.example.com', state: 'pending' },
    ])
    expect(world.asked.map(({ url }) => url)).toEqual([
      'http://kuma.lan:3001/api/status-page/all%20%26%20sundry',
      'http://kuma.lan:3001/api/status-page/heartbeat/all%20%26%20sundry',
    ])
    // Both are public: the password is nobody's business there.
    expect(world.asked.every(({ headers }) => headers?.['authorization'] === undefined)).toBe(true)
  })

  test.each([
    ['{"ok":false,"msg":"Status Page Not Found"}', beats, 'Its page has no "publicGroupList"'],
    [page, '{}', 'Its heartbeats have no "heartbeatList"'],
    [page, '{"heartbeatList":[]}', 'Its heartbeats have no "heartbeatList"'],
    ['{"publicGroupList":[]}', beats, 'Its page has no monitors'],
    [page, '{"heartbeatList":{}}', 'None of its monitors has a heartbeat that is known'],
    ['<html>', beats, 'Its answer is no JSON, it begins with "<html>"'],
    [page, 'null', 'Its heartbeats have no "heartbeatList"'],
  ])('is blind when page or heartbeats make no sense (%#)', async (first, second, detail) => {
    const read = await createWitness({ ...config, statusPage: 'all' }, served(first, second)).read()
    expect(read).toEqual({ ok: false, error: { witness: 'kuma', detail } })
  })

  test('never throws over any data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        for (const [one, other] of [
          [first, second],
          [{ publicGroupList: first }, { heartbeatList: second }],
          [{ publicGroupList: [{ monitorList: [first] }] }, { heartbeatList: { null: [second] } }],
        ]) {
          const read = readStatusPage(one, other)
          if (read.ok) expect(read.value.length).toBeGreaterThan(0)
          else expect(read.error).not.toBe('')
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('any bytes as /metrics are a well-formed report or a blind witness, never a throw', async () => {
  const known = testdata('uptime-kuma-2.3.2.txt')
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }).map((bytes) => new Uint8Array(bytes)),
        // The right thing, with a piece of it replaced.
        fc
          .tuple(fc.nat(known.length), fc.nat(40), fc.string())
          .map(([at, cut, text]) => known.slice(0, at) + text + known.slice(at + cut)),
      ),
      async (body) => {
        const read = await createWitness(
          config,
          servingWorld(() => body),
        ).read()
        if (!read.ok) return expect(read.error.detail).not.toBe('')
        for (const { host, name, state } of read.value.testimonies) {
          expect(name.length).toBeWithin(1, 201)
          expect(host === null || /^[a-z0-9._:[\]-]+$/.test(host)).toBe(true)
          expect(['up', 'down', 'pending', 'maintenance']).toContain(state)
        }
      },
    ),
    { numRuns: 300 },
  )
})
