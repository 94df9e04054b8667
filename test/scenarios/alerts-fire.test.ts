// Every alert of `generate prometheus` fires in a real Prometheus and arrives through a real Alertmanager.
import { expect } from 'bun:test'
import { ruleGroups } from '../../src/watch/rules/render.ts'
import { scenario } from '../scenario.ts'
import { type Ended, launcher, run } from '../support/run-program.ts'

/** It takes some 25 s where nothing else runs. */
const storyMs = 280_000

function fire(env: Readonly<Record<string, string>>, ...more: string[]): Promise<Ended> {
  return run([launcher, 'alerts', 'prove', '--fire', ...more], { env })
}

interface Fired {
  readonly alert: string
  readonly fired_ms: number | null
  readonly arrived_ms: number | null
  readonly summary: string | null
}

scenario(
  'every alert fires and its notification arrives',
  { needs: ['prometheus', 'alertmanager'] },
  async () => {
    const { code, out, error } = await fire({}, '--json')
    const fired: readonly Fired[] = JSON.parse(out)
    const alerts = ruleGroups.flatMap((group) => group.alerts)
    expect(fired.map(({ alert }) => alert)).toEqual(alerts.map(({ alert }) => alert))
    const missed = fired.filter(({ arrived_ms: arrived }) => arrived === null)
    expect(missed.map(({ alert }) => alert)).toEqual([])
    // What arrived is the alert with its templates filled in.
    expect(fired.filter(({ summary }) => summary === null || summary.includes('{{'))).toEqual([])
    expect(fired.find(({ alert }) => alert === 'GatehouseLayerDown')?.summary).toBe(
      'The layer gate_new is down',
    )
    expect([code, error]).toEqual([0, ''])
  },
  storyMs,
)

scenario('a machine without Prometheus is told what is missing', { needs: [] }, async () => {
  const ended = await fire({ GATEHOUSE_PROMETHEUS: '/no/such/prometheus' })
  expect(ended).toEqual({
    code: 1,
    out: '',
    error:
      'gatehouse: Cannot find "prometheus" on PATH, wanted Prometheus and Alertmanager (Debian: prometheus, prometheus-alertmanager)\n',
  })
})

scenario(
  'a Prometheus that does not start is named with what it said last',
  { needs: ['alertmanager'] },
  async () => {
    const ended = await fire({ GATEHOUSE_PROMETHEUS: '/bin/false' })
    expect([ended.code, ended.out]).toEqual([1, ''])
    expect(ended.error).toStartWith('gatehouse: Prometheus did not start; it said last: "')
  },
)
