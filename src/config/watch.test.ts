// Reload: a good file is taken, a broken one is refused and what runs goes on.
import { describe, expect, test } from 'bun:test'
import type { GateConfig } from '../gate.ts'
import { type FakeWorld, fakeWorld } from '../world/fake-world.ts'
import { loadConfig } from './load.ts'
import { watchConfig } from './watch.ts'

const file = '/etc/gatehouse/gatehouse.yaml'
const before = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
  - { host: app.example.com }
`

interface Watched {
  readonly world: FakeWorld
  readonly taken: GateConfig[]
  refused(): number
  /** Writes the file and lets the change settle and be read. */
  change(text: string): Promise<void>
  stop(): void
}

/** Lets readings under way come to their end: none waits for anything but promises. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

async function watched(): Promise<Watched> {
  const world = fakeWorld({ args: [], files: { [file]: before } })
  const loaded = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!loaded.ok) throw new Error('The configuration of the test is wrong')
  const taken: GateConfig[] = []
  let refused = 0
  const stop = watchConfig({
    ...world,
    loaded: loaded.value,
    onConfig: (config) => taken.push(config),
    onRefused: () => {
      refused++
    },
  })
  return {
    world,
    taken,
    refused: () => refused,
    change: async (text) => {
      world.files.writeAtomic(file, text, 0o644)
      world.clock.advance(250)
      await settled()
    },
    stop,
  }
}

const withService = (host: string): string => `${before}  - { host: ${host} }\n`

describe('watchConfig', () => {
  test('gives a changed file to onConfig once it has settled', async () => {
    const { taken, change, world } = await watched()
    world.files.writeAtomic(file, withService('half.example.com'), 0o644)
    world.clock.advance(249)
    await settled()
    expect(taken).toEqual([])
    await change(withService('b.example.com'))
    expect(taken.map(({ services }) => services.map(({ host }) => String(host)))).toEqual([
      ['app.example.com', 'b.example.com'],
    ])
    expect(world.log.lines.map(({ event }) => event)).toEqual(['config-reloaded'])
  })

  test('refuses a broken file with every mistake in one line of the log', async () => {
    const { taken, refused, change, world } = await watched()
    await change(`${before}urll: x\nsession: {}\n`)
    expect(taken).toEqual([])
    expect(refused()).toBe(1)
    expect(world.log.lines).toMatchObject([{ level: 'error', event: 'config-reload-failed' }])
    expect(world.log.lines[0]?.fields['mistakes']).toHaveLength(2)
  })

  test('takes a file that is right again', async () => {
    const { taken, refused, change } = await watched()
    await change('url: [')
    await change(before)
    expect([taken.length, refused()]).toEqual([1, 1])
  })

  test('reads at once on SIGHUP', async () => {
    const { taken, world } = await watched()
    world.signal('SIGHUP')
    await settled()
    expect(taken).toHaveLength(1)
  })

  test('answers many signals at once with two readings: one under way, one after it', async () => {
    const { taken, world } = await watched()
    for (let i = 0; i < 50; i++) world.signal('SIGHUP')
    await settled()
    await settled()
    expect(taken).toHaveLength(2)
  })

  test('keeps what needs a restart and says so', async () => {
    const { taken, change, world } = await watched()
    await change(
      `${before.replace('{}', '{ attempts: 9 }')}listen: { http: ":9999" }\ndata_dir: /elsewhere\nsessions: { store: memory, per_user: 3 }\n`,
    )
    expect(taken[0]?.listen.http.port).toBe(9000)
    expect(taken[0]?.dataDir).toBe('/etc/gatehouse/data')
    expect(taken[0]?.identity.accounts?.attemptsMax).toBe(5)
    expect(taken[0]?.sessions).toMatchObject({ store: 'sqlite', perUserMax: 3 })
    expect(world.log.lines[0]).toEqual({
      level: 'warn',
      event: 'config-needs-restart',
      fields: { settings: ['listen.http', 'data_dir', 'sessions.store', 'identity.accounts'] },
    })
  })

  test('says the warnings of the new file', async () => {
    const { change, world } = await watched()
    await change(before.replace('10.0.0.0/8', '0.0.0.0/0'))
    expect(world.log.lines[0]).toMatchObject({
      level: 'warn',
      event: 'config-warning',
      fields: { id: 'trusts-everyone', line: 3, path: 'trusted_proxies[0]' },
    })
  })

  test('does nothing any more once it is stopped', async () => {
    const { taken, change, stop, world } = await watched()
    stop()
    await change(withService('b.example.com'))
    world.signal('SIGHUP')
    await settled()
    expect(taken).toEqual([])
  })
})
