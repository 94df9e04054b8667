// A wire between a proxy and the gate that counts and remembers: connections, and every byte asked.
import { type Server, type Socket, connect, createServer } from 'node:net'

/** A running relay to one port of loopback. */
export interface Relay {
  readonly name: string
  readonly port: number
  /** Connections accepted so far. */
  connections(): number
  /** Everything that was sent through it towards the target, as Latin-1, all connections after another. */
  asked(): string
  /** Forgets counts and bytes. */
  forget(): void
  /** While silent, it accepts and reads but passes nothing on: a gate that hangs. */
  setSilent(silent: boolean): void
  stop(): Promise<void>
}

/** Starts one on `port` (0: a free one) that leads to `target`. */
export async function startRelay(target: number, port = 0): Promise<Relay> {
  const sockets = new Set<Socket>()
  let connections = 0
  let asked: Buffer[] = []
  let silent = false
  const server = createServer((near) => {
    connections++
    const far = connect({ port: target, host: '127.0.0.1' })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
    near.on('data', (data: Buffer) => {
      asked.push(data)
      if (!silent) far.write(data)
    })
    far.on('data', (data: Buffer) => near.write(data))
  })
  return {
    name: 'relay',
    port: await listen(server, port),
    connections: () => connections,
    asked: () => Buffer.concat(asked).toString('latin1'),
    forget: () => {
      connections = 0
      asked = []
    },
    setSilent: (value) => {
      silent = value
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
