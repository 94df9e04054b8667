// The reverse proxy of an outpost on a free port of loopback, with a guard that a test steers.
import type { OutpostProvider } from '../../src/gate/authentik/outpost.ts'
import type { ProxyPass, ProxyVerdict } from '../../src/gate/authentik/proxy/guard.ts'
import type { ProxyLimits } from '../../src/gate/authentik/proxy/limits.ts'
import { type ReverseProxy, createReverseProxy } from '../../src/gate/authentik/proxy/proxy.ts'
import { testOutpost, testProvider } from '../../src/gate/authentik/testing.ts'
import type { RequestHead } from '../../src/gate/transport/head.ts'
import { listen } from '../../src/gate/transport/server.ts'
import type { RequestHandler } from '../../src/gate/transport/transport.ts'
import { realClock } from '../../src/world/clock.ts'
import { realConnector } from '../../src/world/connector.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'

/** What a test says of its proxy. */
export interface ReverseProxySetup {
  /** `host:port` of the service. */
  readonly internal: string
  readonly scheme?: 'http' | 'https'
  readonly basePath?: string
  readonly verifyTls?: boolean
  readonly limits?: Partial<ProxyLimits>
  readonly trusted?: boolean
  /** Replaces the verdict, which is to pass {@link passAs} on. */
  readonly authorise?: (
    request: RequestHead,
    provider: OutpostProvider,
  ) => ProxyVerdict | Promise<ProxyVerdict>
}

/** A running proxy. */
export interface RunningReverseProxy {
  readonly port: number
  readonly proxy: ReverseProxy
  readonly handler: RequestHandler
  readonly log: MemoryLog
  /** Targets that the listener answered itself, since the proxy did not take them over. */
  readonly others: readonly string[]
  connections(): number
  close(): Promise<void>
}

/** Host of the provider in mode `proxy`. */
export const proxiedHost = 'app.example.com'

/** The verdict on somebody who may pass. */
export function passAs(user: string, over: Partial<ProxyPass> = {}): ProxyPass {
  return {
    kind: 'pass',
    headers: [
      ['X-authentik-username', user],
      ['X-authentik-groups', 'staff|admins'],
      ['X-authentik-email', ''],
    ],
    consumesAuthorization: false,
    ownCookies: ['authentik_proxy_0'],
    setCookies: [],
    backendOverride: null,
    hostHeader: null,
    isSuperuser: false,
    ...over,
  }
}

/** Starts one. */
export function startReverseProxy(setup: ReverseProxySetup): RunningReverseProxy {
  const { internal, scheme = 'http', basePath = '', verifyTls = true } = setup
  const provider = testProvider({
    mode: 'proxy',
    external: `https://${proxiedHost}`,
    internal: { scheme, host: internal, basePath, verifyTls },
  })
  const forward = testProvider({ pk: 2, clientId: 'two', external: 'https://fwd.example.com' })
  const config = testOutpost([provider, forward])
  const log = memoryLog()
  let requests = 0
  const proxy = createReverseProxy({
    config: () => config,
    guard: {
      authorise: async (request, of) => setup.authorise?.(request, of) ?? passAs('alice'),
    },
    connector: realConnector(),
    clock: realClock(),
    log,
    nextRequestId: () => `r-${++requests}`,
    ...(setup.limits === undefined ? {} : { limits: setup.limits }),
  })
  const others: string[] = []
  const handler: RequestHandler = {
    takeOver: (head) => proxy.takeOver(head),
    isTrusted: () => setup.trusted === true,
    refuse: (status) =>
      Buffer.from(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
    handle: ({ target }) => {
      others.push(target)
      return Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    },
  }
  const transport = listen({ hostname: '127.0.0.1', port: 0, clock: realClock(), handler })
  return {
    port: transport.port,
    proxy,
    handler,
    log,
    others,
    connections: () => transport.stats().connections,
    close: () => transport.close(),
  }
}
