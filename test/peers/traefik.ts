// Traefik around the file that `gatehouse snippet traefik` wrote into a directory.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerProcess, startPeer } from './peer-process.ts'

/** Starts Traefik with one entry point on `port`, which is the port of the sign-in host's origin. */
export async function startTraefik(directory: string, port: number): Promise<PeerProcess> {
  const dynamic = readFileSync(join(directory, 'dynamic', 'gatehouse.yaml'), 'utf8')
  const config = join(directory, 'traefik.yaml')
  writeFileSync(
    config,
    `global: { checkNewVersion: false, sendAnonymousUsage: false }
log: { level: INFO }
entryPoints:
  ${/entryPoints: \[(\w+)\]/.exec(dynamic)?.[1] ?? 'web'}:
    address: "127.0.0.1:${port}"
    transport: { respondingTimeouts: { readTimeout: 0s } }
providers:
  file: { directory: "${join(directory, 'dynamic')}" }
`,
  )
  const host = /Host\(`([^`]+)`\)/.exec(dynamic)?.[1] ?? ''
  return startPeer({
    name: 'traefik',
    command: ['traefik', `--configFile=${config}`],
    directory,
    ports: [port],
    // It listens before it has read its routers, and answers this to everybody until then.
    isReady: async () => {
      const scheme = dynamic.includes('tls: {}') ? 'https' : 'http'
      const answer = await fetch(`${scheme}://127.0.0.1:${port}/`, {
        headers: { host: `${host}:${port}` },
        redirect: 'manual',
        tls: { rejectUnauthorized: false },
      }).catch(() => null)
      return answer !== null && (await answer.text()) !== '404 page not found\n'
    },
  })
}
