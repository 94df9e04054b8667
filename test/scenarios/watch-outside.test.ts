// The gate is killed, and the watch in it with it: a watch outside says that it is the gate, to whom it may concern.
import { expect } from 'bun:test'
import { freePorts } from '../peers/ports.ts'
import { startWatch } from '../peers/watch.ts'
import { scenario } from '../scenario.ts'
import { passwords } from '../support/people.ts'
import { until } from '../support/until.ts'
import { type SaidVerdict, startWatchedEstate } from '../support/watched-estate.ts'
import { startWebhook } from '../support/webhook.ts'

const storyMs = 280_000

scenario(
  'a gate that is killed is named by a watch outside, in one message',
  { needs: ['nginx'] },
  async () => {
    const [port = 0] = await freePorts(1)
    const estate = await startWatchedEstate({ watch: () => '' })
    const hook = startWebhook()
    const { ports } = estate
    const watch = await startWatch({
      port,
      config: `url: http://auth.home.localhost:${ports.proxy}
domains: [home.localhost]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:1', metrics: '127.0.0.1:${port}' }
identity: { accounts: {} }
services:
  - { host: app.home.localhost, upstream: 'http://127.0.0.1:${estate.app.port}', groups: [staff] }
  - { host: open.home.localhost, upstream: 'http://127.0.0.1:${estate.open.port}', auth: none }
watch:
  interval: 1s
  door_interval: 2s
  timeout: 5s
  edge: false
  ingress: ['127.0.0.1:${ports.proxy}']
  gates: ['http://127.0.0.1:${ports.gate}']
  control: ['http://127.0.0.1:${estate.control.port}/']
  robot: { user: rosa, password: ${passwords.rosa}, sign_in_every: 1h }
notify: [{ kind: webhook, name: hook, url: '${hook.url}' }]
`,
    })
    const told = async (): Promise<SaidVerdict['verdict']> => {
      const answer = await fetch(`http://127.0.0.1:${port}/verdict`)
      return ((await answer.json()) as SaidVerdict).verdict
    }
    try {
      const metrics = `http://127.0.0.1:${port}/metrics`
      const isSignedIn = 'gatehouse_watch_probe_total{probe="origin_auth",outcome="ok"}'
      await until(async () => (await (await fetch(metrics)).text()).includes(isSignedIn))
      await until(async () => (await told()).kind === 'healthy')
      expect(hook.bodies).toEqual([])

      process.kill(estate.gate.pid, 'SIGKILL')
      await until(async () => {
        const { kind, leader } = await told()
        return kind === 'fault' && leader.elements.toSorted().join(' ') === 'gate_check gate_new'
      })
      await until(() => hook.bodies.length > 0)
      expect(hook.bodies[0]).toContain('gate_new')
      // A few rounds later there is still one message for it, however many hosts and probes are red.
      const rounds = async (): Promise<number> => {
        const { round } = (await (await fetch(`http://127.0.0.1:${port}/verdict`)).json()) as {
          readonly round: { readonly ended_at: number }
        }
        return round.ended_at
      }
      const from = await rounds()
      await until(async () => (await rounds()) > from + 5000)
      const opened = hook.bodies.filter((body) => body.includes('"opened"'))
      expect(opened).toHaveLength(1)
    } finally {
      for (const peer of [watch, hook, estate]) await peer.stop()
    }
  },
  storyMs,
)
