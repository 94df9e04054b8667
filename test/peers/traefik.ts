// Traefik around the file that `gatehouse snippet traefik` wrote into a directory.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerProcess, startPeer } from './peer-process.ts'

/** Starts Traefik with one entry point on `port`, which is the port of the sign-in host's origin. */
export async function startTraefik(directory: string, port: number): Promise<PeerProcess> {
  const config = join(directory, 'traefik.yaml')
  writeFileSync(
    config,
    `global: { checkNewVersion: false, sendAnonymousUsage: false }
log: { level: INFO }
entryPoints:
  web:
    address: "127.0.0.1:${port}"
    transport: { respondingTimeouts: { readTimeout: 0s } }
providers:
  file: { directory: "${join(directory, 'dynamic')}" }
`,
  )
  return startPeer({
    name: 'traefik',
    command: ['traefik', `--configFile=${config}`],
    directory,
    ports: [port],
    isReady: async () => (await Bun.file(join(directory, 'peer.log')).text()).length > 0,
  })
}
