// A small HTTP server on loopback, for the length of a drill; and ports for those who must be told theirs.
import { createServer } from 'node:net'

/** What was asked. */
export interface LoopbackRequest {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** What is answered. */
export interface LoopbackAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** A running server. */
export interface LoopbackServer {
  readonly port: number
  close(): Promise<void>
}

const bodyBytesMax = 1024 * 1024

/** Serves `answer` on a free port of 127.0.0.1. */
export function serveLoopback(
  answer: (request: LoopbackRequest) => LoopbackAnswer,
): LoopbackServer {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    maxRequestBodySize: bodyBytesMax,
    fetch: async (request) => {
      const { status, contentType, body } = answer({
        method: request.method,
        path: new URL(request.url).pathname,
        body: await request.text(),
      })
      return new Response(body, { status, headers: { 'content-type': contentType } })
    },
  })
  return { port: server.port ?? 0, close: () => server.stop(true) }
}

/** `count` different ports of 127.0.0.1 that were free a moment ago. */
export async function freeLoopbackPorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((done, failed) => {
        server.once('error', failed)
        server.listen(0, '127.0.0.1', done)
      })
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}
