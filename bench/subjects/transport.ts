// The other transport, and both without any work behind them, each in a process of its own.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PeerProcess, peerDirectory, startPeer } from '../../test/peers/peer-process.ts'
import { freePorts } from '../../test/peers/ports.ts'
import { pinned, serverCore } from '../measure/machine.ts'

/** The process runs in a directory of its own, where none would be found. */
const tsconfig = resolve(import.meta.dir, '../../tsconfig.json')

/** What `transport-process.ts` can be. */
export type TransportKind = 'bun-serve' | 'bun-serve-bare' | 'listener-bare'

/** Starts it on the server's core; `config` is a gate's configuration file. */
export async function startTransport(
  kind: TransportKind,
  config: string,
): Promise<PeerProcess & { readonly port: number }> {
  const [port = 0] = await freePorts(1)
  const script = fileURLToPath(new URL('./transport-process.ts', import.meta.url))
  const peer = await startPeer({
    name: kind,
    command: pinned(serverCore, [
      process.execPath,
      `--tsconfig-override=${tsconfig}`,
      script,
      kind,
      config,
      String(port),
    ]),
    directory: peerDirectory(kind),
    ports: [port],
  })
  return { ...peer, port }
}
