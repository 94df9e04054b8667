// A stand-in of the authentik server as an outpost sees it, for tests and for the demo: strict about what
// it accepts, ill on demand. Nothing of it is a mock: an outpost talks to it over HTTP and WebSocket.
import type { Server } from 'bun'
import { adminRoutes } from './admin-rest.ts'
import { browserRoutes } from './browser-side.ts'
import { makeCertificate } from './certificate.ts'
import { uuid } from './chance.ts'
import { Control } from './control.ts'
import { startControlPage } from './control-page.ts'
import { Faults } from './fault.ts'
import { type Surroundings, handle } from './http.ts'
import { managedRoutes } from './managed-rest.ts'
import { oauthRoutes } from './oauth.ts'
import { restRoutes } from './rest.ts'
import { freePorts } from '../ports.ts'
import { type SocketData, Sockets, instructions } from './socket.ts'
import { type AuthentikOptions, newState } from './state.ts'

/** A running stand-in. */
export interface Authentik {
  /** Address for `AUTHENTIK_HOST`, with the base path and a trailing slash. */
  readonly url: string
  /** Token for `AUTHENTIK_TOKEN`. */
  readonly token: string
  /** API token of a person who may read everything, for the import. */
  readonly adminToken: string
  readonly control: Control
  /** Address of the page of limits; null without one. */
  readonly controlUrl: string | null
  /** Certificate of the HTTPS listener, PEM; null without TLS. */
  readonly certificate: string | null
  /** Environment of an outpost that belongs to this stand-in. */
  readonly env: { readonly AUTHENTIK_HOST: string; readonly AUTHENTIK_TOKEN: string }
  /** Stops listening and cuts all connections; everything that is known stays. */
  down(): Promise<void>
  /** Listens again, on the same port. */
  up(): void
  close(): Promise<void>
}

const routes = [...restRoutes, ...adminRoutes, ...managedRoutes, ...oauthRoutes, ...browserRoutes]

/**
 * Starts a stand-in on a loopback port. The same seed and options give the same tokens and secrets; keys
 * of certificates are fresh each time.
 */
export async function startAuthentik(options: AuthentikOptions = {}): Promise<Authentik> {
  const state = newState(options)
  const faults = new Faults()
  const sockets = new Sockets(state, faults)
  const tls = options.tls === true
  const certificate = tls
    ? makeCertificate(uuid(state.random), 'listener', ['localhost', '127.0.0.1'])
    : null
  const around: Surroundings = {
    state,
    faults,
    tls,
    sessionEnded: (sid) =>
      sockets.push(instructions.sessionEnd, { type: 'event.session.end', session_id: sid }),
  }
  const listen = (port: number): Server<SocketData> =>
    Bun.serve({
      hostname: '127.0.0.1',
      port,
      // Slow answers are wanted here.
      idleTimeout: 0,
      ...(certificate === null
        ? {}
        : { tls: { cert: certificate.certificatePem, key: certificate.privateKeyPem } }),
      fetch: (request, server) =>
        sockets.matches(new URL(request.url))
          ? sockets.connect(request, server)
          : handle(request, routes, around),
      websocket: sockets.handler(),
    })
  // A port that is still free when it listens again.
  const [free = 0] = await freePorts(1)
  const { port: wanted = 0 } = options
  const port = wanted === 0 ? free : wanted
  let server: Server<SocketData> | null = listen(port)
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${state.basePath}`
  const control = new Control(state, faults, sockets, () => url)
  const { controlPort } = options
  const page = controlPort === undefined ? null : startControlPage(control, state, controlPort)
  const down = async (): Promise<void> => {
    await server?.stop(true)
    server = null
  }
  return {
    url,
    token: state.token,
    adminToken: state.adminToken,
    control,
    controlUrl: page?.url ?? null,
    certificate: certificate?.certificatePem ?? null,
    env: { AUTHENTIK_HOST: url, AUTHENTIK_TOKEN: state.token },
    down,
    up: () => {
      server ??= listen(port)
    },
    close: async () => {
      await page?.close()
      await down()
    },
  }
}
