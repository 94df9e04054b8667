// The private listener of a watch that runs alone: metrics, health, verdict, incidents.
import type { ListenAddress } from '../../model/listen-address.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { WatchAnswers } from './answers.ts'

/** A running listener. */
export interface WatchListener {
  readonly port: number
  close(): Promise<void>
}

/** What it answers from. */
export interface ListenOptions extends WatchAnswers {
  /** True while rounds end in time. */
  isReady(): boolean
}

const idleSeconds = 10
const bodyBytesMax = 1024

/** Starts it; the error is a sentence for the operator. */
export function listenForWatch(
  { hostname, port }: ListenAddress,
  options: ListenOptions,
): Result<WatchListener, string> {
  try {
    const server = Bun.serve({
      hostname,
      port,
      idleTimeout: idleSeconds,
      maxRequestBodySize: bodyBytesMax,
      fetch: (request) => answer(new URL(request.url), options),
      error: () => new Response('Unavailable\n', { status: 503 }),
    })
    return ok({ port: server.port ?? 0, close: () => server.stop(true) })
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return err(`Listening on "${hostname}:${port}" failed: ${detail}`)
  }
}

async function answer({ hostname, pathname }: URL, options: ListenOptions): Promise<Response> {
  switch (pathname) {
    case '/livez':
      return Response.json({ live: true })
    case '/readyz': {
      const ready = options.isReady()
      return Response.json({ ready }, { status: ready ? 200 : 503 })
    }
    case '/metrics': {
      const { contentType, text } = await options.scrape()
      return new Response(text, { headers: { 'content-type': contentType } })
    }
    default:
      return (
        options.answer(pathname, hostname) ?? Response.json({ error: 'not-found' }, { status: 404 })
      )
  }
}
