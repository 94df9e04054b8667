// Promise 1: 200,000 requests without a session leave the store, the disk and the memory as they were.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { flood, littleSlack } from '../support/flood.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'

const rounds = 4
const warmUpRequests = 100_000
const floodRequests = 200_000
const memoryGrowthBytesMax = 8 * 1024 * 1024

const config = `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services:
  - host: app.example.com
    groups: [staff]
    paths: [{ path: /public/**, auth: public }]
  - { host: other.example.com, auth: required }
  - { host: "*.wild.example.com", groups: [staff] }
`

/** Every file below `directory` with its size. */
function files(directory: string): Record<string, number> {
  const found = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map(
    (name): [string, number] => [name, statSync(join(directory, name)).size],
  )
  return Object.fromEntries(found)
}

/**
 * Floods in {@link rounds}. `memory` is the least of the readings after each: what is not garbage.
 */
async function floodInRounds(
  gate: GateProcess,
  { requests, seed }: { readonly requests: number; readonly seed: number },
): Promise<{ memory: number; answers: number; setCookies: number; statuses: string[] }> {
  const total = { memory: Number.MAX_SAFE_INTEGER, answers: 0, setCookies: 0 }
  const statuses = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    const share = requests / rounds
    const report = await flood({
      port: gate.httpPort,
      requests: share,
      seed: seed + round * share,
    })
    await Bun.sleep(500)
    total.memory = Math.min(total.memory, await gate.metric('gatehouse_memory_bytes'))
    total.answers += report.answers
    total.setCookies += report.setCookies
    for (const status of report.statuses.keys()) statuses.add(status)
  }
  return { ...total, statuses: [...statuses].toSorted() }
}

scenario(
  'a flood of strangers leaves no row, no file, no cookie and no memory',
  {},
  async () => {
    const gate = await startGateProcess({ config, env: littleSlack })
    try {
      // The engine compiles and sizes its heap on the first requests; growth is counted from then on.
      const warmUp = await floodInRounds(gate, { requests: warmUpRequests, seed: 1 })
      const before = { memory: warmUp.memory, files: files(gate.directory) }
      const report = await floodInRounds(gate, { requests: floodRequests, seed: 1_000_000 })
      const after = { memory: report.memory, files: files(gate.directory) }
      expect(report.answers).toBe(floodRequests)
      expect(report.setCookies).toBe(0)
      expect(report.statuses).toEqual(['302', '401', '403'])
      expect(after.files).toEqual(before.files)
      expect(await gate.metric('gatehouse_sessions')).toBe(0)
      expect(await gate.metric('gatehouse_session_cache_entries')).toBe(0)
      expect(await gate.metric('gatehouse_defects_total')).toBe(0)
      console.log(
        `memory ${(before.memory / 2 ** 20).toFixed(1)} MiB before, ${(after.memory / 2 ** 20).toFixed(1)} MiB after ${floodRequests} requests`,
      )
      expect(after.memory - before.memory).toBeLessThan(memoryGrowthBytesMax)
      // What is logged of strangers is bounded by time, not by their number.
      expect(gate.log().length).toBeLessThan(2_000_000)
    } finally {
      await gate.stop()
    }
  },
  600_000,
)
