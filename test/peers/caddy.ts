// Caddy around the file that `gatehouse snippet caddy` wrote into a directory.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerProcess, startPeer } from './peer-process.ts'

/** Starts Caddy without its admin listener; `port` is where the snippet makes it listen. */
export async function startCaddy(directory: string, port: number): Promise<PeerProcess> {
  const config = join(directory, 'Caddyfile')
  writeFileSync(
    config,
    '{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n\nimport gatehouse.caddy\n',
  )
  return startPeer({
    name: 'caddy',
    command: ['caddy', 'run', '--config', config, '--adapter', 'caddyfile'],
    directory,
    ports: [port],
    env: { XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, HOME: directory },
  })
}
