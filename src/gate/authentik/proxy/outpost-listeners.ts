// The edge of an outpost: its reverse proxy and its HTTPS listener. The gate starts and stops it.
import type { World } from '../../../world/world.ts'
import { selfSigned } from '../../transport/self-signed.ts'
import { listenOn } from '../../transport/server.ts'
import { acceptTls } from '../../transport/tls.ts'
import type { RequestHandler, Transport } from '../../transport/transport.ts'
import type { ListenAddress } from '../../../model/listen-address.ts'
import type { OutpostAnswerMeter } from '../compat/metrics.ts'
import type { ControlPlane } from '../outpost.ts'
import type { ProxyGuard } from './guard.ts'
import { type ReverseProxy, type ServiceAnswer, createReverseProxy } from './proxy.ts'
import { serverCertificates } from './server-certificates.ts'

/** Name in the certificate that is shown where authentik has none. */
const selfSignedName = 'gatehouse.invalid'

/** What the edge is made of. */
export interface OutpostEdgeOptions {
  readonly plane: ControlPlane
  readonly world: World
  readonly guard: ProxyGuard
  nextRequestId(): string
  onServiceAnswer(answer: ServiceAnswer): void
  readonly onEnd: OutpostAnswerMeter
}

/** A running edge. */
export class OutpostEdge {
  readonly proxy: ReverseProxy
  readonly #options: OutpostEdgeOptions
  #https: Transport | null = null

  constructor(options: OutpostEdgeOptions) {
    const { guard, nextRequestId, onEnd, onServiceAnswer, plane, world } = options
    const { clock, connector, log } = world
    this.#options = options
    this.proxy = createReverseProxy({
      ...{ guard, nextRequestId, onEnd, onServiceAnswer, clock, connector, log },
      config: () => plane.current(),
    })
  }

  /** Listens for HTTPS where there is an address. Throws what the runtime throws when it is taken. */
  listen(address: ListenAddress | null, handler: RequestHandler): void {
    if (address === null) return
    const { plane, world } = this.#options
    const { clock, log, random } = world
    const fallback = selfSigned({ name: selfSignedName, now: clock.now(), random })
    const certificates = serverCertificates({ config: () => plane.current(), fallback, log })
    const accept = acceptTls({ ...address, certificates })
    this.#https = listenOn(accept, { clock, handler, secure: true })
  }

  /** The HTTPS listener; null when it is switched off. */
  get https(): Transport | null {
    return this.#https
  }

  async close(): Promise<void> {
    await this.#https?.close()
  }
}
