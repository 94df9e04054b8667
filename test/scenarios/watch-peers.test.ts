// Two watches in processes of their own check on each other: when one is killed the other says so, once.
import { expect } from 'bun:test'
import { startBackend } from '../peers/backend.ts'
import type { PeerProcess } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { startWatch } from '../peers/watch.ts'
import { scenario } from '../scenario.ts'
import { type Webhook, startWebhook } from '../support/webhook.ts'
import { until } from '../support/until.ts'

interface Side {
  readonly own: number
  readonly other: number
  readonly backend: number
  readonly hook: Webhook
}

const configOf = ({ backend, hook, other, own }: Side): string => `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:1', metrics: '127.0.0.1:${own}' }
identity: { accounts: {} }
services:
  - { host: open.example.com, auth: none, upstream: 'http://127.0.0.1:${backend}' }
watch:
  interval: 1s
  door_interval: 5s
  timeout: 800ms
  edge: false
  control: ['http://127.0.0.1:${backend}/']
  peers: [{ name: other, url: 'http://127.0.0.1:${other}' }]
notify:
  - { kind: webhook, name: hook, url: '${hook.url}' }
`

async function metric(port: number, line: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return Number(found?.slice(line.length + 1) ?? Number.NaN)
}

interface Said {
  readonly cause: string
  readonly closedAt: number | null
}

async function incidents(port: number): Promise<readonly Said[]> {
  return (await (await fetch(`http://127.0.0.1:${port}/incidents`)).json()) as readonly Said[]
}

const peerUp = 'gatehouse_watch_peer_up{peer="other"}'

scenario(
  'a watch that is killed is missed by the other, which says so once, and when it is back',
  {},
  async () => {
    const backend = await startBackend()
    const [left = 0, right = 0] = await freePorts(2)
    const hooks = [startWebhook(), startWebhook()] as const
    const watches: PeerProcess[] = []
    const start = async (side: Side): Promise<PeerProcess> => {
      const watch = await startWatch({ config: configOf(side), port: side.own })
      watches.push(watch)
      return watch
    }
    try {
      const sides = [
        { own: left, other: right, backend: backend.port, hook: hooks[0] },
        { own: right, other: left, backend: backend.port, hook: hooks[1] },
      ] as const
      const [, second] = await Promise.all([start(sides[0]), start(sides[1])])
      for (const port of [left, right]) await until(async () => (await metric(port, peerUp)) === 1)
      // Both alive: several checks later there is still nothing to say.
      const rounds = 'gatehouse_watch_last_round_timestamp_seconds'
      const before = await metric(left, rounds)
      await until(async () => (await metric(left, rounds)) > before + 3)
      expect(await incidents(left)).toEqual([])
      expect(hooks.flatMap(({ bodies }) => bodies)).toEqual([])

      process.kill(second.pid, 'SIGKILL')
      await until(async () => (await incidents(left)).length > 0)
      const [opened] = await incidents(left)
      expect(opened).toMatchObject({ cause: 'peer:other', closedAt: null })
      await until(() => hooks[0].bodies.length > 0)
      expect(hooks[0].bodies[0]).toContain('peer:other')
      const killed = await metric(left, rounds)
      await until(async () => (await metric(left, rounds)) > killed + 4)
      expect(hooks[0].bodies.length).toBe(1)
      expect(await metric(left, peerUp)).toBe(0)

      await start(sides[1])
      await until(async () => (await incidents(left))[0]?.closedAt !== null)
      await until(() => hooks[0].bodies.length === 2)
      expect(await incidents(left)).toHaveLength(1)
      expect(hooks[1].bodies).toEqual([])
    } finally {
      for (const peer of [...watches, ...hooks, backend]) await peer.stop()
    }
  },
  120_000,
)
