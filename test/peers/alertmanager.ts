// A real Alertmanager that groups by cause and tells a webhook receiver, which is a server of ours.
import { freePorts } from './ports.ts'
import { peerDirectory, startPeer } from './peer-process.ts'

/** One alert of a notification (webhook version 4). */
export interface NotifiedAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

/** One notification, as the receiver gets it. */
export interface Notification {
  readonly version: string
  readonly status: 'firing' | 'resolved'
  readonly groupLabels: Readonly<Record<string, string>>
  readonly alerts: readonly NotifiedAlert[]
}

/** A running Alertmanager and what its receiver got. */
export interface Alertmanager {
  readonly url: string
  readonly notifications: readonly Notification[]
  /** `GET /api/v2/alerts`. */
  alerts(): Promise<
    readonly {
      readonly labels: Readonly<Record<string, string>>
      readonly endsAt: string
      readonly status: { readonly state: string }
    }[]
  >
  stop(): Promise<void>
}

const configFile = (receiver: string, inhibit: string): string => `route:
  receiver: webhook
  group_by: [cause_id]
  group_wait: 100ms
  group_interval: 500ms
  repeat_interval: 1h
receivers:
  - name: webhook
    webhook_configs:
      - url: ${receiver}
        send_resolved: true
${inhibit}`

/** Starts it with waits of under a second. `inhibit` is a block of YAML, such as `inhibit_rules: ...`. */
export async function startAlertmanager(inhibit = ''): Promise<Alertmanager> {
  const notifications: Notification[] = []
  const receiver = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      // What Alertmanager sends is what it documents; a test looks at what is in it.
      notifications.push((await request.json()) as Notification)
      return new Response('ok')
    },
  })
  const [port = 0] = await freePorts(1)
  const directory = peerDirectory('alertmanager', {
    'alertmanager.yml': configFile(receiver.url.href, inhibit),
  })
  const url = `http://127.0.0.1:${port}`
  const peer = await startPeer({
    name: 'alertmanager',
    command: [
      'alertmanager',
      '--config.file=alertmanager.yml',
      '--storage.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    directory,
    ports: [port],
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
  })
  return {
    url,
    notifications,
    alerts: async () => (await fetch(`${url}/api/v2/alerts`)).json(),
    stop: async () => {
      await peer.stop()
      await receiver.stop(true)
    },
  }
}
