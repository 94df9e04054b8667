// A gate in a process of its own, from its command, with built-in accounts and one service.
import { join } from 'node:path'
import { watchedForDefects } from '../support/no-defects.ts'
import { type PeerProcess, peerDirectory, startPeer } from './peer-process.ts'
import { freePorts } from './ports.ts'

/** A running gate. */
export interface AccountsGate extends PeerProcess {
  /** Where browsers sign in: a secure context, as all names under localhost are. */
  readonly origin: string
  readonly port: number
  readonly metricsPort: number
}

/** A person of the people file. */
export interface GatePerson {
  readonly user: string
  readonly password: string
  readonly groups: readonly string[]
}

const program = join(import.meta.dir, '../../bin/gatehouse')

/** Starts it with `people`. `accounts` is more of the section `identity.accounts`, as YAML lines. */
export async function startAccountsGate(
  people: readonly GatePerson[],
  accounts: readonly string[] = [],
): Promise<AccountsGate> {
  const [port = 0, metricsPort = 0] = await freePorts(2)
  const origin = `http://auth.home.localhost:${port}`
  const config = `url: ${origin}
domains: [home.localhost]
trusted_proxies: [127.0.0.1/32]
listen: { http: "127.0.0.1:${port}", metrics: "127.0.0.1:${metricsPort}" }
data_dir: data
identity:
  accounts:
    file: people.yaml
${accounts.map((line) => `    ${line}\n`).join('')}services:
  - { host: app.home.localhost, auth: required, groups: [staff] }
`
  const directory = peerDirectory('gate', {
    'gatehouse.yaml': config,
    'people.yaml': JSON.stringify(await Promise.all(people.map(entryOf))),
  })
  const peer = await startPeer({
    name: 'gate',
    command: [program, 'serve', '--config', join(directory, 'gatehouse.yaml')],
    directory,
    ports: [port, metricsPort],
    isReady: async () => (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).status === 200,
  })
  return { ...watchedForDefects(peer), origin, port, metricsPort }
}

async function entryOf({ user, password, groups }: GatePerson): Promise<object> {
  // A cost that people would choose: the load story measures what it does to others.
  const cost = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
  return { user, groups, password_hash: await Bun.password.hash(password, cost) }
}
