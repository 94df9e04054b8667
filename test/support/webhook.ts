// A receiver of messages that keeps what it is sent.

/** A running one. */
export interface Webhook {
  readonly port: number
  readonly url: string
  /** Bodies in the order in which they came. */
  readonly bodies: readonly string[]
  stop(): Promise<void>
}

/** Starts one on a free port of loopback. */
export function startWebhook(): Webhook {
  const bodies: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      bodies.push(await request.text())
      return new Response('ok')
    },
  })
  const port = server.port ?? 0
  return { port, url: `http://127.0.0.1:${port}/hook`, bodies, stop: () => server.stop(true) }
}
