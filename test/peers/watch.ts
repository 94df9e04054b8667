// A watch that runs alone, as an operator starts it: `bin/gatehouse watch` in a process of its own.
import { join, resolve } from 'node:path'
import { watchedForDefects } from '../support/no-defects.ts'
import { type PeerProcess, peerDirectory, startPeer } from './peer-process.ts'

const program = resolve(import.meta.dir, '../../bin/gatehouse')

/** How to start it. */
export interface WatchStart {
  /** Text of gatehouse.yaml; relative paths in it count from its directory. */
  readonly config: string
  /** Port of its private listener. */
  readonly port: number
  /** Directory of another one that ended, to go on from; a fresh one if left out. */
  readonly directory?: string
  /** Further files beside it, by relative path. */
  readonly files?: Readonly<Record<string, string>>
}

/** Starts it and waits until its first round has ended. */
export async function startWatch({
  config,
  directory,
  files,
  port,
}: WatchStart): Promise<PeerProcess> {
  const own = directory ?? peerDirectory('watch', { ...files, 'gatehouse.yaml': config })
  const file = join(own, 'gatehouse.yaml')
  const peer = await startPeer({
    name: 'watch',
    command: [program, 'watch', '--config', file, '--listen', `127.0.0.1:${port}`],
    directory: own,
    ports: [port],
    // One that was killed a moment ago may still have had the port when it was looked at.
    isReady: () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
  })
  return watchedForDefects(peer)
}
