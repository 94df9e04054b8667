// `gatehouse snippet` as a person runs it, over files in memory.
import { describe, expect, test } from 'bun:test'
import { dialectNames, snippetDirectory } from '../gate-snippet.ts'
import { fakeWorld } from '../world/fake-world.ts'
import { runCli } from './cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8, 127.0.0.1/32]
listen: { http: ':9000' }
identity:
  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret_file: /nowhere/oidc }
services:
  - { host: grafana.example.com, upstream: 'http://127.0.0.1:3000' }
  - { host: '*.wild.example.com' }
`

async function run(line: string, text: string = config) {
  const world = fakeWorld({ args: line.split(' '), files: { '/c.yaml': text } })
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors(), files: world.files }
}

describe('gatehouse snippet', () => {
  for (const proxy of dialectNames) {
    test(`${proxy} prints every file under the place where it belongs`, async () => {
      const { code, out, error } = await run(`snippet ${proxy} --config /c.yaml`)
      expect([code, error]).toEqual([0, ''])
      expect(out).toMatch(new RegExp(`^(#|--) ==== ${snippetDirectory(proxy)}/`))
      for (const word of ['127.0.0.1:9000', 'auth.example.com', 'grafana.example.com'])
        expect(out).toContain(word)
    })

    test(`${proxy} --out writes the same files that it prints`, async () => {
      const printed = await run(`snippet ${proxy} --config /c.yaml --directory /srv/proxy`)
      const written = await run(`snippet ${proxy} --config /c.yaml --out /srv/proxy`)
      expect([written.code, written.error]).toEqual([0, ''])
      const paths = written.out.trim().split('\n')
      const texts = paths.map((path) => {
        const text = written.files.readText(path)
        return `${path.endsWith('.lua') ? '--' : '#'} ==== ${path} ====\n${text.ok ? text.value : ''}`
      })
      expect(texts.join('\n')).toBe(printed.out)
    })
  }

  test('--service narrows it to one host, --gate says where the proxy reaches the gate', async () => {
    const { out } = await run(
      'snippet caddy --config /c.yaml --service a.wild.example.com --gate gatehouse:9000',
    )
    expect(out).toContain('\na.wild.example.com {')
    expect(out).not.toContain('grafana')
    expect(out).toContain('forward_auth gatehouse:9000')
  })

  const mistakes: readonly (readonly [string, string])[] = [
    ['snippet apache --config /c.yaml', 'Command-argument value "apache" is invalid'],
    ['snippet nginx --config /c.yaml --service x.org', 'Cannot find service "x.org"'],
    ['snippet nginx --config /c.yaml --gate nowhere', 'Cannot use gate address "nowhere"'],
    ['snippet nginx --config /missing.yaml', '/missing.yaml'],
    ['snippet --config /c.yaml', 'Missing required argument'],
  ]
  for (const [line, expected] of mistakes)
    test(`${line} exits 2 and says ${expected}`, async () => {
      const { code, out, error } = await run(line)
      expect([code, out]).toEqual([2, ''])
      expect(error).toContain(expected)
    })

  test('warns on standard error when the gate would not trust a proxy on this machine', async () => {
    const text = config.replace(', 127.0.0.1/32', '')
    const near = await run('snippet nginx --config /c.yaml', text)
    expect(near.code).toBe(0)
    expect(near.error).toStartWith('gatehouse: The proxy will connect from "127.0.0.1", which ')
    const far = await run('snippet nginx --config /c.yaml --gate gatehouse:9000', text)
    expect([far.code, far.error]).toEqual([0, ''])
  })

  test('says which file cannot be written', async () => {
    const world = fakeWorld({
      args: 'snippet nginx --config /c.yaml --out /srv'.split(' '),
      files: { '/c.yaml': config },
    })
    const full = { ok: false, error: { code: 'ENOSPC', path: '/srv/x' } } as const
    const files = { ...world.files, writeAtomic: () => full }
    expect(await runCli({ ...world, files })).toBe(1)
    expect(world.errors()).toBe('gatehouse: Cannot write "/srv/x" (ENOSPC)\n')
  })
})
