// HAProxy around the files that `gatehouse snippet haproxy` wrote into a directory.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerProcess, startPeer } from './peer-process.ts'

const main = `global
    log stdout format raw local0
    maxconn 512
    nbthread 2

defaults
    log global
    mode http
    option httplog
    timeout connect 2s
    timeout client 30s
    timeout server 30s
`

/** Starts HAProxy in the foreground; `port` is where the snippet makes it listen. */
export async function startHaproxy(directory: string, port: number): Promise<PeerProcess> {
  const config = join(directory, 'haproxy.cfg')
  writeFileSync(config, main)
  return startPeer({
    name: 'haproxy',
    command: ['haproxy', '-db', '-f', config, '-f', join(directory, 'gatehouse.cfg')],
    directory,
    ports: [port],
  })
}
