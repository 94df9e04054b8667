// What Alertmanager is sent, on a recording server; a real one is in test/scenarios/watch-alertmanager.test.ts.
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { fakeClock } from '../../world/clock.ts'
import { alertLifeMs, alertmanagerNotifier, alertmanagerRefreshMs } from './alertmanager.ts'
import { notifierWorld, recordingServer, symptomAt, testNotice } from './testing.ts'

const server = recordingServer()
afterAll(async () => server.stop())
beforeEach(() => {
  server.requests.length = 0
})

function notifier(now = symptomAt + 600_000) {
  const clock = fakeClock(now)
  const config = {
    kind: 'alertmanager',
    name: 'am',
    url: `${server.origin}/am/`,
    bearer: 't0k',
  } as const
  const world = notifierWorld({ clock, link: 'https://auth.example.com/_gatehouse/' })
  return { clock, am: alertmanagerNotifier(config, world) }
}

const posted = () => server.requests.map(({ body }) => JSON.parse(body))

describe('alertmanagerNotifier()', () => {
  test('posts an alert that ends by itself unless it is told again', async () => {
    const { am, clock } = notifier()
    expect((await am.send(testNotice())).ok).toBe(true)
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/am/api/v2/alerts',
      headers: { authorization: 'Bearer t0k', 'content-type': 'application/json' },
    })
    expect(posted()[0]).toMatchObject([
      {
        labels: {
          alertname: 'GatehouseLayerDown',
          layer: 'gate_new',
          cause_id: 'layer:gate_new',
          severity: 'critical',
        },
        annotations: { incident: '2026-04-16-gate-new', confidence: '0.9984' },
        startsAt: '2026-04-16T16:57:00.000Z',
        endsAt: new Date(clock.now() + alertLifeMs).toISOString(),
        generatorURL: 'https://auth.example.com/_gatehouse/',
      },
    ])
    expect(alertmanagerRefreshMs * 3).toBeLessThanOrEqual(alertLifeMs)
  })

  test('tells again what is open, later each time, and nothing when nothing is', async () => {
    const { am, clock } = notifier()
    await am.refresh?.run([])
    expect(server.requests).toHaveLength(0)
    await am.refresh?.run([testNotice()])
    clock.advance(alertmanagerRefreshMs)
    await am.refresh?.run([testNotice()])
    const ends = posted().map(([alert]) => Date.parse(alert.endsAt))
    expect((ends[1] ?? 0) - (ends[0] ?? 0)).toBe(alertmanagerRefreshMs)
    expect(posted()[1][0].labels).toEqual(posted()[0][0].labels)
  })

  test('ends the alert with the incident', async () => {
    const { am } = notifier()
    await am.send(testNotice('closed', { closedAt: symptomAt + 300_000 }))
    expect(posted()[0][0]).toMatchObject({ endsAt: '2026-04-16T17:02:00.000Z' })
  })

  test('ends the former alert when its labels change', async () => {
    const { am, clock } = notifier()
    await am.send(testNotice('opened', { urgency: 'notice' }))
    await am.send(testNotice('changed'))
    const [now, former] = posted()[1]
    expect(now.labels.severity).toBe('critical')
    expect(former.labels.severity).toBe('warning')
    expect(former.endsAt).toBe(new Date(clock.now()).toISOString())
  })

  test('says what it was told of a wrong token, and not the token', async () => {
    server.answer = () => new Response('bad token t0k', { status: 401 })
    const answer = await notifier().am.send(testNotice())
    server.answer = () => new Response('')
    expect(answer).toMatchObject({ ok: false, error: { retry: false } })
  })
})
