// A service that says exactly what a test tells it to, on every connection, and counts what it gets.
import { type Socket, createServer } from 'node:net'

/** A running one. */
export interface ScriptedService {
  readonly port: number
  /** Everything received, a text for each connection in the order of their opening. */
  readonly received: readonly string[]
  /** How many connections are open. */
  open(): number
  stop(): Promise<void>
}

/** Starts one; `script` is run on each connection when the head of its first request is there. */
export async function startScriptedService(
  script: (socket: Socket, head: string) => void,
): Promise<ScriptedService> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const index = received.push('') - 1
    let begun = false
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (data: Buffer) => {
      received[index] += data.toString('latin1')
      const text = received[index] ?? ''
      if (begun || !text.includes('\r\n\r\n')) return
      begun = true
      script(socket, text)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received,
    open: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
