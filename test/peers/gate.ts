// The gate as an operator runs it: `bin/gatehouse serve` in a process of its own, and its other commands.
import { join } from 'node:path'
import { watchedForDefects } from '../support/no-defects.ts'
import { launcher, run } from '../support/run-program.ts'
import { type PeerProcess, peerDirectory, startPeer } from './peer-process.ts'

/** How to start a gate. */
export interface GateStart {
  /** Text of gatehouse.yaml; relative paths in it count from its directory. */
  readonly config: string
  /** Further files beside it, by relative path. */
  readonly files?: Readonly<Record<string, string>>
  /** Ports of `listen.http` and `listen.metrics` as the text says them. */
  readonly httpPort: number
  readonly metricsPort: number
}

/** A running gate. `configFile` is what its commands take with `--config`. */
export interface GatePeer extends PeerProcess {
  readonly configFile: string
}

/** Starts it and waits until `/readyz` says so. */
export async function startGate(start: GateStart): Promise<GatePeer> {
  const files = { ...start.files, 'gatehouse.yaml': start.config }
  const directory = peerDirectory('gate', files)
  const configFile = join(directory, 'gatehouse.yaml')
  const peer = await startPeer({
    name: 'gate',
    command: [launcher, 'serve', '--config', configFile],
    directory,
    ports: [start.httpPort, start.metricsPort],
    isReady: async () => (await fetch(`http://127.0.0.1:${start.metricsPort}/readyz`)).ok,
  })
  return { ...watchedForDefects(peer), configFile }
}

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly exitCode: number
  readonly out: string
  readonly error: string
}

/** Runs one command of `bin/gatehouse`. */
export async function runGatehouse(args: readonly string[]): Promise<CommandResult> {
  const { code: exitCode, out, error } = await run([launcher, ...args])
  return { exitCode, out, error }
}
