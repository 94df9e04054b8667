// `gatehouse drift` in this process, with real HTTP: for stories about what runs beside a declaration.
import { runCli } from '../../src/cli/cli.ts'
import { fakeWorld } from '../../src/world/fake-world.ts'
import { memoryFiles } from '../../src/world/files.ts'
import { type HttpClient, realHttpClient } from '../../src/world/http-client.ts'

/** What the command came to. */
export interface DriftRun {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Runs `gatehouse ARGS --config /c.yaml`; `files` are in memory, the network is real. */
export async function runDrift(
  args: readonly string[],
  files: Readonly<Record<string, string>> & { readonly '/c.yaml': string },
  more: { readonly env?: Readonly<Record<string, string>>; readonly http?: HttpClient } = {},
): Promise<DriftRun> {
  const world = {
    ...fakeWorld({ args: [...args, '--config', '/c.yaml'], env: more.env ?? {} }),
    ...{ files: memoryFiles({ ...files }), http: more.http ?? realHttpClient() },
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}
