// A watch of many hosts over four vantages, in a process of its own. Arguments: hosts, interval in ms, the
// server's port with TLS, its port without. Says "loaded" before it begins, and begins at the first input.
import { must } from '../../src/std/assert.ts'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleDoor, sampleWatch } from '../../src/watch/plan/samples.fixture.ts'
import { openWatch } from '../../src/watch/run/open.ts'
import { fakeDns } from '../../src/world/dns.ts'
import { realWorld } from '../../src/world/world.ts'

const [hosts = 0, intervalMs = 0, securePort = 0, plainPort = 0] = process.argv.slice(2).map(Number)

const doors = Array.from({ length: hosts }, (_, i) =>
  sampleDoor(`service-${i}.example.com`, { upstream: `http://127.0.0.1:${plainPort}` }),
)
const config = sampleWatch({
  doors,
  doorIntervalMs: intervalMs,
  canaries: { open: null, protected: doors[0] ?? null },
  control: [`http://127.0.0.1:${plainPort}/`],
  port: securePort,
  verifyTls: false,
  ingress: [{ address: '127.0.0.1', port: securePort }],
  gates: [`http://127.0.0.1:${plainPort}`],
  identityProvider: null,
  robot: null,
  dataDir: mkdtempSync(join(tmpdir(), 'gatehouse-bench-watch-')),
})
const names = Object.fromEntries(doors.map(({ host }) => [host, ['127.0.0.1']]))
const world = { ...realWorld(), dns: fakeDns(names), log: { write: () => {} } }

console.log('loaded')
process.stdin.once('data', () => {
  const opened = openWatch({ config, world, version: 'bench' })
  const watch = must(opened.ok ? opened.value : null, 'Nobody else has the directory')
  // What it made of it, every second, so that a measurement of failures is not taken for one of probes.
  setInterval(() => {
    const outcomes = [...watch.readings.probes()].map(({ outcome, count }) => [outcome, count])
    console.log(JSON.stringify({ outcomes, defects: watch.defects() }))
  }, 1000)
})
process.stdin.on('end', () => process.exit(0))
