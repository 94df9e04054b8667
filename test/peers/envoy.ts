// Envoy on the bootstrap file that `gatehouse snippet envoy` wrote into a directory.
import { join } from 'node:path'
import { type PeerProcess, startPeer } from './peer-process.ts'

/** Starts Envoy; `port` is where the snippet makes it listen. No admin listener, no hot restart. */
export async function startEnvoy(directory: string, port: number): Promise<PeerProcess> {
  const config = join(directory, 'gatehouse.yaml')
  return startPeer({
    name: 'envoy',
    command: [
      'envoy',
      '-c',
      config,
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '--log-level',
      'warning',
    ],
    directory,
    ports: [port],
  })
}
