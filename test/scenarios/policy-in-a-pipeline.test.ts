// A pipeline that guards who may go where: the real program, real files, exit codes and streams.
import { expect } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenario } from '../scenario.ts'
import { type Ended, launcher, run } from '../support/run-program.ts'

const config = `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity:
  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret_file: /run/secrets/oidc }
services:
  - { host: "*.example.com", auth: required, groups: [staff] }
  - { host: grafana.example.com, groups: [staff], paths: [{ path: /admin/**, groups: [admins] }] }
`

const cases = `
- { url: https://grafana.example.com/, expect: sign-in }
- { url: https://grafana.example.com/admin, user: alice, groups: [staff], expect: forbid }
- { url: https://new.example.com/, user: alice, groups: [staff], expect: allow }
`

/** The environment holds no secret. */
function gatehouse(directory: string, ...args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '' }
  return run([launcher, ...args], { cwd: directory, env, bare: true })
}

scenario('an operator opens a path by accident, and the pipeline says so', {}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-policy-'))
  try {
    await writeFile(join(directory, 'gatehouse.yaml'), config)
    await writeFile(join(directory, 'cases.yaml'), cases)

    // All is well: the secret of the provider is not even on this machine.
    const before = await gatehouse(directory, 'policy', 'test', 'cases.yaml')
    expect(before).toMatchObject({ code: 0, error: '' })
    expect(before.out).toStartWith('TAP version 14\n1..3\nok 1 - ')

    // Somebody lets all staff into /admin.
    const opened = config.replace('{ path: /admin/**, groups: [admins] }', '{ path: /admin/** }')
    await writeFile(join(directory, 'gatehouse.yaml'), opened)
    const after = await gatehouse(directory, 'policy', 'test', 'cases.yaml')
    expect(after.code).toBe(1)
    expect(after.out).toContain('not ok 2 - GET https://grafana.example.com/admin as alice (staff)')
    expect(after.out).toContain('Wanted the decision \\"forbid\\", got \\"allow\\"')

    // The same question by itself, as data and with an exit code.
    const question = ['--url', 'https://grafana.example.com/admin', '--groups', 'staff', '--json']
    const explained = await gatehouse(directory, 'explain', ...question)
    expect(explained).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(explained.out)).toMatchObject({
      decision: 'allow',
      reason: 'member',
      rule: 'grafana.example.com /admin/**',
    })

    // A slip in the table is neither a pass nor a failure of the policy.
    await writeFile(join(directory, 'cases.yaml'), cases.replace('forbid', 'forbidden'))
    const slipped = await gatehouse(directory, 'policy', 'test', 'cases.yaml')
    expect(slipped).toMatchObject({ code: 2, out: '' })
    expect(slipped.error).toContain('cases.yaml:3:')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
