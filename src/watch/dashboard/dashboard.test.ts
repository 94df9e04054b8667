// The dashboard as Grafana reads it: every series exists, every place is free, the bytes are the golden ones.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'bun:test'
import { watchMetrics } from '../metrics.ts'
import { dashboardFileName, renderDashboard } from './dashboard.ts'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description: string
  readonly gridPos: {
    readonly h: number
    readonly w: number
    readonly x: number
    readonly y: number
  }
  readonly targets: readonly { readonly refId: string; readonly expr: string }[]
}

const text = renderDashboard({ job: 'gatehouse' })
const dashboard = JSON.parse(text) as { readonly panels: readonly Panel[]; readonly uid: string }
const { panels } = dashboard

/** Series of the gate that the dashboard shows; their own test holds that they are exposed. */
const gateSeries = [
  'gatehouse_decisions_total',
  'gatehouse_strangers_total',
  'gatehouse_session_store_up',
]

describe('renderDashboard()', () => {
  test('is the golden file', () => {
    expect(text).toBe(readFileSync(join(import.meta.dir, 'golden', dashboardFileName), 'utf8'))
  })

  test('is the same for the same input, and carries the job', () => {
    expect(renderDashboard({ job: 'gatehouse' })).toBe(text)
    expect(renderDashboard({ job: 'edge "gate"' })).toContain('"query": "edge \\"gate\\""')
  })

  test('names only series that exist', () => {
    const known = new Set([...Object.keys(watchMetrics), ...gateSeries])
    const named = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(?:gatehouse|probe)_[a-z_]+(?=[{[])/g) ?? []),
    )
    expect(named.length).toBeGreaterThan(12)
    for (const name of named) expect([name, known.has(name)]).toEqual([name, true])
  })

  test('gives every panel an id, a title, a description and queries with a letter each', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { description, targets, title } of panels) {
      expect(title.length * description.length).toBeGreaterThan(0)
      expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C'].slice(0, targets.length))
    }
  })

  test('puts no panel over another or beyond the grid', () => {
    const taken = new Set<string>()
    for (const { gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false)
          taken.add(`${x},${y}`)
        }
    }
  })

  test('shows layers, doors, stores and decisions', () => {
    expect(panels.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Layers', 'Stores: what they come to', 'Decisions']),
    )
    expect(panels.map(({ type }) => type)).toContain('state-timeline')
  })
})
