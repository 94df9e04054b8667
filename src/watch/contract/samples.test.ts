// Observations as samples under blackbox_exporter's names.
import { describe, expect, test } from 'bun:test'
import type { Observation } from '../door.ts'
import { probeMetrics, probeSamples } from './samples.ts'
import { testDoor } from './testing.ts'

const seen: Observation = {
  probe: 'door:app.example.com/@ingress',
  door: testDoor(),
  vantage: 'ingress',
  replica: '10.0.20.5',
  at: 1_800_000_000_000,
  ms: 125,
  class: 'REDIRECT_IDP',
  status: 302,
  ok: true,
  detail: 'Redirected',
  certificateNotAfter: 1_808_000_000_999,
}
const labels = { probe: 'door:app.example.com/@ingress', vantage: 'ingress', replica: '10.0.20.5' }

describe('probeSamples()', () => {
  test('gives the newest state of a probe', () => {
    expect(probeSamples(seen)).toEqual([
      { name: 'probe_success', labels, value: 1 },
      { name: 'probe_duration_seconds', labels, value: 0.125 },
      { name: 'probe_http_status_code', labels, value: 302 },
      { name: 'probe_ssl_earliest_cert_expiry', labels, value: 1_808_000_000 },
      { name: 'watch_probe_class', labels: { ...labels, class: 'REDIRECT_IDP' }, value: 1 },
    ])
  })

  test('says 0 where no answer came, and nothing of a certificate that was not there', () => {
    const { certificateNotAfter: _, ...plain } = seen
    const failed = {
      ...plain,
      class: 'DNS',
      status: null,
      ok: false,
      vantage: null,
      replica: null,
    } as const
    const values = probeSamples({ ...failed, door: null, probe: 'dns' })
    expect(values.map(({ name, value }) => [name, value])).toEqual([
      ['probe_success', 0],
      ['probe_duration_seconds', 0.125],
      ['probe_http_status_code', 0],
      ['watch_probe_class', 1],
    ])
    expect(values[0]?.labels).toEqual({ probe: 'dns', vantage: '', replica: '' })
  })

  test('names no metric that is not declared, and every one that is', () => {
    const names = new Set(probeSamples(seen).map(({ name }) => name))
    expect([...names].toSorted()).toEqual(probeMetrics.map(({ name }) => name).toSorted())
    for (const { help } of probeMetrics) expect(help).toMatch(/^[A-Z0-9]/)
  })
})
