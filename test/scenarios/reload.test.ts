// A configuration is changed while the gate is under load: no request fails, a broken file changes nothing.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { flood } from '../support/flood.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'
import { ask } from '../support/running-gate.ts'

const config = `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services:
  - { host: app.example.com, groups: [staff] }
`
const moreServices = '  - { host: new.example.com, auth: none }\n'
const requestsUnderLoad = 20_000

async function becomes(gate: GateProcess, decision: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const answer = await ask(gate.httpPort, 'traefik', { host: 'new.example.com' })
    if (answer.header('X-Gatehouse-Decision') === decision) return
    await Bun.sleep(50)
  }
  throw new Error(`The gate does not answer "${decision}":\n${gate.log()}`)
}

scenario(
  'a new configuration is taken, a broken one is refused, and no request fails meanwhile',
  {},
  async () => {
    const gate = await startGateProcess({ config })
    try {
      const original = readFileSync(gate.configFile, 'utf8')
      await becomes(gate, 'refuse; unknown-host')
      const load = flood({
        port: gate.httpPort,
        requests: requestsUnderLoad,
        seed: 3,
        connections: 4,
      })

      writeFileSync(gate.configFile, original.replace('services:\n', `services:\n${moreServices}`))
      await becomes(gate, 'allow; open')
      expect(await gate.metric('gatehouse_config_last_reload_successful')).toBe(1)

      writeFileSync(gate.configFile, original.replace('groups: [staff]', 'grups: [staff]'))
      for (
        let i = 0;
        i < 100 && (await gate.metric('gatehouse_config_last_reload_successful')) === 1;
        i++
      )
        await Bun.sleep(50)
      expect(await gate.metric('gatehouse_config_last_reload_successful')).toBe(0)
      expect(gate.log()).toContain('grups')
      await becomes(gate, 'allow; open')

      writeFileSync(gate.configFile, original)
      gate.signal('SIGHUP')
      await becomes(gate, 'refuse; unknown-host')

      const report = await load
      expect(report.answers).toBe(requestsUnderLoad)
      expect([...report.statuses.keys()].filter((status) => status.startsWith('5'))).toEqual([])
      expect(await gate.metric('gatehouse_defects_total')).toBe(0)
    } finally {
      expect(await gate.stop()).toBe(0)
    }
  },
)
