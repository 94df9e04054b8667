// The private listener: metrics, health, and what became of a request. Never reachable by visitors.
import { networkSet, parseAddress } from '../../model/network.ts'
import type { ListenAddress } from '../../model/listen-address.ts'
import { isPing } from '../authentik/door.ts'
import type { Observer } from '../observer.ts'
import type { RecentDecision } from '../recent.ts'
import { type StoreUse, evidenceAnswer, evidencePath } from './evidence.ts'
import type { Readiness } from './health.ts'
import type { GateMetrics } from './metrics.ts'

/** What the private listener answers from. */
export interface PrivateSources {
  readonly metrics: GateMetrics
  readonly observer: Observer
  /** True where authentik's outpost is: then its ping is answered here too. */
  readonly pings: boolean
  readonly beside: PrivateExtra | null
  readiness(): Promise<Readiness>
  /** What the session store holds. */
  store(): StoreUse
}

/** What a part beside the gate tells on the gate's private listener. It neither throws nor rejects. */
export interface PrivateExtra {
  /** The answer for a path that the gate does not have, at a name from Host; null: nothing is there. */
  answer(path: string, hostname: string): Response | null
  /** Further metrics in Prometheus text format. */
  scrape(): Promise<string>
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
    fetch: (request, self) => {
      const { hostname, pathname, searchParams } = new URL(request.url)
      if (pathname.startsWith(decisionsPath)) {
        const peer = self.requestIP(request)?.address ?? null
        if (!mayKnowDecisions({ peer, own: address.hostname, hostname })) return notFound()
      }
      if (sources.pings && isPing(pathname)) return new Response(null, { status: 204 })
      if (pathname === evidencePath) return evidenceAnswer(searchParams.get('since'), sources)
      return answer({ path: pathname, hostname }, sources)
    },
    error: () => new Response('Unavailable\n', { status: 503 }),
  })
  return { port: server.port ?? 0, close: () => server.stop(true) }
}

const decisionsPath = '/decisions'

/**
 * Decisions name people and paths, so they are told to this machine only: `peer` is loopback, or `own`,
 * the one address that the listener is bound to. A page in the operator's browser could point a name of
 * its own at this address (DNS rebinding) and read them; it cannot make the browser say an address as
 * the host, which is `hostname`.
 */
export function mayKnowDecisions(asked: {
  readonly peer: string | null
  readonly own: string
  readonly hostname: string
}): boolean {
  const peer = parseAddress(asked.peer ?? '')
  if (peer === null || !(loopback.contains(peer) || peer === parseAddress(asked.own))) return false
  const { hostname } = asked
  return hostname === 'localhost' || parseAddress(hostname.replace(/^\[|\]$/g, '')) !== null
}

const loopback = networkSet(['127.0.0.0/8', '::1/128'])

function notFound(): Response {
  return Response.json({ error: 'not-found' }, { status: 404 })
}

async function answer(
  { hostname, path }: { readonly path: string; readonly hostname: string },
  sources: PrivateSources,
): Promise<Response> {
  switch (path) {
    case '/livez':
      return Response.json({ live: true })
    case '/readyz': {
      const readiness = await sources.readiness()
      return Response.json(readiness, { status: readiness.ready ? 200 : 503 })
    }
    case '/metrics': {
      const { contentType, text } = await sources.metrics.scrape()
      const more = (await sources.beside?.scrape()) ?? ''
      return new Response(text + more, { headers: { 'content-type': contentType } })
    }
    case decisionsPath:
      return Response.json(sources.observer.recent.list().map(asData))
    default:
      return path.startsWith(`${decisionsPath}/`)
        ? oneDecision(path.slice(decisionsPath.length + 1), sources)
        : (sources.beside?.answer(path, hostname) ?? notFound())
  }
}

function oneDecision(requestId: string, sources: PrivateSources): Response {
  const found = sources.observer.recent.find(requestId)
  return found === null ? notFound() : Response.json(asData(found))
}

/** Keys as the log has them. */
function asData({ requestId, clientAddress, ...rest }: RecentDecision): object {
  return { request_id: requestId, ...rest, client: clientAddress }
}
