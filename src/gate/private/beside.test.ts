// A part beside the gate tells on the gate's private listener, and cannot take anything of the gate's away.
import { expect, test } from 'bun:test'
import { memoryLog } from '../../world/log.ts'
import { realWorld } from '../../world/world.ts'
import { startGate } from '../gate.ts'
import { testConfig } from '../testing.ts'
import type { PrivateExtra } from './listener.ts'

async function withGate(
  beside: PrivateExtra,
  story: (ask: (path: string) => Promise<Response>) => Promise<void>,
): Promise<void> {
  const free = { hostname: '127.0.0.1', port: 0 }
  const started = startGate({
    config: testConfig({ listen: { http: free, metrics: free } }),
    world: { ...realWorld(), log: memoryLog() },
    secret: new Uint8Array(32).fill(9),
    version: 'test',
    beside,
  })
  if (!started.ok) throw new Error(started.error.join('; '))
  try {
    await story((path) => fetch(`http://127.0.0.1:${started.value.metricsPort}${path}`))
  } finally {
    await started.value.close()
  }
}

test('a part beside the gate answers for its own paths, and its metrics follow the gate’s', async () => {
  const asked: string[] = []
  const beside: PrivateExtra = {
    answer: (path) => {
      asked.push(path)
      return path === '/verdict' ? Response.json({ of: 'the watch' }) : null
    },
    scrape: async () => 'beside_total 1\n',
  }
  await withGate(beside, async (ask) => {
    expect(await (await ask('/verdict')).json()).toEqual({ of: 'the watch' })
    expect((await ask('/nothing')).status).toBe(404)
    for (const path of ['/livez', '/readyz', '/decisions', '/evidence'])
      expect((await ask(path)).status).toBe(200)
    expect(asked).toEqual(['/verdict', '/nothing'])
    const lines = (await (await ask('/metrics')).text()).split('\n')
    expect(lines).toContain('beside_total 1')
    expect(lines.some((line) => line.startsWith('gatehouse_build_info'))).toBe(true)
  })
})

test('a part that throws against its word costs its own answer, and the gate stays ready', async () => {
  const beside: PrivateExtra = {
    answer: () => {
      throw new TypeError('of the part beside')
    },
    scrape: async () => '',
  }
  await withGate(beside, async (ask) => {
    expect((await ask('/verdict')).status).toBe(503)
    expect((await ask('/readyz')).status).toBe(200)
    expect((await ask('/metrics')).status).toBe(200)
  })
})
