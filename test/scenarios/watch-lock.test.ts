// Two watches on one directory: the second says who has it and ends; beside a gate, the gate goes on without.
import { expect } from 'bun:test'
import { join } from 'node:path'
import { startBackend } from '../peers/backend.ts'
import { runGatehouse, startGate } from '../peers/gate.ts'
import { type PeerProcess, peerDirectory } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { startWatch } from '../peers/watch.ts'
import { scenario } from '../scenario.ts'

scenario(
  'a directory has one watch: another command ends, a gate serves without, and a kill sets it free',
  {},
  async () => {
    const [watchPort = 0, http = 0, metrics = 0, other = 0] = await freePorts(4)
    const control = await startBackend()
    const data = peerDirectory('shared-data', {})
    const configOf = (listen: string): string => `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
listen: ${listen}
data_dir: ${data}
identity: { accounts: {} }
services:
  - { host: app.example.com, auth: required }
watch:
  interval: 1s
  timeout: 800ms
  edge: false
  control: ['http://127.0.0.1:${control.port}/']
`
    const config = configOf(`{ http: '127.0.0.1:${http}', metrics: '127.0.0.1:${metrics}' }`)
    const peers: PeerProcess[] = []
    try {
      const first = await startWatch({ config, port: watchPort })
      peers.push(first)
      const file = join(first.directory, 'gatehouse.yaml')
      const again = ['watch', '--config', file, '--listen', `127.0.0.1:${other}`]
      const second = await runGatehouse(again)
      expect(second.exitCode).toBe(1)
      expect(second.error).toContain(
        `gatehouse: Cannot watch: the watch of process ${first.pid} has "${join(data, 'watch')}"; give each watch a "data_dir" of its own`,
      )

      const gate = await startGate({ config, httpPort: http, metricsPort: metrics })
      peers.push(gate)
      const verdict = await fetch(`http://127.0.0.1:${metrics}/verdict`)
      expect(verdict.status).toBe(503)
      expect(await verdict.json()).toMatchObject({ ready: false, error: 'watch-off' })
      expect((await fetch(`http://127.0.0.1:${metrics}/readyz`)).status).toBe(200)
      await gate.stop()

      process.kill(first.pid, 'SIGKILL')
      peers.push(await startWatch({ config, port: other, directory: first.directory }))
    } finally {
      for (const peer of [...peers, control]) await peer.stop()
    }
  },
  60_000,
)
