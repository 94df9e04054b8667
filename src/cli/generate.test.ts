// What `gatehouse generate` writes, and what it leaves alone.
import { describe, expect, test } from 'bun:test'
import { fakeWorld } from '../world/fake-world.ts'
import { type Files, memoryFiles } from '../world/files.ts'
import { runCli } from './cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
  - { host: app.example.com }
`

async function run(line: string, files: Files = memoryFiles({ '/c.yaml': config })) {
  const world = { ...fakeWorld({ args: line.split(' ') }), files }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors(), files }
}

function text(files: Files, path: string): string {
  const read = files.readText(path)
  return read.ok ? read.value : ''
}

const names = ['rules', 'rules-test', 'scrape', 'alertmanager'].map(
  (name) => `gatehouse-${name}.yaml`,
)

describe('gatehouse generate prometheus', () => {
  test('prints every file under its name', async () => {
    const { code, out, error } = await run('generate prometheus --scrape gate:9300')
    expect([code, error]).toEqual([0, ''])
    expect(Array.from(out.matchAll(/^# --- (.*)$/gm), (line) => line[1] ?? '')).toEqual(names)
    expect(out).toContain('- gate:9300')
  })

  test('asks the configuration where it is scraped', async () => {
    const places: readonly (readonly [string, string])[] = [
      ['', '127.0.0.1:9300'],
      ['listen: { metrics: "10.0.0.5:9400" }', '10.0.0.5:9400'],
      ['listen: { metrics: ":9400" }', 'gatehouse:9400'],
    ]
    for (const [listen, wanted] of places) {
      const files = memoryFiles({ '/c.yaml': `${config}${listen}\n` })
      const { code, out } = await run('generate prometheus --config /c.yaml', files)
      expect([listen, code, /targets:\n +- (.*)/.exec(out)?.[1]]).toEqual([listen, 0, wanted])
    }
  })

  test('cannot say where a listener is that is off', async () => {
    const files = memoryFiles({ '/c.yaml': `${config}listen: { metrics: off }\n` })
    const { code, error } = await run('generate prometheus --config /c.yaml', files)
    expect([code, error]).toEqual([
      2,
      'gatehouse: Found "off" at listen.metrics, wanted an address that Prometheus can scrape\n',
    ])
  })

  test('--out writes them, and again without a change', async () => {
    const line = 'generate prometheus --scrape gate:9300 --out /rules'
    const first = await run(line)
    expect([first.code, first.out]).toEqual([0, names.map((name) => `/rules/${name}\n`).join('')])
    const before = names.map((name) => text(first.files, `/rules/${name}`))
    const second = await run(line, first.files)
    expect([second.code, second.error]).toEqual([0, ''])
    expect(names.map((name) => text(first.files, `/rules/${name}`))).toEqual(before)
  })

  test('--check names what is missing and what is stale, and writes nothing', async () => {
    const files = memoryFiles({ '/rules/gatehouse-rules.yaml': 'groups: []\n' })
    const { code, out, error } = await run(
      'generate prometheus --scrape gate:9300 --out /rules --check',
      files,
    )
    expect([code, out]).toEqual([1, ''])
    expect(error.split('\n').slice(0, 2)).toEqual([
      'gatehouse: Stale file "/rules/gatehouse-rules.yaml"',
      'gatehouse: Missing file "/rules/gatehouse-rules-test.yaml"',
    ])
    expect(text(files, '/rules/gatehouse-rules.yaml')).toBe('groups: []\n')
  })

  test('--check without --out is a mistake of usage', async () => {
    const { code, error } = await run('generate prometheus --scrape gate:9300 --check')
    expect([code, error]).toEqual([
      2,
      'gatehouse: Found --check without --out, wanted the directory to look at\n',
    ])
  })

  test('a file that a person changed is left alone, all others too, unless --force', async () => {
    const line = 'generate prometheus --scrape gate:9300 --out /rules'
    const { files } = await run(line)
    const mine = `${text(files, '/rules/gatehouse-scrape.yaml')}# mine\n`
    files.writeAtomic('/rules/gatehouse-scrape.yaml', mine, 0o644)
    const refused = await run(`${line} --job door`, files)
    expect([refused.code, refused.error]).toEqual([
      1,
      'gatehouse: Found "/rules/gatehouse-scrape.yaml" changed by hand, wanted it as generated; move it away or use --force\n',
    ])
    expect(text(files, '/rules/gatehouse-scrape.yaml')).toBe(mine)
    expect(text(files, '/rules/gatehouse-rules.yaml')).not.toContain('job="door"')
    const forced = await run(`${line} --job door --force`, files)
    expect(forced.code).toBe(0)
    expect(text(files, '/rules/gatehouse-rules.yaml')).toContain('job="door"')
  })

  test('a broken manifest makes every file that is there one that a person changed', async () => {
    const line = 'generate prometheus --scrape gate:9300 --out /rules'
    const { files } = await run(line)
    files.writeAtomic('/rules/.gatehouse-generated.json', '{', 0o644)
    expect((await run(line, files)).code).toBe(0)
    files.writeAtomic('/rules/.gatehouse-generated.json', '[1]', 0o644)
    expect((await run(`${line} --job door`, files)).code).toBe(1)
  })

  test('a target that does not exist is a mistake of usage', async () => {
    const { code, error } = await run('generate sundials')
    expect(code).toBe(2)
    expect(error).toContain('"sundials"')
  })
})

test('what is made of an estate needs a file, and says so to an outpost without one', async () => {
  const env = { AUTHENTIK_HOST: 'https://id.example.com', AUTHENTIK_TOKEN: 'token' }
  for (const target of ['docs', 'uptime-kuma', 'kubernetes']) {
    const world = fakeWorld({ args: ['generate', target], env })
    expect([target, await runCli(world), world.output()]).toEqual([target, 2, ''])
    expect(world.errors()).toBe(
      'gatehouse: Found only the environment of an outpost, wanted a configuration file that declares services\n',
    )
  }
})
