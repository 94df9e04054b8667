// Promise 1: 200,000 requests without a session leave the store, the disk and the memory as they were.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { flood } from '../support/flood.ts'
import { startGateProcess } from '../support/gate-process.ts'

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

scenario(
  'a flood of strangers leaves no row, no file, no cookie and no memory',
  {},
  async () => {
    const gate = await startGateProcess({ config })
    try {
      // The engine compiles and sizes its heap on the first requests; growth is counted from then on.
      await flood({ port: gate.httpPort, requests: warmUpRequests, seed: 1 })
      await Bun.sleep(1000)
      const before = {
        memory: await gate.metric('gatehouse_memory_bytes'),
        files: files(gate.directory),
      }
      const report = await flood({ port: gate.httpPort, requests: floodRequests, seed: 1_000_000 })
      await Bun.sleep(1000)
      const after = {
        memory: await gate.metric('gatehouse_memory_bytes'),
        files: files(gate.directory),
      }
      expect(report.answers).toBe(floodRequests)
      expect(report.setCookies).toBe(0)
      expect([...report.statuses.keys()].toSorted()).toEqual(['302', '401', '403'])
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
  120_000,
)
