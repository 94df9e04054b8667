// A real Alertmanager with the generated inhibitions: what follows from a layer is quiet, and nothing else is.
import { expect } from 'bun:test'
import { parse, stringify } from 'yaml'
import { renderPrometheusFiles } from '../../src/watch/rules/render.ts'
import { type Alertmanager, startAlertmanager } from '../peers/alertmanager.ts'
import { scenario } from '../scenario.ts'
import { until } from '../support/until.ts'

function generatedInhibitions(): string {
  const files = renderPrometheusFiles({ job: 'gatehouse', targets: [] })
  const text = files.find(({ path }) => path === 'gatehouse-alertmanager.yaml')?.text ?? ''
  return stringify({ inhibit_rules: parse(text).inhibit_rules })
}

async function post(peer: Alertmanager, labels: readonly Record<string, string>[]): Promise<void> {
  const answer = await fetch(`${peer.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(labels.map((each) => ({ labels: each }))),
  })
  expect(answer.status).toBe(200)
}

/** State of each alert that is there, by its name. */
async function states(peer: Alertmanager): Promise<Record<string, string>> {
  const alerts = await peer.alerts()
  return Object.fromEntries(
    alerts.map(({ labels, status }) => [labels['alertname'] ?? '', status.state]),
  )
}

/** After so long Alertmanager has looked at every group again, inhibitions and all. */
const secondLookMs = 1200

/** Inhibition is worked out when a group is told of, one after the other: waits for `wanted`, and looks again. */
async function expectStates(peer: Alertmanager, wanted: Record<string, string>): Promise<void> {
  const isSo = async (): Promise<boolean> => Bun.deepEquals(await states(peer), wanted)
  await until(isSo)
  await Bun.sleep(secondLookMs)
  expect(await states(peer)).toEqual(wanted)
}

const layerDown = { alertname: 'GatehouseLayerDown', layer: 'gate_new', cause_id: 'layer:gate_new' }

scenario(
  'a layer that is down inhibits what depends on it, and no alert without a layer',
  { needs: ['alertmanager'] },
  async () => {
    const peer = await startAlertmanager(generatedInhibitions())
    try {
      const others = [
        {
          alertname: 'DoorBroken',
          depends_on_gate: 'true',
          layer: 'upstream',
          severity: 'warning',
        },
        { alertname: 'OwnHostDown', depends_on_gate: 'true' },
        { alertname: 'StrangersRefused', layer: 'gate_new', severity: 'critical' },
        { alertname: 'SameCause', cause_id: 'layer:gate_new', severity: 'warning' },
        // A label that is missing on both sides counts as equal: these must not be caught by it.
        { alertname: 'DiskFull', severity: 'warning' },
        { alertname: 'OtherLayer', layer: 'idp', severity: 'warning' },
        { alertname: 'OtherCause', cause_id: 'store:a', severity: 'warning' },
      ]
      await post(peer, [{ ...layerDown, severity: 'critical' }, ...others])
      await expectStates(peer, {
        GatehouseLayerDown: 'active',
        DoorBroken: 'suppressed',
        OwnHostDown: 'suppressed',
        StrangersRefused: 'suppressed',
        SameCause: 'suppressed',
        DiskFull: 'active',
        OtherLayer: 'active',
        OtherCause: 'active',
      })
    } finally {
      await peer.stop()
    }
  },
)

scenario(
  'one service that is down inhibits no other, though its layer has a name too',
  { needs: ['alertmanager'] },
  async () => {
    const peer = await startAlertmanager(generatedInhibitions())
    try {
      await post(peer, [
        { ...layerDown, layer: 'upstream', cause_id: 'layer:upstream', severity: 'critical' },
        { alertname: 'OwnHostDown', depends_on_gate: 'true', severity: 'warning' },
      ])
      await expectStates(peer, {
        GatehouseLayerDown: 'active',
        OwnHostDown: 'active',
      })
    } finally {
      await peer.stop()
    }
  },
)
