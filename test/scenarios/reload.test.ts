// A configuration is changed while the gate is under load: no request fails, a broken file changes nothing.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { flood } from '../support/flood.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'
import { ask } from '../support/running-gate.ts'
import { until } from '../support/until.ts'

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
  await until(
    async () => {
      const answer = await ask(gate.httpPort, 'traefik', { host: 'new.example.com' })
      return answer.header('X-Gatehouse-Decision') === decision
    },
    () => `The gate answers "${decision}":\n${gate.log()}`,
  )
}

/** Replaces the file as editors do: a new one under the old name, never half of it. */
function replace(gate: GateProcess, text: string): void {
  writeFileSync(`${gate.configFile}.swap`, text)
  renameSync(`${gate.configFile}.swap`, gate.configFile)
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

      replace(gate, original.replace('services:\n', `services:\n${moreServices}`))
      await becomes(gate, 'allow; open')
      expect(await gate.metric('gatehouse_config_last_reload_successful')).toBe(1)

      replace(gate, original.replace('groups: [staff]', 'grups: [staff]'))
      await until(async () => (await gate.metric('gatehouse_config_last_reload_successful')) === 0)
      await until(() => gate.log().includes('grups'))
      await becomes(gate, 'allow; open')

      replace(gate, original)
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
