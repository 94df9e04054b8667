// Starting an outpost, how much it logs, and the metrics that it gives.
import { expect, test } from 'bun:test'
import { Registry } from '../../std/prometheus.ts'
import { until } from '../../../test/support/until.ts'
import { fakeWorld } from '../../world/fake-world.ts'
import { memoryLog } from '../../world/log.ts'
import { testConfig } from '../testing.ts'
import { registerOutpost } from './metrics.ts'
import { sampleSettings } from './samples.fixture.ts'
import { levelledLog, startOutpost } from './start.ts'
import { testControlPlane, testOutpost, testProvider } from './testing.ts'

test.each([
  [null, ['info', 'warn', 'error']],
  ['trace', ['debug', 'info', 'warn', 'error']],
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warning', ['warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
  // What authentik says may be anything.
  ['no level', ['info', 'warn', 'error']],
  ['__proto__', ['info', 'warn', 'error']],
  ['constructor', ['info', 'warn', 'error']],
])('levelledLog() at %p lets %j through', (level, expected) => {
  const log = memoryLog()
  const levelled = levelledLog(log, () => level)
  for (const each of ['debug', 'info', 'warn', 'error'] as const) levelled.write(each, 'event')
  expect(log.lines.map((line) => line.level).join()).toBe(expected.join())
})

test('startOutpost() is null for a gate that authentik does not drive', () => {
  const world = fakeWorld({ args: [] })
  const secret = new Uint8Array(32)
  expect(startOutpost({ config: testConfig(), world, secret })).toBeNull()
})

test('startOutpost() begins without a configuration and goes on without authentik', async () => {
  const world = fakeWorld({ args: [] })
  const config = testConfig({ outpost: sampleSettings({ logLevel: 'error' }) })
  const started = startOutpost({ config, world, secret: new Uint8Array(32) })
  world.clock.advance(0)
  await until(() => started?.plane.state().failuresInRow === 1)
  expect(started?.plane.current()).toBeNull()
  expect(started?.plane.state()).toMatchObject({ source: 'none', failuresInRow: 1 })
  // The failure was a warning.
  expect(world.log.lines).toEqual([])
  await started?.plane.close()
})

test('registerOutpost() gives the gauges of upstream with its labels, once an outpost is known', async () => {
  const plane = testControlPlane(null)
  const registry = new Registry()
  registerOutpost(registry, plane, sampleSettings())
  expect(await registry.metrics()).not.toContain('authentik_outpost_info{')
  plane.change(testOutpost([testProvider(), testProvider({ clientId: 'two' })]))
  const labels =
    'outpost_name="test outpost",outpost_type="proxy",uuid="00000000-0000-4000-8000-000000000001",' +
    'version="2026.8.6",build="gatehouse-test"'
  const text = await registry.metrics()
  expect(text).toContain(`authentik_outpost_info{${labels}} 1\n`)
  expect(text).toContain(`authentik_outpost_connection{${labels}} 1\n`)
  expect(text).toContain(`authentik_outpost_last_update{${labels}} 0\n`)
  expect(text).toContain('gatehouse_outpost_providers 2\n')
  const renamed = testOutpost([])
  plane.change({ ...renamed, outpost: { ...renamed.outpost, name: 'renamed' } })
  expect((await registry.metrics()).match(/authentik_outpost_info\{/g)).toHaveLength(1)
})
