// An outpost as its user runs it: `bin/gatehouse serve` with the environment of authentik's image alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../peers/ports.ts'
import { launcher, run, start } from './run-program.ts'

// It only tells a busy machine from an outpost that hangs.
const patienceMs = 60_000

/** A running outpost. */
export interface OutpostProcess {
  readonly httpPort: number
  readonly httpsPort: number
  readonly metricsPort: number
  readonly directory: string
  /** Standard output and standard error so far. */
  log(): string
  /** All of `/metrics`. */
  metrics(): Promise<string>
  /** Exit code of `gatehouse healthcheck` in the same environment. */
  healthcheck(): Promise<number>
  signal(name: NodeJS.Signals): void
  /** Ends it; gives the exit code. */
  stop(): Promise<number>
  /** Starts it again with the same ports and directory, after {@link stop}. */
  again(): Promise<OutpostProcess>
  /** Removes the directory. */
  remove(): void
}

/** What differs; everything may be left out. */
export interface OutpostProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly httpPort?: number
  readonly metricsPort?: number
  readonly directory?: string
  /** Does not wait for `/readyz`, only for ping: for an outpost that has no configuration yet. */
  readonly untilPing?: boolean
}

/** Starts it with `AUTHENTIK_HOST` and `AUTHENTIK_TOKEN` of `env` and waits until it is ready. */
export async function startOutpostProcess(
  authentik: { readonly env: Readonly<Record<string, string>> },
  options: OutpostProcessOptions = {},
): Promise<OutpostProcess> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'outpost-test-'))
  const [freeHttp = 0, freeMetrics = 0, httpsPort = 0] = await freePorts(3)
  const { httpPort = freeHttp, metricsPort = freeMetrics } = options
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...authentik.env,
    AUTHENTIK_LISTEN__HTTP: `127.0.0.1:${httpPort}`,
    AUTHENTIK_LISTEN__HTTPS: `127.0.0.1:${httpsPort}`,
    AUTHENTIK_LISTEN__METRICS: `127.0.0.1:${metricsPort}`,
    ...options.env,
  }
  const outpost = start([launcher, 'serve'], { cwd: directory, env })
  const path = options.untilPing === true ? 'outpost.goauthentik.io/ping' : 'readyz'
  if (!(await outpost.answers(`http://127.0.0.1:${metricsPort}/${path}`, patienceMs))) {
    await outpost.stop()
    throw new Error(`The outpost did not become ready:\n${outpost.output()}`)
  }
  return {
    httpPort,
    httpsPort,
    metricsPort,
    directory,
    log: outpost.output,
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    healthcheck: async () =>
      (await run([launcher, 'healthcheck'], { cwd: directory, env, bare: true })).code,
    signal: outpost.signal,
    stop: outpost.stop,
    again: () => startOutpostProcess(authentik, { ...options, httpPort, metricsPort, directory }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
