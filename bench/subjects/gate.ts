// The gate as it is run by its users, bound to the server's core.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sessionFilePath } from '../../src/gate/session/registry.ts'
import { type PeerProcess, peerDirectory, startPeer } from '../../test/peers/peer-process.ts'
import { freePorts } from '../../test/peers/ports.ts'
import { pinned, serverCore } from '../measure/machine.ts'
import { domain, servicesYaml } from './estate.ts'

const program = resolve(import.meta.dir, '../../bin/gatehouse')

/** What differs between gates. */
export interface GateSetup {
  readonly services: number
  /** Directory whose sessions file is copied; null for none. */
  readonly sessionsFrom: string | null
  /** More lines of YAML. */
  readonly more?: string
}

/** A running gate. */
export interface BenchGate extends PeerProcess {
  readonly port: number
  readonly metricsPort: number
  readonly configFile: string
  /** From the start of the process to the first good answer of `/readyz`, in ms. */
  readonly readyMs: number
}

export async function startBenchGate(setup: GateSetup): Promise<BenchGate> {
  const [port = 0, metricsPort = 0] = await freePorts(2)
  const directory = peerDirectory('bench', { 'gatehouse.yaml': config(setup, port, metricsPort) })
  mkdirSync(join(directory, 'data'))
  if (setup.sessionsFrom !== null)
    copyFileSync(sessionFilePath(setup.sessionsFrom), sessionFilePath(join(directory, 'data')))
  const configFile = join(directory, 'gatehouse.yaml')
  const command = [program, 'serve', '--config', configFile] as const
  const started = performance.now()
  let readyMs = 0
  const peer = await startPeer({
    name: 'gate',
    command: pinned(serverCore, [...command]),
    directory,
    ports: [],
    isReady: async () => {
      const ready = await becomesReady(metricsPort)
      readyMs = performance.now() - started
      return ready
    },
  })
  return { ...peer, port, metricsPort, configFile, readyMs }
}

function config(setup: GateSetup, port: number, metricsPort: number): string {
  return `url: https://auth.${domain}
domains: [${domain}]
trusted_proxies: [127.0.0.1/32]
listen: { http: "127.0.0.1:${port}", metrics: "127.0.0.1:${metricsPort}" }
data_dir: data
identity: { accounts: {} }
${setup.more ?? ''}
${servicesYaml(setup.services)}`
}

/** Asks every millisecond, so that the answer is known to the millisecond. */
async function becomesReady(metricsPort: number): Promise<boolean> {
  for (let turn = 0; turn < 5000; turn++) {
    const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`).catch(() => null)
    if (answer?.ok === true) return true
    await Bun.sleep(1)
  }
  return false
}

/** Decisions of one kind so far, out of `/metrics`. */
export async function decisions(gate: BenchGate, kind: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${gate.metricsPort}/metrics`)).text()
  let sum = 0
  for (const line of text.split('\n'))
    if (line.startsWith('gatehouse_decisions_total{') && line.includes(`decision="${kind}"`))
      sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  return sum
}
