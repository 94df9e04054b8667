// The event that tells an administrator of authentik that a proxy is set up wrongly: seldom, and
// without what the client sent. Upstream uploads cookies and credentials, once for each request.
import type { Clock } from '../../../world/clock.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import type { Log } from '../../../world/log.ts'
import { BoundedMap } from '../../../std/bounded-map.ts'
import type { OutpostIdentity, OutpostProvider } from '../outpost.ts'
import { type OutpostSettings, agentOf } from '../settings.ts'
import type { AskedDialect } from './asked.ts'

/** At most one event of a provider and a proxy in this time. */
export const eventEveryMs = 600_000
const eventTimeoutMs = 10_000
const answerBytesMax = 65_536
const rememberedMax = 1000

/** What events are made with. */
export interface EventTools {
  readonly http: HttpClient
  readonly clock: Clock
  readonly log: Log
  /** Null where authentik cannot be told: then the log alone is. */
  settings(): OutpostSettings | null
}

/** One request whose address cannot be told. */
export interface Misconfiguration {
  readonly dialect: AskedDialect
  readonly provider: OutpostProvider
  readonly outpost: OutpostIdentity
  /** Address of the connection's other end. */
  readonly client: string
  readonly peerTrusted: boolean
  /** Path of the endpoint, without a query. */
  readonly path: string
}

const dialectTitles: Readonly<Record<AskedDialect, string>> = {
  traefik: 'Traefik',
  caddy: 'Caddy',
  nginx: 'nginx',
  envoy: 'Envoy',
}

/** Reports misconfigurations. */
export class EventReporter {
  readonly #tools: EventTools
  readonly #reportedAt = new BoundedMap<string, number>(rememberedMax)

  constructor(tools: EventTools) {
    this.#tools = tools
  }

  /** Reports, unless that was done lately. A stranger's request is logged, but tells authentik nothing. */
  report(found: Misconfiguration): void {
    const { dialect, provider, outpost, peerTrusted } = found
    const key = `${provider.clientId} ${dialect} ${peerTrusted}`
    const now = this.#tools.clock.monotonic()
    const last = this.#reportedAt.peek(key)
    if (last !== undefined && now - last < eventEveryMs) return
    this.#reportedAt.set(key, now)
    this.#tools.log.write('warn', 'outpost-misconfigured', {
      detail: `failed to detect a forward URL from ${dialectTitles[dialect]}`,
      provider: provider.name,
      outpost: outpost.name,
      peer: found.client,
      peer_trusted: peerTrusted,
    })
    if (peerTrusted) void this.#send(found)
  }

  async #send(found: Misconfiguration): Promise<void> {
    const { dialect, provider, outpost, client, path } = found
    const settings = this.#tools.settings()
    if (settings === null) return
    const message =
      `Outpost ${outpost.name} (Provider ${provider.name}) failed to detect a forward URL from ` +
      dialectTitles[dialect]
    const sent = await this.#tools.http.send({
      url: `${settings.address.baseUrl}api/v3/events/events/`,
      method: 'POST',
      headers: {
        Authorization: `Bearer ${settings.token}`,
        'User-Agent': agentOf(settings),
        'Content-Type': 'application/json',
        Accept: 'application/json',
      },
      body: JSON.stringify({
        action: 'configuration_error',
        app: 'authentik.providers.proxy',
        client_ip: client,
        context: {
          message,
          provider: provider.name,
          outpost: outpost.name,
          url: path,
          headers: {},
        },
      }),
      timeoutMs: eventTimeoutMs,
      bytesMax: answerBytesMax,
    })
    if (!sent.ok || sent.value.status >= 400)
      this.#tools.log.write('info', 'outpost-event-not-sent', {
        detail: sent.ok ? `Answered ${sent.value.status}` : sent.error.code,
      })
  }
}
