// An operator ends sessions from the command line while the gate runs in another process.
import { expect } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionFilePath } from '../../src/gate/session/registry.ts'
import { realClock } from '../../src/world/clock.ts'
import { scenario } from '../scenario.ts'
import { lookUp, signIn, storedSessions } from '../support/stored-sessions.ts'
import { until } from '../support/until.ts'

const root = join(import.meta.dir, '..', '..')

/** Runs `gatehouse` with `args` in a process of its own; gives its standard output. */
async function gatehouse(...args: readonly string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, join(root, 'src', 'main.ts'), ...args], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const out = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  return out
}

scenario('a session ended on the command line is refused soon after', {}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-revoked-'))
  const config = join(directory, 'gatehouse.yaml')
  writeFileSync(
    config,
    `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
data_dir: ${directory}
identity: { accounts: {} }
services: [{ host: app.example.com, auth: required }]
`,
  )
  const sessions = storedSessions(sessionFilePath(directory), realClock())
  try {
    const alice = (await signIn(sessions, 'alice')).header
    const bob = (await signIn(sessions, 'bob')).header
    const listed: unknown = JSON.parse(
      await gatehouse('sessions', 'list', '--json', '--config', config),
    )
    expect(listed).toMatchObject([{ user: 'bob' }, { user: 'alice' }])

    const args = ['sessions', 'revoke', '--user', 'alice', '--config', config]
    expect(await gatehouse(...args)).toBe('Ended 1 session\n')
    await until(() => lookUp(sessions, alice) === 'ended')
    expect(lookUp(sessions, bob)).toBe('found')
    expect((await signIn(sessions, 'alice')).sealed).toBe(false)
  } finally {
    await sessions.close()
    rmSync(directory, { recursive: true })
  }
})
