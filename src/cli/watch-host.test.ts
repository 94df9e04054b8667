// The watch beside the gate: it may fail in any way, and the gate hears nothing of it.
import { describe, expect, test } from 'bun:test'
import { parseHostPattern } from '../model/host.ts'
import type { Rule, Service } from '../model/service.ts'
import { must } from '../std/assert.ts'
import { fakeWorld } from '../world/fake-world.ts'
import type { World } from '../world/world.ts'
import { sampleConfig, sampleGate } from './watch-config.fixture.ts'
import { createWatchHost } from './watch-host.ts'

/** Promises go on between the steps of a fake clock. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

describe('createWatchHost()', () => {
  test('has nothing to say without a watch', async () => {
    const host = createWatchHost(fakeWorld({ args: [] }))
    await host.apply(null)
    host.reloaded()
    expect(host.answer('/verdict', '127.0.0.1')).toBeNull()
    expect(await host.scrape()).toBe('')
    await host.close()
  })

  test('leaves the watch off while another has its directory, says so once, and takes over', async () => {
    const world = fakeWorld({ args: [] })
    const [first, second] = [createWatchHost(world), createWatchHost(world)]
    await first.apply(sampleConfig())
    await second.apply(sampleConfig())
    const said = () => world.log.lines.filter(({ event }) => event === 'watch-not-started')
    expect(said().map(({ fields }) => fields['detail'])).toEqual([
      'Cannot watch: the watch of process 1 has "/data/watch"; give each watch a "data_dir" of its own, or run one of them',
    ])
    expect(second.answer('/verdict', '127.0.0.1')?.status).toBe(503)
    expect(await second.answer('/verdict', '127.0.0.1')?.json()).toMatchObject({
      ...{ ready: false, error: 'watch-off' },
      detail: expect.stringContaining('process 1'),
    })
    // A page that pointed its own name at this machine learns that it is off, and no more.
    expect(await second.answer('/verdict', 'rebound.evil.test')?.json()).toEqual({
      ...{ ready: false, error: 'watch-off' },
    })
    expect(second.answer('/incidents', '127.0.0.1')).toBeNull()
    expect([await second.scrape(), second.publicVerdict()]).toEqual(['', null])
    for (let i = 0; i < 3; i++) {
      world.clock.advance(30_000)
      await settle()
    }
    expect(said()).toHaveLength(1)
    await first.close()
    world.clock.advance(30_000)
    await settle()
    expect(second.answer('/incidents', '127.0.0.1')?.status).toBe(200)
    await second.close()
    expect(second.answer('/verdict', '127.0.0.1')).toBeNull()
  })

  test('asks for the directory no more once it is told to have no watch', async () => {
    const world = fakeWorld({ args: [] })
    const [first, second] = [createWatchHost(world), createWatchHost(world)]
    await first.apply(sampleConfig())
    await second.apply(sampleConfig())
    await second.apply(null)
    expect(second.answer('/verdict', '127.0.0.1')).toBeNull()
    await first.close()
    world.clock.advance(120_000)
    await settle()
    expect(second.answer('/verdict', '127.0.0.1')).toBeNull()
  })

  test('answers for the watch that it started, and says what it costs', async () => {
    const world = fakeWorld({ args: [] })
    const host = createWatchHost(world)
    await host.apply(sampleConfig())
    expect(host.answer('/verdict', '127.0.0.1')?.status).toBe(503)
    expect(host.answer('/incidents', '127.0.0.1')?.status).toBe(200)
    expect(host.answer('/incidents/nothing-of-the-kind', '127.0.0.1')?.status).toBe(404)
    // A page that pointed its own name at this machine reads nothing of the estate.
    expect(host.answer('/incidents', 'rebound.evil.test')).toBeNull()
    expect(host.answer('/incidents/nothing', 'rebound.evil.test')).toBeNull()
    expect(host.answer('/elsewhere', '127.0.0.1')).toBeNull()
    expect(await host.scrape()).toContain('gatehouse_watch_round_interval_seconds 60')
    const [started] = world.log.lines.filter(({ event }) => event === 'watch-started')
    expect(started?.fields).toMatchObject({
      doors: 2,
      interval_ms: 60_000,
      vantages: ['edge', 'ingress', 'gate', 'upstream'],
      requests_per_minute: 10.6,
      strangers_at_the_gate_per_minute: 3.6,
    })
    world.clock.advance(10_000)
    await settle()
    expect(host.answer('/verdict', '127.0.0.1')?.status).toBe(200)
    await host.close()
    expect(host.answer('/verdict', '127.0.0.1')).toBeNull()
  })

  test('goes on undisturbed with the same configuration, and starts anew with another', async () => {
    const world = fakeWorld({ args: [] })
    const host = createWatchHost(world)
    await host.apply(sampleConfig())
    await host.apply(sampleConfig())
    const starts = () => world.log.lines.filter(({ event }) => event === 'watch-started').length
    expect(starts()).toBe(1)
    await host.apply(sampleConfig({ intervalMs: 30_000 }))
    expect(starts()).toBe(2)
    expect(await host.scrape()).toContain('gatehouse_watch_round_interval_seconds 30')
    await host.apply(null)
    expect(host.answer('/verdict', '127.0.0.1')).toBeNull()
  })

  test('runs only the newest of several given while one is loaded, and none after the end', async () => {
    const world = fakeWorld({ args: [] })
    const host = createWatchHost(world)
    const started = () =>
      world.log.lines.flatMap(({ event, fields }) =>
        event === 'watch-started' ? [fields['interval_ms']] : [],
      )
    void host.apply(sampleConfig({ intervalMs: 10_000 }))
    void host.apply(null)
    await host.apply(sampleConfig({ intervalMs: 20_000 }))
    expect(started()).toEqual([20_000])
    void host.apply(sampleConfig({ intervalMs: 30_000 }))
    await host.close()
    expect(started()).toEqual([20_000])
    expect(host.answer('/verdict', '127.0.0.1')).toBeNull()
  })

  test('survives a watch that cannot even begin, and says so', async () => {
    const world: World = {
      ...fakeWorld({ args: [] }),
      random: {
        bytes: () => {
          throw new RangeError('No randomness here')
        },
      },
    }
    const log: string[] = []
    const host = createWatchHost({ ...world, log: { write: (_, event) => void log.push(event) } })
    await host.apply(sampleConfig())
    expect(log).toEqual(['watch-not-started'])
    expect(host.answer('/verdict', '127.0.0.1')).toBeNull()
    expect(await host.scrape()).toBe('')
    await host.close()
  })

  test('tries the doors of a cluster, also those that came before the watch or its next one', async () => {
    const world = fakeWorld({ args: [] })
    const host = createWatchHost(world)
    const gate = sampleGate()
    host.replaceServices([service('wiki.example.com'), service('*.example.com')], gate)
    await host.apply(sampleConfig())
    const doors = (): unknown[] =>
      world.log.lines.filter(({ event }) => event === 'watch-doors').map(({ fields }) => fields)
    const own = sampleConfig().doors.length
    const found = { discovered: 1, left_out: 0, unprobed: ['*.example.com'] }
    expect(doors()).toEqual([{ doors: own + 1, ...found }])
    host.replaceServices([], gate)
    expect(doors().at(-1)).toMatchObject({ doors: own, discovered: 0, unprobed: [] })
    host.replaceServices([service('wiki.example.com')], gate)
    await host.apply(sampleConfig({ intervalMs: 30_000 }))
    expect(doors().at(-1)).toMatchObject({ doors: own + 1, discovered: 1 })
    await host.close()
  })
})

function service(host: string): Service {
  const rule: Rule = {
    ...{ id: `${host} /**`, path: '/**', methods: [], networks: [], auth: 'required', groups: [] },
    ...{ users: [], emailDomains: [], providers: [] },
  }
  const parsed = parseHostPattern(host)
  return {
    host: must(parsed.ok ? parsed.value : null, 'It is a host'),
    ...{ name: host, rules: [rule], caseInsensitivePaths: false, upstream: null },
  }
}
