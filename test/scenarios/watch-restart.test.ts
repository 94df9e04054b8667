// What a watch knows outlives it: killed in the middle of an incident, it goes on from there and says nothing twice.
import { expect } from 'bun:test'
import { type Backend, startBackend } from '../peers/backend.ts'
import type { PeerProcess } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { startWatch } from '../peers/watch.ts'
import { scenario } from '../scenario.ts'
import { type Webhook, startWebhook } from '../support/webhook.ts'
import { until } from '../support/until.ts'

const configOf = (
  port: number,
  about: { app: Backend; control: Backend; hook: Webhook },
): string => `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:1', metrics: '127.0.0.1:${port}' }
identity: { accounts: {} }
services:
  - { host: app.example.com, auth: none, upstream: 'http://127.0.0.1:${about.app.port}' }
watch:
  interval: 1s
  door_interval: 1s
  timeout: 800ms
  edge: false
  control: ['http://127.0.0.1:${about.control.port}/']
notify:
  - { kind: webhook, name: hook, url: '${about.hook.url}' }
`

interface Said {
  readonly id: string
  readonly closedAt: number | null
}

async function incidents(port: number): Promise<readonly Said[]> {
  return (await (await fetch(`http://127.0.0.1:${port}/incidents`)).json()) as readonly Said[]
}

/** What was said, by the key under which a receiver knows a message that is sent again. */
function keysOf(hook: Webhook): readonly string[] {
  return hook.bodies.map((body) => (JSON.parse(body) as { readonly key: string }).key)
}

/** Waits for two rounds from now on. */
async function twoRoundsFrom(port: number): Promise<void> {
  const ended = async (): Promise<number> => {
    const said = (await (await fetch(`http://127.0.0.1:${port}/verdict`)).json()) as {
      readonly round: { readonly ended_at: number }
    }
    return said.round.ended_at
  }
  const from = await ended()
  await until(async () => (await ended()) > from + 2000)
}

scenario(
  'a watch that is killed during an incident goes on with it and says nothing twice',
  {},
  async () => {
    const [port = 0] = await freePorts(1)
    const [app, control] = await Promise.all([startBackend(), startBackend()])
    const hook = startWebhook()
    const watches: PeerProcess[] = []
    try {
      const config = configOf(port, { app, control, hook })
      const first = await startWatch({ config, port })
      watches.push(first)
      await app.stop()
      await until(async () => (await incidents(port)).length > 0)
      await until(() => hook.bodies.length > 0)
      const before = await incidents(port)

      // At once: that it was said may not be written down yet. Nobody can know then whether the message
      // arrived, so it may come again, as the same message: under the same key, and nothing else comes.
      process.kill(first.pid, 'SIGKILL')
      const second = await startWatch({ config, port, directory: first.directory })
      watches.push(second)
      await until(async () => (await incidents(port)).length > 0)
      const again = await incidents(port)
      expect(again.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
      await twoRoundsFrom(port)
      expect(new Set(keysOf(hook)).size).toBe(before.length)
      expect(keysOf(hook).length).toBeLessThanOrEqual(2 * before.length)

      // Later: it is in the book, and there from the first moment on.
      const said = keysOf(hook)
      process.kill(second.pid, 'SIGKILL')
      watches.push(await startWatch({ config, port, directory: first.directory }))
      expect(await incidents(port)).toEqual(again)
      await twoRoundsFrom(port)
      expect(keysOf(hook)).toEqual(said)
    } finally {
      for (const peer of [...watches, app, control, hook]) await peer.stop()
    }
  },
  120_000,
)
