// `generate terraform`: the declared estate as Terraform, the same bytes each time.
import { describe, expect, test } from 'bun:test'
import { fakeWorld } from '../world/fake-world.ts'
import { memoryFiles } from '../world/files.ts'
import { runCli } from './cli.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services:
  - host: grafana.example.com
    name: Grafana
    groups: [staff]
    paths: [{ path: '/public/**', auth: none, reason: Shared }, { path: '/a/*/b.js', auth: none, reason: Shared }]
estate:
  authentication:
    outposts: [{ name: embedded, managed: true, sessions: postgresql, validity: 7d }]
    groups: [{ name: staff }, { name: admins, superuser: true }]
    break_glass: [admins]
    authentik: { per_service: true }
`

async function generate(): Promise<string> {
  const world = {
    ...fakeWorld({ args: ['generate', 'terraform', '--config', '/c.yaml'] }),
    files: memoryFiles({ '/c.yaml': config }),
  }
  expect([await runCli(world), world.errors()]).toEqual([0, ''])
  return world.output()
}

describe('gatehouse generate terraform', () => {
  test('writes the provider of a service with its open paths, and who may enter', async () => {
    const out = await generate()
    expect(out).toContain(`resource "authentik_provider_proxy" "grafana_example_com" {
  name          = "grafana.example.com"
  mode          = "forward_single"
  external_host = "https://grafana.example.com"
  skip_path_regex = chomp(<<EOT
^/public(/.*)?$
^/a/[^/]+/b\\.js$
EOT
  )
  access_token_validity = "days=7"
`)
    expect(out).toContain(`resource "authentik_policy_binding" "grafana_example_com_group_admins" {
  target = authentik_application.grafana_example_com.uuid
  group  = authentik_group.admins.id
  order  = 1
}
`)
    expect(out).toContain(
      '  protocol_providers = [authentik_provider_proxy.grafana_example_com.id]\n',
    )
    expect(out).toContain('    authentik_host                   = var.authentik_url\n')
    expect(out).not.toContain('import {')
  })

  test('gives the same bytes for the same declaration', async () => {
    expect(await generate()).toBe(await generate())
  })
})
