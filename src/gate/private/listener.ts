// The private listener: metrics, health, and what became of a request. Never reachable by visitors.
import type { ListenAddress } from '../config.ts'
import type { Observer } from '../observer.ts'
import type { Readiness } from './health.ts'
import type { GateMetrics } from './metrics.ts'

/** What the private listener answers from. */
export interface PrivateSources {
  readonly metrics: GateMetrics
  readonly observer: Observer
  readiness(): Promise<Readiness>
}

/** A running private listener. */
export interface PrivateListener {
  readonly port: number
  close(): Promise<void>
}

/** Starts it. Throws what the runtime throws when the address is taken. */
export function listenPrivately(address: ListenAddress, sources: PrivateSources): PrivateListener {
  const server = Bun.serve({
    hostname: address.hostname,
    port: address.port,
    maxRequestBodySize: 1024,
    idleTimeout: 10,
    fetch: (request) => answer(new URL(request.url).pathname, sources),
    error: () => new Response('Unavailable\n', { status: 503 }),
  })
  return { port: server.port ?? 0, close: () => server.stop(true) }
}

async function answer(path: string, sources: PrivateSources): Promise<Response> {
  if (path === '/livez') return Response.json({ live: true })
  if (path === '/readyz') {
    const readiness = await sources.readiness()
    return Response.json(readiness, { status: readiness.ready ? 200 : 503 })
  }
  if (path === '/metrics') {
    const { contentType, text } = await sources.metrics.scrape()
    return new Response(text, { headers: { 'content-type': contentType } })
  }
  if (path === '/decisions') return Response.json(sources.observer.recent.list())
  if (path.startsWith('/decisions/')) {
    const found = sources.observer.recent.find(path.slice('/decisions/'.length))
    return found === null
      ? Response.json({ error: 'not-found' }, { status: 404 })
      : Response.json(found)
  }
  return new Response('Not found\n', { status: 404 })
}
