// The Grafana dashboard of gate and watch: layers, doors, stores with their forecast, decisions. Pure.
import { layerTitles, layers } from '../../model/layer.ts'
import { type PanelInput, panelJson } from './panel.ts'

/** What the dashboard depends on. */
export interface DashboardInput {
  /** Job that scrapes Gatehouse, as in the rules. */
  readonly job: string
}

/** Columns of Grafana's grid. */
const columns = 24
const schemaVersion = 39

/** Name of the file that is written. */
export const dashboardFileName = 'gatehouse-dashboard.json'

/** The dashboard as JSON; equal input, equal bytes. */
export function renderDashboard({ job }: DashboardInput): string {
  const dashboard = {
    uid: 'gatehouse',
    title: 'Gatehouse',
    tags: ['gatehouse'],
    schemaVersion,
    version: 1,
    timezone: 'browser',
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus' },
        { type: 'constant', name: 'job', query: job, hide: 2 },
      ],
    },
    annotations: { list: [] },
    panels: placed([...overview(), ...timeline(), ...doors(), ...stores(), ...decisions()]),
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

/** Panels from left to right, and on to the next row where one does not fit. */
function placed(inputs: readonly PanelInput[]): readonly object[] {
  let x = 0
  let y = 0
  let rowHeight = 0
  return inputs.map((input, i) => {
    if (x + input.width > columns) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    const position = { h: input.height, w: input.width, x, y }
    x += input.width
    rowHeight = Math.max(rowHeight, input.height)
    return panelJson(input, i + 1, position)
  })
}

const stateMappings = [
  { value: -1, text: 'cannot be judged', color: 'text' },
  { value: 0, text: 'whole', color: 'green' },
  { value: 1, text: 'suspected', color: 'orange' },
  { value: 2, text: 'down', color: 'red' },
] as const

function overview(): readonly PanelInput[] {
  return [
    {
      kind: 'stat',
      title: 'Open incidents',
      description: 'Incidents that wake somebody, and those that wait for the morning',
      queries: [
        {
          expr: 'sum by (urgency) (gatehouse_watch_incidents_open{job="$job"})',
          legend: '{{urgency}}',
        },
      ],
      unit: 'short',
      thresholds: [
        { from: null, color: 'green' },
        { from: 1, color: 'red' },
      ],
      ...{ width: 6, height: 5 },
    },
    {
      kind: 'stat',
      title: 'The watch sees',
      description: 'Red while the control probe fails: then nothing is said about anything',
      queries: [{ expr: 'max(gatehouse_watch_blind{job="$job"})', legend: 'blind' }],
      unit: 'short',
      mappings: [
        { value: 0, text: 'yes', color: 'green' },
        { value: 1, text: 'blind', color: 'red' },
      ],
      ...{ width: 6, height: 5 },
    },
    {
      kind: 'stat',
      title: 'Last round',
      description: 'Age of the last round of probes: the heartbeat of the watch',
      queries: [
        {
          expr: 'time() - max(gatehouse_watch_last_round_timestamp_seconds{job="$job"})',
          legend: 'age',
        },
      ],
      unit: 's',
      thresholds: [
        { from: null, color: 'green' },
        { from: 180, color: 'red' },
      ],
      ...{ width: 6, height: 5 },
    },
    {
      kind: 'stat',
      title: 'Session store',
      description: 'Whether the store of the gate works; while it does not, sign-ins are sealed',
      queries: [{ expr: 'min(gatehouse_session_store_up{job="$job"})', legend: 'up' }],
      unit: 'short',
      mappings: [
        { value: 1, text: 'works', color: 'green' },
        { value: 0, text: 'does not', color: 'red' },
      ],
      ...{ width: 6, height: 5 },
    },
  ]
}

function timeline(): readonly PanelInput[] {
  return [
    {
      kind: 'state-timeline',
      title: 'Layers',
      description: layers.map((layer) => `${layer}: ${layerTitles[layer]}`).join('. '),
      queries: [
        { expr: 'max by (layer) (gatehouse_watch_layer_state{job="$job"})', legend: '{{layer}}' },
      ],
      unit: 'short',
      mappings: stateMappings,
      ...{ width: 24, height: 9 },
    },
  ]
}

function doors(): readonly PanelInput[] {
  return [
    {
      kind: 'status-history',
      title: 'Doors that did not keep their contract',
      description: 'Each door and vantage that failed in the time shown; green is a kept contract',
      queries: [
        {
          expr: 'min by (instance, vantage) (probe_success{job="$job"}) and on (instance, vantage) (min_over_time(probe_success{job="$job"}[$__range]) < 1)',
          legend: '{{instance}} {{vantage}}',
        },
      ],
      unit: 'short',
      mappings: [
        { value: 0, text: 'broken', color: 'red' },
        { value: 1, text: 'kept', color: 'green' },
      ],
      ...{ width: 14, height: 11 },
    },
    {
      kind: 'timeseries',
      title: 'Probes by outcome',
      description: 'Who answered instead, where a contract was broken',
      queries: [
        {
          expr: 'sum by (outcome) (rate(gatehouse_watch_probe_total{job="$job",outcome!="ok"}[5m])) > 0',
          legend: '{{outcome}}',
        },
      ],
      unit: 'ops',
      ...{ width: 10, height: 11 },
    },
  ]
}

function stores(): readonly PanelInput[] {
  const bound = (name: string, of: string): string =>
    `max by (store) (${name}{job="$job",bound="${of}"})`
  const ratio = 'gatehouse_watch_store_plateau_ratio'
  return [
    {
      kind: 'timeseries',
      title: 'Stores: how full',
      description: 'Blocks in use over blocks there are; a file of one byte takes a block',
      queries: [
        {
          expr: 'max by (store) (gatehouse_watch_store_blocks_used{job="$job"}) / max by (store) (gatehouse_watch_store_blocks_total{job="$job"})',
          legend: '{{store}}',
        },
      ],
      unit: 'percentunit',
      ...{ width: 8, height: 9 },
    },
    {
      kind: 'timeseries',
      title: 'Stores: what they come to',
      description: 'Inflow times retention over capacity, with its bounds: above 1 it will fill',
      queries: [
        { expr: bound(ratio, 'mid'), legend: '{{store}}' },
        { expr: bound(ratio, 'low'), legend: 'low {{store}}' },
        { expr: bound(ratio, 'high'), legend: 'high {{store}}' },
      ],
      unit: 'short',
      band: true,
      ...{ width: 8, height: 9 },
    },
    {
      kind: 'timeseries',
      title: 'Stores: time to full',
      description: 'The soonest that the bounds allow; no line where it never fills',
      queries: [
        { expr: bound('gatehouse_watch_store_seconds_to_full', 'low'), legend: '{{store}}' },
      ],
      unit: 's',
      ...{ width: 8, height: 9 },
    },
  ]
}

function decisions(): readonly PanelInput[] {
  return [
    {
      kind: 'timeseries',
      title: 'Decisions',
      description: 'What the gate answered',
      queries: [
        {
          expr: 'sum by (decision) (rate(gatehouse_decisions_total{job="$job"}[5m]))',
          legend: '{{decision}}',
        },
      ],
      unit: 'ops',
      ...{ width: 8, height: 9 },
    },
    {
      kind: 'timeseries',
      title: 'Strangers by kind',
      description: 'Who comes without a session: people, probes or programs',
      queries: [
        {
          expr: 'sum by (kind) (rate(gatehouse_strangers_total{job="$job"}[5m]))',
          legend: '{{kind}}',
        },
      ],
      unit: 'ops',
      ...{ width: 8, height: 9 },
    },
    {
      kind: 'table',
      title: 'Certificates that end soon',
      description: 'The ten that end first',
      queries: [
        {
          expr: 'bottomk(10, min by (host, vantage) (gatehouse_watch_certificate_expiry_timestamp_seconds{job="$job"}) - time())',
          legend: '{{host}}',
        },
      ],
      unit: 's',
      ...{ width: 8, height: 9 },
    },
  ]
}
