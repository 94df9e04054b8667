// DEV
import { renderSnippetFiles, type DialectName } from '../../src/gate.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startBackend } from '../peers/backend.ts'
import { startDevGate } from '../peers/gate.ts'
import { type PeerProcess, peerDirectory } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { startRelay } from '../peers/relay.ts'
import type { ProxyEstate, ProxyName } from './proxy-estate.ts'

export async function startEstate(
  proxy: ProxyName,
  start: (directory: string, port: number) => Promise<PeerProcess>,
): Promise<ProxyEstate> {
  const [gatePort = 0, port = 0] = await freePorts(2)
  const backend = await startBackend()
  const gate = await startDevGate(gatePort, port)
  const relay = await startRelay(gatePort)
  const directory = peerDirectory(proxy)
  for (const f of renderSnippetFiles(proxy as DialectName, {
    origin: `http://auth.home.localhost:${port}`,
    gateAddress: `127.0.0.1:${relay.port}`,
    directory,
    sessionCookie: 'gatehouse',
    identityHeaders: {
      user: 'Remote-User',
      groups: 'Remote-Groups',
      email: 'Remote-Email',
      name: 'Remote-Name',
    },
    services: [
      { host: 'app.home.localhost', upstream: `http://127.0.0.1:${backend.port}` },
      { host: '*.home.localhost', upstream: `http://127.0.0.1:${backend.port}` },
    ],
  })) {
    mkdirSync(dirname(join(directory, f.path)), { recursive: true })
    writeFileSync(join(directory, f.path), f.text)
  }
  const process = await start(directory, port)
  const cookie = (who: string) => new RegExp(`COOKIE ${who} (.*)`).exec(gate.log())?.[1] ?? ''
  return {
    proxy,
    port,
    backend,
    relay,
    gate,
    process,
    alice: cookie('alice'),
    carol: cookie('carol'),
  }
}
