// The gate's own log as a witness: what it refuses reaches the watch as numbers of people, hosts and networks.
import { expect } from 'bun:test'
import { startGate } from '../../src/gate-run.ts'
import { testConfig } from '../../src/gate/testing.ts'
import { createWitness } from '../../src/watch/witness/registry.ts'
import { memoryLog } from '../../src/world/log.ts'
import { seededRandom } from '../../src/world/random.ts'
import { realWorld } from '../../src/world/world.ts'
import { scenario } from '../scenario.ts'
import { ask, fixtureServices, signIn } from '../support/running-gate.ts'

const minute = 60_000

scenario('the watch reads from the gate for how many a reason is true', {}, async () => {
  const real = realWorld()
  // Wall time stands still but for what the story says: a minute must not end by chance.
  const start = real.clock.now()
  let ahead = 0
  const clock = { ...real.clock, now: () => start + ahead }
  const free = { hostname: '127.0.0.1', port: 0 }
  const started = startGate({
    config: testConfig({ services: fixtureServices, listen: { http: free, metrics: free } }),
    // The numbers are estimates: with a key of its own each time, two texts are one once in 1024.
    world: { ...real, clock, log: memoryLog(), random: seededRandom(1) },
    secret: new Uint8Array(32).fill(9),
    version: 'test',
  })
  if (!started.ok) throw new Error(started.error.join('; '))
  const gate = started.value
  const from = (address: string): readonly string[] => [`X-Forwarded-For: ${address}`]
  const witness = createWitness(
    { kind: 'gate', name: 'gate-1', url: `http://127.0.0.1:${gate.metricsPort}` },
    { ...real, clock },
  )
  const read = async () => {
    const answer = await witness.read()
    if (!answer.ok) throw new Error(answer.error.detail)
    return answer.value
  }
  try {
    const before = await read()
    expect(before.reasons).toEqual([])
    const port = gate.httpPort
    const cookie = await signIn(gate, 'eve', ['guests'])
    const other = await signIn(gate, 'mallory', ['guests'])
    for (let i = 0; i < 12; i++)
      await ask(port, 'traefik', {
        host: i % 2 === 0 ? 'app.example.com' : 'other.example.com',
        headers: from(`198.51.${i % 3}.${i}`),
      })
    for (const who of [cookie, other, cookie])
      await ask(port, 'traefik', {
        host: 'app.example.com',
        cookie: who,
        headers: from('203.0.113.9'),
      })
    // The minute that is running is not told yet.
    expect((await read()).reasons).toEqual([])
    ahead += minute
    const { reasons, samples } = await read()
    expect(reasons).toEqual([
      { reason: 'no-session', count: 12, people: 0, hosts: 2, networks: 3 },
      { reason: 'not-member', count: 3, people: 2, hosts: 1, networks: 1 },
    ])
    expect(samples).toMatchObject([
      { store: 'gate-1', source: 'gate', usedBlocks: 2, created: { people: 2, probes: 0 } },
    ])
    // Told once: the next look begins where this one ended.
    ahead += minute
    expect((await read()).reasons).toEqual([])
  } finally {
    await gate.close()
  }
  const gone = await witness.read()
  expect(gone).toEqual({ ok: false, error: { witness: 'gate-1', detail: 'It cannot be reached' } })
})
