// A small reverse proxy for the demo only: asks the gate about each request as Traefik would and passes
// it on. In front of a real estate stands a real proxy; see `gatehouse snippet`.
import type { Forwarder } from '../../world/forwarder.ts'

/** Where the demo proxy sends what. */
export interface ProxyRoutes {
  /** True for what the gate answers itself: its pages, and hosts that it proxies. */
  isGates(host: string, path: string): boolean
  /** Path of the auth endpoint that is asked, as Traefik would. */
  readonly authPath: string
  /** Origin of the gate: `http://127.0.0.1:9000`. Asked at each request: the proxy starts first. */
  gateOrigin(): string
  /** Origin of a service by its host; null for an unknown one. */
  serviceOrigin(host: string): string | null
  /** Identity headers by lower-case name: taken from the gate, never from the client. */
  isIdentity(name: string): boolean
  readonly forwarder: Forwarder
}

/** A running proxy. */
export interface DemoProxy {
  readonly port: number
  close(): Promise<void>
}

/** Headers between two neighbours only (RFC 9110 section 7.6.1), and those that we set ourselves. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const forwardedNames = /^x-(?:forwarded|original|real)-/

/** Starts the proxy on loopback. Throws what the runtime throws when the port is taken. */
export function startProxy(port: number, routes: ProxyRoutes): DemoProxy {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    idleTimeout: 60,
    fetch: (request, self) => {
      const client = self.requestIP(request)?.address ?? '127.0.0.1'
      return proxy(request, client, routes)
    },
    error: () => new Response('The demo proxy could not answer\n', { status: 502 }),
  })
  return { port: server.port ?? port, close: () => server.stop(true) }
}

async function proxy(request: Request, client: string, routes: ProxyRoutes): Promise<Response> {
  const url = new URL(request.url)
  const headers = cleanHeaders(request, client, routes)
  const target = `${url.pathname}${url.search}`
  if (routes.isGates(url.hostname, url.pathname))
    return passOn(request, routes.gateOrigin() + target, { headers, routes })
  const service = routes.serviceOrigin(url.hostname)
  const question = new Headers(headers)
  question.set('x-forwarded-method', request.method)
  question.set('x-forwarded-uri', target)
  question.delete('content-length')
  const asked = new Request(request.url, { method: 'GET' })
  const verdict = await routes.forwarder.forward(
    asked,
    routes.gateOrigin() + routes.authPath,
    question,
  )
  if (verdict === null) return new Response('The gate does not answer\n', { status: 502 })
  if (!verdict.ok) return copy(verdict)
  if (service === null) return new Response('No such service\n', { status: 404 })
  for (const [name, value] of verdict.headers) if (routes.isIdentity(name)) headers.set(name, value)
  headers.delete('cookie')
  return passOn(request, service + target, { headers, routes })
}

/** The client's headers without anything that is not the client's to say. */
function cleanHeaders(request: Request, client: string, routes: ProxyRoutes): Headers {
  const headers = new Headers(request.headers)
  for (const name of [...headers.keys()]) {
    const alias = name.replaceAll('_', '-')
    const own = hopByHop.includes(name) || forwardedNames.test(alias) || routes.isIdentity(alias)
    if (own) headers.delete(name)
  }
  headers.set('x-forwarded-for', client)
  headers.set('x-forwarded-proto', 'http')
  headers.set('x-forwarded-host', request.headers.get('host') ?? '')
  return headers
}

async function passOn(
  request: Request,
  url: string,
  options: { readonly headers: Headers; readonly routes: ProxyRoutes },
): Promise<Response> {
  const answer = await options.routes.forwarder.forward(request, url, options.headers)
  return answer === null
    ? new Response('The service does not answer\n', { status: 502 })
    : copy(answer)
}

function copy(answer: Response): Response {
  const headers = new Headers(answer.headers)
  for (const name of hopByHop) headers.delete(name)
  return new Response(answer.body, { status: answer.status, headers })
}
