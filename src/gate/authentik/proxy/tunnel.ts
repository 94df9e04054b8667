// A WebSocket once both ends have agreed to it: bytes either way until one end is done.
import type { Clock } from '../../../world/clock.ts'
import type { Wire } from '../../transport/wire.ts'
import type { ProxyLimits } from './limits.ts'

/** What a tunnel joins. */
export interface TunnelParts {
  readonly client: Wire
  readonly service: Wire
  readonly clock: Clock
  readonly limits: ProxyLimits
}

/** Resolves when the tunnel has ended. Idle means without a byte in either direction. */
export async function tunnel({ client, service, clock, limits }: TunnelParts): Promise<void> {
  let lastByteAt = clock.monotonic()
  const pump = async (from: Wire, to: Wire): Promise<void> => {
    for (;;) {
      const piece = await from.read(limits.tunnelTimeoutMs)
      if (piece === 'timeout' && clock.monotonic() - lastByteAt < limits.tunnelTimeoutMs) continue
      if (typeof piece === 'string') break
      lastByteAt = clock.monotonic()
      if (!(await to.write(piece, limits.stallTimeoutMs))) break
    }
    to.end()
  }
  // When one end is done the other is told, and the rest of what it has to say is not waited for.
  await Promise.race([pump(client, service), pump(service, client)])
}
