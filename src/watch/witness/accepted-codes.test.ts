// Monitors that take failures for health: found from their definitions, whatever form those have.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AuthTier } from '../../model/service.ts'
import type { Door } from '../door.ts'
import { acceptedCodesFinding, monitorFindings } from './accepted-codes.ts'
import { type KumaMonitor, readKumaMonitors } from './kuma-monitors.ts'
import { parseHost } from '../../model/host.ts'
import { testDoor } from '../contract/testing.ts'
import { testdata } from './testing.fixture.ts'

function doorOf(host: string, over: Partial<Door>): Door {
  const parsed = parseHost(host)
  if (!parsed.ok) throw new Error(host)
  return testDoor({ ...over, host: parsed.value.host, path: '/' })
}

const monitor = (from: number, to: number): KumaMonitor => ({
  name: 'm',
  host: 'app.example.com',
  path: '/',
  accepted: [{ from, to }],
})

describe('acceptedCodesFinding()', () => {
  const missed = (tier: AuthTier, from: number, to: number, statuses: readonly number[] = []) =>
    acceptedCodesFinding(monitor(from, to), { tier, statuses })?.statuses ?? []

  test('finds 200-499 on a guarded door: a gate that refuses everybody looks healthy', () => {
    expect(missed('required', 200, 499)).toEqual([400, 401, 404])
    expect(missed('public', 200, 499)).toEqual([400, 401, 404])
    expect(acceptedCodesFinding(monitor(200, 499), { tier: 'required', statuses: [] })?.text).toBe(
      'It accepts "200-499" and stays green when the gate refuses everybody with 400, as on a full session store',
    )
  })

  test('is content with what can only be health', () => {
    for (const tier of ['required', 'public', 'app', 'none'] as const) {
      expect(missed(tier, 200, 299)).toEqual([])
      expect(missed(tier, 200, 399)).toEqual([])
    }
  })

  test('lets a service that answers itself answer what is declared of it', () => {
    expect(missed('none', 200, 404)).toEqual([404])
    expect(missed('none', 200, 404, [404])).toEqual([])
    expect(missed('app', 200, 401)).toEqual([])
    expect(missed('required', 200, 404, [404])).toEqual([400, 401, 404])
    expect(missed('none', 200, 599)).toEqual([404, 500, 502])
  })
})

describe('readKumaMonitors()', () => {
  const read = (data: unknown) => {
    const monitors = readKumaMonitors(JSON.stringify(data))
    return monitors.ok ? monitors.value : monitors.error
  }
  const one = { name: 'a', url: 'https://a.example.com/health', accepted_statuscodes: ['200-499'] }
  const expected = {
    name: 'a',
    host: 'a.example.com',
    path: '/health',
    accepted: [{ from: 200, to: 499 }],
  }

  test('reads exports, lists of sync jobs, and what the socket pushes', () => {
    for (const data of [
      { version: '1.23.16', monitorList: [one] },
      [one],
      { 11: one },
      { monitors: { 11: one } },
    ])
      expect(read(data)).toEqual([expected])
  })

  test('reads accepted statuses as a list, as JSON in a text, as a text, and their default', () => {
    const accepted = (value: object): unknown => {
      const monitors = read([{ name: 'a', url: 'https://a.example.com', ...value }])
      return typeof monitors === 'string' ? monitors : monitors[0]?.accepted
    }
    expect(accepted({ accepted_statuscodes_json: '["200-299","404"]' })).toEqual([
      { from: 200, to: 299 },
      { from: 404, to: 404 },
    ])
    expect(accepted({ accepted_statuscodes: '200-302' })).toEqual([{ from: 200, to: 302 }])
    for (const odd of [undefined, [], ['everything'], ['0-999'], 17, '{', null])
      expect(accepted({ accepted_statuscodes: odd })).toEqual([{ from: 200, to: 299 }])
  })

  test('says when there are none', () => {
    expect(readKumaMonitors('no JSON')).toEqual({ ok: false, error: 'The file holds no JSON' })
    for (const data of [{}, [], null, 'text', { monitorList: [] }, [{ url: 'https://nameless' }]])
      expect(read(data)).toBe('The file holds no monitors')
  })

  test('never throws over any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const monitors = readKumaMonitors(text)
        if (monitors.ok)
          for (const { accepted } of monitors.value) expect(accepted.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('monitorFindings()', () => {
  const witness = {
    kind: 'uptime-kuma',
    name: 'kuma',
    url: 'http://kuma:3001',
    statusPage: null,
    password: null,
    monitorsFile: '/monitors.json',
  } as const
  const doors = [
    doorOf('grafana.example.com', { tier: 'required' }),
    doorOf('wiki.example.com', { tier: 'required' }),
    doorOf('blog.example.com', { tier: 'none', statuses: [404] }),
  ]

  test('says once for each witness which monitors stay green on 2026-04-18', () => {
    const findings = monitorFindings({ doors, witnesses: [witness] }, () =>
      testdata('kuma-monitors.json'),
    )
    expect(findings).toEqual([
      {
        id: 'monitor-accepts-failure',
        path: ['witnesses', 0, 'monitors_file'],
        message:
          '1 of 3 monitors of "kuma" take failures for health: "[External] grafana". ' +
          'It accepts "200-499" and stays green when the gate refuses everybody with 400, as on a full session store',
        fix: 'Accept "200-299" only; where a service itself answers otherwise, exactly what it answers',
      },
    ])
  })

  test('names three and counts the rest', () => {
    const hosts = Array.from({ length: 81 }, (_, i) => `app-${i}.example.com`)
    const text = JSON.stringify(
      hosts.map((host) => ({
        name: host,
        url: `https://${host}`,
        accepted_statuscodes: ['200-499'],
      })),
    )
    const all = hosts.map((host) => doorOf(host, { tier: 'required' }))
    const [finding] = monitorFindings({ doors: all, witnesses: [witness] }, () => text)
    expect(finding?.message).toStartWith(
      '81 of 81 monitors of "kuma" take failures for health: "app-0.example.com", "app-1.example.com", "app-2.example.com" and 78 more. ',
    )
  })

  test('says when the file is missing or holds no monitors, and nothing where none is named', () => {
    const about = (text: string | null): unknown =>
      monitorFindings({ doors, witnesses: [witness] }, () => text).map(({ message }) => message)
    expect(about(null)).toEqual(['Reading the monitors of "kuma" failed: the file cannot be read'])
    expect(about('[]')).toEqual([
      'Reading the monitors of "kuma" failed: The file holds no monitors',
    ])
    const { monitorsFile: _unnamed, ...without } = witness
    expect(monitorFindings({ doors, witnesses: [without] }, () => null)).toEqual([])
  })
})
