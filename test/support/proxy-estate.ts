// One protected estate behind one real proxy: gate, service, proxy with the printed snippet, people.
import type { Backend } from '../peers/backend.ts'
import type { GatePeer } from '../peers/gate.ts'
import type { PeerProcess } from '../peers/peer-process.ts'
import { type RawAnswer, type RawConnection, openRaw, rawRequest } from '../peers/raw-client.ts'
import type { Relay } from '../peers/relay.ts'

/** The proxies that the stories run behind. */
export type ProxyName = 'nginx' | 'caddy' | 'haproxy' | 'traefik' | 'envoy'

/** Everything that a story may touch. */
export interface ProxyEstate {
  readonly proxy: ProxyName
  /** Where the proxy listens. */
  readonly port: number
  readonly backend: Backend
  /** Between proxy and gate. */
  readonly relay: Relay
  readonly gate: GatePeer
  readonly process: PeerProcess
  /** Cookie pairs of people: alice is staff, carol is a guest. */
  readonly alice: string
  readonly carol: string
}

/** What to ask of the proxy; everything but the port can be any bytes. */
export interface Ask {
  readonly method?: string
  readonly target?: string
  /** Host header; null: none. Without a port, the proxy's is added. */
  readonly host?: string | null
  readonly headers?: readonly string[]
  readonly cookie?: string
  readonly body?: string
}

/** Headers of a browser that opens a page. */
export const navigation = [
  'Accept: text/html,application/xhtml+xml',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
]

/** Headers of a script in a page. */
export const script = ['Accept: */*', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']

/** The lines of a request, without the final empty line. */
export function requestLines(estate: ProxyEstate, ask: Ask): readonly string[] {
  const host = ask.host === undefined ? 'app.home.localhost' : ask.host
  return [
    `${ask.method ?? 'GET'} ${ask.target ?? '/'} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host.includes(':') ? host : `${host}:${estate.port}`}`]),
    ...(ask.cookie === undefined ? [] : [`Cookie: ${ask.cookie}`]),
    ...(ask.headers ?? []),
  ]
}

/** Asks the proxy on a connection of its own. */
export async function ask(estate: ProxyEstate, question: Ask): Promise<RawAnswer> {
  const headers = question.headers ?? []
  const closing = headers.some((line) => /^(connection|upgrade):/i.test(line))
  return rawRequest({
    port: estate.port,
    lines: requestLines(estate, {
      ...question,
      headers: closing ? headers : [...headers, 'Connection: close'],
    }),
    ...(question.body === undefined ? {} : { body: question.body }),
  })
}

/** Opens a connection to the proxy and sends the head of a request. */
export async function openAsk(estate: ProxyEstate, question: Ask): Promise<RawConnection> {
  const connection = await openRaw(estate.port)
  await connection.write(`${requestLines(estate, question).join('\r\n')}\r\n\r\n`)
  return connection
}
