// What the drill's target shows, and what its receiver understands.
import { describe, expect, test } from 'bun:test'
import { ruleGroups } from '../../rules/render.ts'
import { type AlertRule, series } from '../../rules/rule.ts'
import { storyExposition } from './exposition.ts'
import { type ArrivedAlert, arrivedAlerts, firingAlerts, heldAlerts } from './webhook.ts'

const alerts = ruleGroups.flatMap((group) => group.alerts)

function rule(fires: Partial<AlertRule['fires']>): AlertRule {
  return {
    alert: 'One',
    expr: 'one > 0',
    for: '1m',
    severity: 'warning',
    layer: null,
    causeId: 'blind',
    summary: '',
    description: '',
    fires: { series: [], afterMinutes: 5, labels: {}, ...fires },
    quiet: [],
  }
}

describe('storyExposition()', () => {
  test('grows with the minutes of the story, and leaves the job to the scraper', () => {
    const labels = { job: 'gatehouse', instance: 'a:1', probe: 'dns', outcome: 'ok' }
    const told = [rule({ series: [series('gatehouse_watch_probe_total', labels, 5, 2)] })]
    expect(storyExposition(told, 0)).toBe(
      '# TYPE gatehouse_watch_probe_total counter\ngatehouse_watch_probe_total{instance="a:1",probe="dns",outcome="ok"} 5\n',
    )
    expect(storyExposition(told, 1.5)).toEndWith(' 8\n')
  })

  test('shows nothing of alerts that wait for an absence', () => {
    const up = [series('up', { job: 'gatehouse' }, 0)]
    for (const needs of ['no-watch', 'down', 'gone'] as const)
      expect(storyExposition([rule({ series: up, needs })], 1)).toBe('')
  })

  test('escapes label values', () => {
    const odd = series('probe_success', { instance: 'a"b\\c' }, 0)
    expect(storyExposition([rule({ series: [odd] })], 0)).toContain(String.raw`instance="a\"b\\c"`)
  })

  test('shows every series of every story that is shown, each family once', () => {
    const lines = storyExposition(alerts, 3).trimEnd().split('\n')
    const types = lines.filter((line) => line.startsWith('# TYPE '))
    expect(new Set(types).size).toBe(types.length)
    const wanted = alerts
      .filter(({ fires }) => fires.needs === undefined)
      .flatMap(({ fires }) => fires.series.map(({ metric }) => metric))
    for (const metric of wanted)
      expect(lines.some((line) => line.startsWith(`${metric}{`))).toBe(true)
    expect(lines.filter((line) => /untyped|undefined|NaN/.test(line))).toEqual([])
  })
})

describe('arrivedAlerts()', () => {
  const alert = { status: 'firing', labels: { alertname: 'One' }, annotations: { summary: 'S' } }
  const cases: readonly (readonly [string, unknown, readonly ArrivedAlert[]])[] = [
    ['a notification', { version: '4', alerts: [alert] }, [{ alertname: 'One', summary: 'S' }]],
    [
      'no summary',
      { alerts: [{ ...alert, annotations: {} }] },
      [{ alertname: 'One', summary: '' }],
    ],
    ['a resolved one', { alerts: [{ ...alert, status: 'resolved' }] }, []],
    ['no name', { alerts: [{ ...alert, labels: {} }] }, []],
    ['no list', { alerts: {} }, []],
    ['nothing', null, []],
  ]
  for (const [name, body, wanted] of cases)
    test(name, () => {
      expect(arrivedAlerts(JSON.stringify(body))).toEqual([...wanted])
    })

  test('no JSON', () => {
    expect(arrivedAlerts('<html>')).toEqual([])
  })
})

test('firingAlerts() takes those that fire, not those that are pending', () => {
  const one = (state: string, alertname: string) => ({ state, labels: { alertname } })
  const body = { status: 'success', data: { alerts: [one('firing', 'A'), one('pending', 'B')] } }
  expect(firingAlerts(JSON.stringify(body))).toEqual(['A'])
  expect(firingAlerts('')).toEqual([])
  expect(firingAlerts('{"data":{"alerts":[{"state":"firing"}]}}')).toEqual([])
})

describe('heldAlerts()', () => {
  test.each([
    [
      [{ labels: { a: 'b', n: 1 }, annotations: { summary: 'S' } }],
      [{ labels: { a: 'b' }, summary: 'S' }],
    ],
    [[{ labels: { a: 'b' } }, null, 'x', { labels: null }], [{ labels: { a: 'b' }, summary: '' }]],
    [{ alerts: [] }, []],
    [null, []],
  ])('reads %j', (body, wanted) => {
    expect(heldAlerts(JSON.stringify(body))).toEqual(wanted)
  })

  test('takes anything', () => {
    expect(heldAlerts('<html>')).toEqual([])
  })
})
