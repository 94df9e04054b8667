// `gatehouse init`: what is asked, what is written, and that what is written is right.
import { describe, expect, test } from 'bun:test'
import { loadSource, readYaml } from '../config.ts'
import { type FakeWorldOptions, fakeWorld } from '../world/fake-world.ts'
import { runCli } from './cli.ts'

async function init(args: readonly string[], options: Partial<FakeWorldOptions> = {}) {
  const world = fakeWorld({ args: ['init', ...args], ...options })
  const code = await runCli(world)
  const read = world.files.readText('gatehouse.yaml')
  const source = readYaml('gatehouse.yaml', read.ok ? read.value : '')
  const checked = source.ok
    ? await loadSource(source.value, { files: world.files, withSecrets: false })
    : null
  return {
    code,
    text: read.ok ? read.value : null,
    config: checked?.ok === true ? checked.value.gate : null,
    out: world.output(),
    error: world.errors(),
  }
}

describe('gatehouse init', () => {
  test('takes a link that leads nowhere for a file of somebody', async () => {
    const world = fakeWorld({ args: ['init', '--domain', 'example.com', '--out', 'link.yaml'] })
    const files = { ...world.files, isLink: (path: string) => path === 'link.yaml' }
    expect(await runCli({ ...world, files })).toBe(1)
    expect(world.errors()).toContain('Found "link.yaml", wanted a new file')
    expect(world.files.exists('link.yaml')).toBe(false)
  })

  test('writes ten lines or fewer that are right, from flags alone', async () => {
    const { code, config, error, out, text } = await init([
      ...['--domain', 'example.com', '--issuer', 'https://id.example.com', '--group', 'staff'],
    ])
    expect([code, error]).toEqual([0, ''])
    expect((text ?? '').trim().split('\n').length).toBeLessThanOrEqual(10)
    expect(config?.origin).toBe('https://auth.example.com')
    expect(config?.services[0]?.rules[0]).toMatchObject({ auth: 'required', groups: ['staff'] })
    expect(config?.identity.oidc[0]).toMatchObject({ issuer: 'https://id.example.com' })
    expect(out).toContain('Put the client secret into /run/secrets/oidc')
    expect(out).toContain('gatehouse serve --config gatehouse.yaml')
  })

  test('asks on a terminal for the domain and the provider, and takes accounts for none', async () => {
    const { code, config, error, out } = await init([], { typed: ['home.example.com', ''] })
    expect(code).toBe(0)
    expect(error).toContain('Domain whose hosts are protected')
    expect(config?.identity).toMatchObject({ oidc: [], accounts: { file: null } })
    expect(out).toContain('gatehouse users add alice')
  })

  test('asks again on a terminal where an answer cannot be', async () => {
    const typed = ['', 'two words', 'home.example.com', 'id.example.com', 'https://id.example.com']
    const { code, config, error } = await init([], { typed })
    expect(code).toBe(0)
    expect(error.match(/Domain whose hosts/g)).toHaveLength(3)
    expect(error).toContain('Found the domain "two words", wanted one such as "example.com"\n')
    expect(error.match(/OpenID Connect issuer/g)).toHaveLength(2)
    expect(error).toContain('Found the issuer "id.example.com", wanted one such as "https://id.')
    expect(config?.identity.oidc[0]).toMatchObject({ issuer: 'https://id.example.com' })
  })

  test.each([
    ['the first question', []],
    ['the second question', ['home.example.com']],
  ])('writes nothing for a person who gives up at %s', async (_, typed) => {
    const { code, error, text } = await init([], { typed })
    expect([code, text]).toEqual([2, null])
    expect(error).toEndWith('gatehouse: Nothing was written\n')
  })

  test('says which domain it wants where there is no terminal', async () => {
    const { code, error, text } = await init([])
    expect([code, text]).toEqual([2, null])
    expect(error).toContain('Found the domain "", wanted one such as "example.com"')
  })

  test('prints the snippet of the proxy that runs here', async () => {
    const { out } = await init(['--domain', 'example.com'], { programs: ['bash', 'nginx'] })
    expect(out).toContain('# For nginx, which runs here:')
    expect(out).toContain('auth_request')
    expect(out).not.toContain('gatehouse snippet <')
  })

  test('prints the snippet that was asked for, and else names the command', async () => {
    const asked = await init(['--domain', 'example.com', '--proxy', 'caddy'], {
      programs: ['nginx'],
    })
    expect(asked.out).toContain('# For caddy:')
    expect(asked.out).toContain('forward_auth')
    expect((await init(['--domain', 'example.com'])).out).toContain('gatehouse snippet <traefik|')
  })

  test('writes over no file without --force', async () => {
    const files = { 'gatehouse.yaml': 'mine' }
    const kept = await init(['--domain', 'example.com'], { files })
    expect([kept.code, kept.text]).toEqual([1, 'mine'])
    expect(kept.error).toContain('use --out or --force')
    expect((await init(['--domain', 'example.com', '--force'], { files })).code).toBe(0)
  })

  test.each([
    ['a domain with a scheme', ['--domain', 'https://example.com/x y']],
    ['an issuer that is no URL', ['--domain', 'example.com', '--issuer', 'id"\n: {']],
    ['a network that is none', ['--domain', 'example.com', '--trust', 'here']],
  ])('refuses %s', async (_, args) => {
    expect((await init(args)).code).toBe(2)
  })
})
