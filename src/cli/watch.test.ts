// `gatehouse watch` up to the moment where it runs: what it refuses, and how it ends.
import { describe, expect, test } from 'bun:test'
import { type FakeWorldOptions, fakeWorld } from '../world/fake-world.ts'
import { runCli } from './cli.ts'
import { sampleFile } from './watch-config.fixture.ts'

async function run(line: string, options: Omit<FakeWorldOptions, 'args'> = {}) {
  const world = fakeWorld({ args: line.split(' '), ...options })
  const code = await runCli(world)
  return { code, error: world.errors() }
}

const having = (text: string): Omit<FakeWorldOptions, 'args'> => ({ files: { '/c.yaml': text } })

describe('gatehouse watch', () => {
  test('wants a section watch', async () => {
    const text = sampleFile.slice(0, sampleFile.indexOf('watch:'))
    const { code, error } = await run('watch --config /c.yaml', having(text))
    expect(code).toBe(2)
    expect(error).toBe('gatehouse: There is no section "watch" in "/c.yaml"\n')
  })

  test('starts nothing from a file with mistakes', async () => {
    const { code, error } = await run(
      'watch --config /c.yaml',
      having(sampleFile.replace('control:', 'contrl:')),
    )
    expect(code).toBe(2)
    expect(error).toContain('watch.contrl: Unknown key "contrl"')
    expect(error).toContain('Write "control"')
  })

  test('wants an address to listen on', async () => {
    const { code, error } = await run('watch --listen nonsense', having(sampleFile))
    expect(code).toBe(2)
    expect(error).toContain('Found "nonsense", wanted an address such as "127.0.0.1:9301"')
  })

  test('says that its port is taken, and ends', async () => {
    const taken = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
    try {
      const listen = `127.0.0.1:${taken.port}`
      const { code, error } = await run(
        `watch --config /c.yaml --listen ${listen}`,
        having(sampleFile),
      )
      expect(code).toBe(1)
      expect(error).toContain(`Listening on "${listen}" failed`)
    } finally {
      await taken.stop(true)
    }
  })

  test('runs until it is told to stop, with its private listener', async () => {
    const world = fakeWorld({
      args: ['watch', '--config', '/c.yaml', '--listen', '127.0.0.1:0'],
      ...having(sampleFile),
    })
    const ended = runCli(world)
    const started = () => world.log.lines.find(({ event }) => event === 'started')
    while (started() === undefined) await Promise.resolve()
    const origin = `http://${String(started()?.fields['private'])}`
    const status = async (path: string) => (await fetch(origin + path)).status
    expect(await status('/livez')).toBe(200)
    expect(await status('/readyz')).toBe(503)
    expect(await status('/metrics')).toBe(200)
    expect(await status('/decisions')).toBe(404)
    world.clock.advance(10_000)
    while ((await status('/readyz')) !== 200) await Promise.resolve()
    world.signal('SIGTERM')
    expect(await ended).toBe(0)
    expect(world.log.lines.at(-1)?.event).toBe('stopped')
  })
})
