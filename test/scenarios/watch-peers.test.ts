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
  timeout: 5s
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
      const open = async (port: number): Promise<readonly Said[]> =>
        (await incidents(port)).filter(({ closedAt }) => closedAt === null)
      for (const port of [left, right])
        await until(
          async () => (await metric(port, peerUp)) === 1 && (await open(port)).length === 0,
        )
      // Both alive: several checks later there is nothing to say. While they started, one may have missed
      // the other for long enough, and each of that is told twice: that it was, and that it is over.
      const rounds = 'gatehouse_watch_last_round_timestamp_seconds'
      const told = async (port: number): Promise<number> => 2 * (await incidents(port)).length
      const before = await metric(left, rounds)
      await until(async () => (await metric(left, rounds)) > before + 3)
      expect(await open(left)).toEqual([])
      const earlier = await told(left)
      await until(() => hooks[0].bodies.length === earlier)

      process.kill(second.pid, 'SIGKILL')
      await until(async () => (await open(left)).length > 0)
      expect(await open(left)).toMatchObject([{ cause: 'peer:other', closedAt: null }])
      await until(() => hooks[0].bodies.length > earlier)
      expect(hooks[0].bodies.at(-1)).toContain('peer:other')
      const killed = await metric(left, rounds)
      await until(async () => (await metric(left, rounds)) > killed + 4)
      expect(hooks[0].bodies.length).toBe(earlier + 1)
      expect(await metric(left, peerUp)).toBe(0)

      await start(sides[1])
      await until(async () => (await open(left)).length === 0)
      await until(() => hooks[0].bodies.length === earlier + 2)
      expect(await told(left)).toBe(earlier + 2)
    } finally {
      for (const peer of [...watches, ...hooks, backend]) await peer.stop()
    }
  },
  280_000,
)
