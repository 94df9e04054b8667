// DEV VERSION
import { startPeer, peerDirectory, type PeerProcess } from './peer-process.ts'

export interface GatePeer extends PeerProcess {
  readonly port: number
}
export async function startDevGate(gatePort: number, proxyPort: number): Promise<GatePeer> {
  const directory = peerDirectory('gate')
  const p = await startPeer({
    name: 'gate',
    command: [
      process.execPath,
      '--tsconfig-override=/work/wt/proxies/tsconfig.json',
      '/tmp/px/devgate.ts',
      String(gatePort),
      String(proxyPort),
      '0',
    ],
    directory,
    ports: [gatePort],
    isReady: async () => (await Bun.file(`${directory}/peer.log`).text()).includes('COOKIE carol'),
  })
  return { ...p, port: gatePort }
}
