// Monitors of an export and of the metrics of Uptime Kuma, and what is said of the rest.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { entriesOf } from './entries.ts'
import { discoverUptimeKuma, discoverUptimeKumaMetrics } from './uptime-kuma.ts'

const monitor = (more: object = {}): object => ({
  name: '[External] wiki',
  type: 'http',
  url: 'https://Wiki.example.com/health?x=1',
  interval: 300,
  accepted_statuscodes: ['200-299', '302'],
  active: true,
  ...more,
})

describe('discoverUptimeKuma()', () => {
  test.each([
    ['a list', [monitor()]],
    ['an object by id', { 7: monitor() }],
  ])('reads %s', (_name, monitorList) => {
    const found = discoverUptimeKuma({ version: '1', monitorList })
    expect(found).toMatchObject({ read: 1, notUnderstood: [] })
    expect(entriesOf([], found?.monitors).services).toEqual([
      {
        host: 'wiki.example.com',
        auth: 'required',
        monitor: { path: '/health', accepts: '200-299,302', interval: '300s' },
      },
    ])
  })

  test('says what is paused, and what is a second monitor of a host', () => {
    const found = discoverUptimeKuma({
      monitorList: [
        monitor({ active: 0, url: 'https://a.example.com' }),
        monitor({ url: 'https://a.example.com/x' }),
      ],
    })
    const { notUnderstood, services } = entriesOf([], found?.monitors)
    expect(services[0]?.monitor).toMatchObject({ enabled: false })
    expect(notUnderstood).toEqual([
      { object: 'monitor [External] wiki', why: 'It is a further monitor of "a.example.com"' },
    ])
  })

  test.each([
    [{ type: 'push' }, 'Monitors of type "push" say nothing of a page'],
    [{ type: 'ping' }, 'Monitors of type "ping" say nothing of a page'],
    [{ type: null }, 'Monitors of type "?" say nothing of a page'],
    [{ url: 'ftp://x' }, 'Its URL is none of a page'],
    [{ url: 7 }, 'Its URL is none of a page'],
  ])('names %p', (more, why) => {
    const found = discoverUptimeKuma({ monitorList: [monitor(more)] })
    expect(found?.notUnderstood).toEqual([{ object: 'monitor [External] wiki', why }])
  })

  test('takes nothing else for an export', () => {
    for (const other of [null, 3, [], {}, { monitorList: 3 }, { monitorList: null }])
      expect(discoverUptimeKuma(other)).toBeNull()
  })

  test('whatever a monitor is, it is a monitor or it is named', () => {
    fc.assert(
      fc.property(fc.array(fc.anything({ maxDepth: 1 }), { maxLength: 5 }), (monitorList) => {
        const found = discoverUptimeKuma({ monitorList })
        expect((found?.monitors?.length ?? 0) + (found?.notUnderstood.length ?? 0)).toBe(
          monitorList.length,
        )
      }),
      { numRuns: 100 },
    )
  })
})

describe('discoverUptimeKumaMetrics()', () => {
  test('reads the labels of each monitor, escapes and all', () => {
    const text = [
      '# TYPE monitor_status gauge',
      'monitor_status{monitor_name="a \\"b\\"",monitor_type="http",monitor_url="https://a.example.com/"} 1',
      'monitor_status{monitor_name="ups",monitor_type="ping",monitor_url="https://"} 0',
      'monitor_response_time{monitor_name="a"} 3',
    ].join('\n')
    const found = discoverUptimeKumaMetrics(text)
    expect(found?.monitors).toEqual([
      {
        host: 'a.example.com',
        path: '/',
        isActive: true,
        intervalSeconds: null,
        accepts: null,
        from: 'monitor a "b"',
      },
    ])
    expect(found?.notUnderstood).toHaveLength(1)
  })

  test('takes metrics of something else for none', () => {
    expect(discoverUptimeKumaMetrics('up 1\n')).toBeNull()
  })
})
