// A real Alertmanager: an incident is one alert and one notification, told again while it lasts, then resolved.
import { expect } from 'bun:test'
import { err } from '../../src/std/result.ts'
import { fakeClock } from '../../src/world/clock.ts'
import { memoryFiles } from '../../src/world/files.ts'
import { memoryLog } from '../../src/world/log.ts'
import { seededRandom } from '../../src/world/random.ts'
import { realHttpClient } from '../../src/world/http-client.ts'
import { alertLifeMs, alertmanagerRefreshMs } from '../../src/watch/notify/alertmanager.ts'
import { createNotifier } from '../../src/watch/notify/create.ts'
import { openOutbox } from '../../src/watch/notify/outbox.ts'
import { scriptedChannel, testEvent } from '../../src/watch/notify/testing.ts'
import { type Alertmanager, startAlertmanager } from '../peers/alertmanager.ts'
import { scenario } from '../scenario.ts'
import { until } from '../support/until.ts'

/** The rule of docs/guide/notifications.md. */
const inhibit = `inhibit_rules:
  - source_matchers: [alertname="GatehouseLayerDown", layer!="upstream"]
    target_matchers: [depends_on_gate="true"]
`

async function withAlertmanager(story: (peer: Alertmanager) => Promise<void>): Promise<void> {
  const peer = await startAlertmanager(inhibit)
  try {
    await story(peer)
  } finally {
    await peer.stop()
  }
}

/** The outbox in front of it, with a clock that starts now and moves when told. */
function outboxTo(peer: Alertmanager, more: readonly ReturnType<typeof scriptedChannel>[] = []) {
  const clock = fakeClock(Date.now())
  const channel = { kind: 'alertmanager', name: 'am', url: peer.url, bearer: null } as const
  const notifier = createNotifier(channel, { clock, http: realHttpClient(), link: null })
  const outbox = openOutbox({
    channels: [notifier, ...more],
    clock,
    random: seededRandom(1),
    files: memoryFiles({}),
    log: memoryLog(),
    path: '/data/notifications.jsonl',
  })
  return { clock, outbox }
}

scenario(
  'an incident is one alert with its layer, and one notification when it begins and one when it ends',
  { needs: ['alertmanager'] },
  () =>
    withAlertmanager(async (peer) => {
      const { clock, outbox } = outboxTo(peer)
      const now = clock.now()
      const times = { openedAt: now, firstSymptomAt: now - 120_000 }
      outbox.take(testEvent('opened', 1, times))
      await until(() => peer.notifications.length === 1)
      expect(peer.notifications[0]).toMatchObject({
        version: '4',
        status: 'firing',
        groupLabels: { cause_id: 'layer:gate_new' },
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'GatehouseLayerDown', layer: 'gate_new', severity: 'critical' },
            startsAt: new Date(now - 120_000).toISOString(),
          },
        ],
      })
      expect(peer.notifications[0]?.alerts[0]?.annotations['description']).toContain('Because:')

      // A change of verdict is the same alert, and time that passes moves its end.
      outbox.take(testEvent('changed', 2, times))
      await until(() => outbox.states()[0]?.outcomes.sent === 2)
      clock.advance(alertmanagerRefreshMs)
      const end = new Date(clock.now() + alertLifeMs).toISOString()
      await until(async () => (await peer.alerts())[0]?.endsAt === end)
      expect(await peer.alerts()).toHaveLength(1)

      outbox.take(testEvent('closed', 3, { ...times, closedAt: Date.now() }))
      await until(() => peer.notifications.length === 2)
      expect(peer.notifications[1]).toMatchObject({ status: 'resolved' })
      expect(await peer.alerts()).toEqual([])
      await outbox.close()
      expect(peer.notifications).toHaveLength(2)
    }),
)

scenario(
  'a service that only seems to be broken is silent while a shared layer is down',
  { needs: ['alertmanager'] },
  () =>
    withAlertmanager(async (peer) => {
      const { clock, outbox } = outboxTo(peer)
      const times = { openedAt: clock.now(), firstSymptomAt: clock.now() }
      outbox.take(testEvent('opened', 1, times))
      await until(() => peer.notifications.length === 1)
      const host = 'grafana.example.com'
      outbox.take(testEvent('opened', 1, { ...times, id: 'other', cause: `service:${host}` }))
      await until(async () => (await peer.alerts()).length === 2)
      await until(async () =>
        (await peer.alerts()).some(
          ({ labels, status }) =>
            labels['alertname'] === 'GatehouseDoorBroken' && status.state === 'suppressed',
        ),
      )
      expect(peer.notifications).toHaveLength(1)
      await outbox.close()
    }),
)

scenario(
  'a channel that fails is an alert of its own on Alertmanager',
  { needs: ['alertmanager'] },
  () =>
    withAlertmanager(async (peer) => {
      const phone = scriptedChannel('phone')
      phone.answer = () => err({ retry: false, detail: 'Answered 401: "unauthorized"' })
      const { clock, outbox } = outboxTo(peer, [phone])
      outbox.take(testEvent('opened', 1, { openedAt: clock.now(), firstSymptomAt: clock.now() }))
      await until(() => peer.notifications.length === 2)
      const names = peer.notifications.flatMap(({ alerts }) =>
        alerts.map(({ labels }) => [labels['alertname'], labels['channel']]),
      )
      expect(names.toSorted()).toEqual([
        ['GatehouseLayerDown', undefined],
        ['GatehouseNotificationsFail', 'phone'],
      ])
      await outbox.close()
    }),
)
