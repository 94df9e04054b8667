// A stand-in of authentik and a declaration that are held against each other by `gatehouse drift authentik`.
import { runCli } from '../../src/cli/cli.ts'
import { type FakeClock, fakeClock } from '../../src/world/clock.ts'
import { fakeWorld } from '../../src/world/fake-world.ts'
import { type Files, memoryFiles } from '../../src/world/files.ts'
import { realHttpClient } from '../../src/world/http-client.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import type { AuthentikOptions } from '../peers/authentik/state.ts'

/** What a command came to. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** A stand-in and the commands against it. */
export interface Drifting {
  readonly authentik: Authentik
  /** Of the stand-in and of the commands. */
  readonly clock: FakeClock
  readonly files: Files
  /** `gatehouse drift authentik` with more arguments. */
  drift(...more: readonly (string | { readonly token: string })[]): Promise<Ran>
  /** Any command; the token of a person is in its environment. */
  run(...args: readonly string[]): Promise<Ran>
}

/** What is declared, as YAML below `services` and below `estate`, and what there is. */
export interface DriftingOptions {
  readonly house: AuthentikOptions
  readonly services?: string
  readonly declared?: string
}

/** Everything of a configuration but services and estate. */
export const frame = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
`

/** Runs `story` with a stand-in of its own. The configuration is `/gatehouse.yaml`. */
export async function withDrifting(
  { declared = ' {}', house, services = ' []' }: DriftingOptions,
  story: (drifting: Drifting) => Promise<void>,
): Promise<void> {
  const clock = fakeClock(Date.UTC(2026, 0, 1))
  const authentik = await startAuthentik({ clock, ...house })
  const files = memoryFiles({
    '/gatehouse.yaml': `${frame}services:${services}\nestate:${declared}\n`,
  })
  const run = async (args: readonly string[], token: string): Promise<Ran> => {
    const env = { AUTHENTIK_TOKEN: token }
    const world = { ...fakeWorld({ args, env }), clock, files, http: realHttpClient() }
    const code = await runCli(world)
    return { code, out: world.output(), error: world.errors() }
  }
  try {
    await story({
      ...{ authentik, clock, files },
      run: (...args) => run(args, authentik.adminToken),
      drift: (...more) => {
        const words = more.filter((one) => typeof one === 'string')
        const other = more.find((one) => typeof one !== 'string')
        return run(
          ['drift', 'authentik', '--config', '/gatehouse.yaml', '--url', authentik.url, ...words],
          other?.token ?? authentik.adminToken,
        )
      },
    })
  } finally {
    await authentik.close()
  }
}
