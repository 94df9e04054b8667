// Panels of a Grafana dashboard, as much of its JSON as we use (schema version 39).

/** Where a panel stands on the grid of 24 columns. */
export interface GridPosition {
  readonly h: number
  readonly w: number
  readonly x: number
  readonly y: number
}

/** One query of a panel: PromQL and what its lines are called. */
export interface PanelQuery {
  readonly expr: string
  readonly legend: string
}

/** Values that are shown as words with a colour. */
export interface ValueMapping {
  readonly value: number
  readonly text: string
  readonly color: string
}

/** Border values that are shown with colours, ascending; the first has no border. */
export interface Threshold {
  readonly from: number | null
  readonly color: string
}

/** A panel before it has an id and a place. */
export interface PanelInput {
  readonly kind: 'stat' | 'state-timeline' | 'status-history' | 'timeseries' | 'table'
  readonly title: string
  readonly description: string
  readonly queries: readonly PanelQuery[]
  /** Unit of Grafana: `percentunit`, `s`, `ops`, `short`. */
  readonly unit: string
  readonly mappings?: readonly ValueMapping[]
  readonly thresholds?: readonly Threshold[]
  readonly width: number
  readonly height: number
  /** Draws the first query as a line and fills between the second and third: a value with its bounds. */
  readonly band?: boolean
}

/** The datasource of every panel: the variable at the top of the dashboard. */
const datasource = { type: 'prometheus', uid: '${datasource}' } as const

/** A panel as Grafana reads it. */
export function panelJson(input: PanelInput, id: number, gridPos: GridPosition): object {
  const { description, kind, mappings = [], queries, title, unit } = input
  const thresholds = input.thresholds ?? [{ from: null, color: 'green' }]
  return {
    id,
    type: kind,
    title,
    description,
    gridPos,
    datasource,
    targets: queries.map(({ expr, legend }, i) => ({
      refId: letter(i),
      datasource,
      expr,
      legendFormat: legend,
      ...(kind === 'table' ? { format: 'table', instant: true } : {}),
    })),
    fieldConfig: {
      defaults: {
        unit,
        mappings: mappings.length === 0 ? [] : [valueMap(mappings)],
        thresholds: {
          mode: 'absolute',
          steps: thresholds.map(({ color, from }) => ({ color, value: from })),
        },
        color: { mode: kind === 'timeseries' ? 'palette-classic' : 'thresholds' },
      },
      overrides: input.band === true ? bandOverrides(queries) : [],
    },
    options: optionsOf(kind),
  }
}

function letter(index: number): string {
  return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.charAt(index)
}

function valueMap(mappings: readonly ValueMapping[]): object {
  const options = mappings.map(({ color, text, value }, index) => [
    String(value),
    { text, color, index },
  ])
  return { type: 'value', options: Object.fromEntries(options) }
}

function bandOverrides([, low, high]: readonly PanelQuery[]): readonly object[] {
  if (low === undefined || high === undefined) return []
  const byName = (options: string): object => ({ id: 'byName', options })
  return [
    { matcher: byName(low.legend), properties: [{ id: 'custom.lineWidth', value: 0 }] },
    {
      matcher: byName(high.legend),
      properties: [
        { id: 'custom.lineWidth', value: 0 },
        { id: 'custom.fillBelowTo', value: low.legend },
      ],
    },
  ]
}

function optionsOf(kind: PanelInput['kind']): object {
  const legend = { showLegend: true, displayMode: 'list', placement: 'bottom' }
  switch (kind) {
    case 'stat':
      return { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background' }
    case 'state-timeline':
      return { mergeValues: true, showValue: 'never', rowHeight: 0.9, legend }
    case 'status-history':
      return { showValue: 'never', rowHeight: 0.9, legend: { ...legend, showLegend: false } }
    case 'timeseries':
      return { legend, tooltip: { mode: 'multi', sort: 'desc' } }
    case 'table':
      return { showHeader: true }
  }
}
