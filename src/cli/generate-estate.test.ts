// `gatehouse generate` for what is made of an estate: each target printed, written, checked and kept.
import { describe, expect, test } from 'bun:test'
import { fakeWorld } from '../world/fake-world.ts'
import { type Files, memoryFiles } from '../world/files.ts'
import { runCli } from './cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8, 127.0.0.1]
identity: { accounts: {} }
services:
  - { host: app.example.com, upstream: "http://app.apps:80", monitor: {} }
  - { host: nas.example.com, upstream: "http://10.0.0.5" }
estate:
  networking: { networks: [{ name: lan, cidr: 10.0.0.0/24 }] }
`

async function run(line: string, files: Files = memoryFiles({ '/c.yaml': config })) {
  const world = { ...fakeWorld({ args: [...line.split(' '), '--config', '/c.yaml'] }), files }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors(), files }
}

function text(files: Files, path: string): string {
  const read = files.readText(path)
  return read.ok ? read.value : ''
}

const targets = [
  ['grafana', 'gatehouse-dashboard.json', '"uid": "gatehouse"'],
  ['kubernetes', 'ingresses.yaml', 'host: app.example.com'],
  ['uptime-kuma', 'uptime-kuma-monitors.json', '"url": "https://app.example.com/"'],
  ['traefik', 'dynamic/gatehouse.yaml', 'Host(`app.example.com`)'],
  ['nginx', 'conf.d/gatehouse.conf', 'server_name app.example.com'],
  ['caddy', 'gatehouse.caddy', 'app.example.com {'],
  ['envoy', 'gatehouse.yaml', 'app.example.com'],
  ['haproxy', 'gatehouse.cfg', 'app.example.com'],
  ['docs', 'architecture/networking.md', '| lan | `10.0.0.0/24` |'],
] as const

describe.each(targets)('gatehouse generate %s', (target, file, holds) => {
  test('prints every file under its name', async () => {
    const { code, error, out } = await run(`generate ${target}`)
    expect([code, error]).toEqual([0, ''])
    expect(out).toContain(`# --- ${file}\n`)
    expect(out).toContain(holds)
    expect((await run(`generate ${target}`)).out).toBe(out)
  })

  test('--out writes them, --check then finds nothing, and finds what is stale', async () => {
    const { code, files, out } = await run(`generate ${target} --out /x`)
    expect([code, out.includes(`/x/${file}\n`)]).toEqual([0, true])
    expect(text(files, `/x/${file}`)).toContain(holds)
    expect(await run(`generate ${target} --out /x --check`, files)).toMatchObject({
      ...{ code: 0, out: '', error: '' },
    })
    files.writeAtomic(`/x/${file}`, 'other', 0o644)
    const stale = await run(`generate ${target} --out /x --check`, files)
    expect([stale.code, stale.error]).toEqual([1, `gatehouse: Stale file "/x/${file}"\n`])
  })

  test('does not write over what a person changed, until it is told to', async () => {
    const { files } = await run(`generate ${target} --out /x`)
    const generated = text(files, `/x/${file}`)
    files.writeAtomic(`/x/${file}`, `${generated}mine\n`, 0o644)
    const refused = await run(`generate ${target} --out /x`, files)
    expect([refused.code, refused.error.includes(`"/x/${file}" changed by hand`)]).toEqual([
      1,
      true,
    ])
    expect(text(files, `/x/${file}`)).toBe(`${generated}mine\n`)
    expect((await run(`generate ${target} --out /x --force`, files)).code).toBe(0)
    expect(text(files, `/x/${file}`)).toBe(generated)
  })
})

describe('gatehouse generate', () => {
  test('of a proxy says the same as snippet, wherever it is written', async () => {
    for (const proxy of ['traefik', 'nginx', 'caddy', 'envoy', 'haproxy']) {
      const flags = '--gate gate:9000 --directory /etc/proxy'
      const { files, out } = await run(`generate ${proxy} ${flags} --out /anywhere`)
      const snippet = await run(`snippet ${proxy} ${flags}`)
      for (const path of out.trim().split('\n')) {
        const written = text(files, path)
        expect(written).not.toContain('/anywhere')
        expect(snippet.out).toContain(written)
      }
    }
  })

  test('of a proxy says what cannot be used, and warns of a gate that would trust nobody', async () => {
    const wrong = await run('generate nginx --gate nowhere')
    expect([wrong.code, wrong.out, wrong.error]).toEqual([
      2,
      '',
      'gatehouse: Cannot use gate address "nowhere", wanted "host:port"\n',
    ])
    const relative = await run('generate nginx --directory conf')
    expect([relative.code, relative.error.includes('wanted an absolute path')]).toEqual([2, true])
    const near = await run(
      'generate nginx',
      memoryFiles({ '/c.yaml': config.replace(', 127.0.0.1', '') }),
    )
    expect([near.code, near.error.includes('"127.0.0.1", which trusted_proxies')]).toEqual([
      0,
      true,
    ])
  })

  test('keeps what people wrote between the markers of a page, and counts it as fresh', async () => {
    const { files } = await run('generate docs --out /docs')
    const page = '/docs/architecture/vpn.md'
    const kept = text(files, page).replace('generated again -->\n', 'generated again -->\nMine\n')
    files.writeAtomic(page, kept, 0o644)
    expect((await run('generate docs --out /docs --check', files)).code).toBe(0)
    expect((await run('generate docs --out /docs --force', files)).code).toBe(0)
    expect(text(files, page)).toBe(kept)
  })

  test('names in the manifests the hosts that lead to nothing in the cluster', async () => {
    const { out } = await run(
      'generate kubernetes --image registry.example.com/gate:1 --namespace door',
    )
    expect(out).toContain('Left out, without an upstream in the cluster: nas.example.com')
    expect(out).toContain('image: registry.example.com/gate:1')
    expect(out).toContain('door-gatehouse@kubernetescrd')
  })

  test('writes nothing of an estate with a mistake', async () => {
    const files = memoryFiles({ '/c.yaml': config.replace('10.0.0.0/24', '10.0.0.0/99') })
    const { code, error, out } = await run('generate docs --out /docs', files)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain('estate.networking.networks[0].cidr')
    expect(text(files, '/docs/README.md')).toBe('')
  })
})
