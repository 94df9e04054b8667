// A flood of strangers: requests without a session in every dialect, with forged cookies, for random hosts
// and paths; pipelined over a few connections, bounded in count, the same for the same seed.
import { connect } from 'node:net'
import { dialectNames } from '../../src/gate/dialect/dialect.ts'
import { seededRandom } from '../../src/world/random.ts'
import { linesOf } from './running-gate.ts'

/** What came back. */
export interface FloodReport {
  readonly answers: number
  /** Answers by status. */
  readonly statuses: ReadonlyMap<string, number>
  readonly setCookies: number
}

/** What to send. */
export interface FloodOptions {
  readonly port: number
  readonly requests: number
  readonly seed: number
  readonly connections?: number
  /** Hosts to ask for; `*` becomes a random label. Declared and undeclared ones by default. */
  readonly hosts?: readonly string[]
  /** Name of the session cookie that is forged. */
  readonly cookieName?: string
  /** Makes the requests, an endless row for a seed; strangers of every dialect by default. */
  readonly requestsOf?: (seed: number) => () => string
}

type Strangers = Required<Pick<FloodOptions, 'seed' | 'hosts' | 'cookieName'>>

const hostsUsual = ['app.example.com', 'other.example.com', '*.wild.example.com', '*.test']

const batch = 64

/**
 * Tells the engine's collector that the machine is small, so that it keeps little garbage: otherwise
 * resident memory moves by 20 MiB with its mood, on a gate that has grown by nothing.
 */
export const littleSlack = { BUN_JSC_forceRAMSize: String(96 * 1024 * 1024) }

/** Sends them all and waits for every answer. */
export async function flood(options: FloodOptions): Promise<FloodReport> {
  const { connections = 8, port, requests, seed } = options
  const { hosts = hostsUsual, cookieName = '__Secure-gatehouse' } = options
  const statuses = new Map<string, number>()
  const share = Math.ceil(requests / connections)
  const reports = await Promise.all(
    Array.from({ length: connections }, (_, i) => {
      const count = Math.max(0, Math.min(share, requests - i * share))
      const own = { seed: seed + i, hosts, cookieName }
      const next = options.requestsOf?.(seed + i) ?? strangers(own)
      return floodConnection({ port, requests: count, next }, statuses)
    }),
  )
  const sum = (pick: (report: { answers: number; setCookies: number }) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0)
  return {
    answers: sum(({ answers }) => answers),
    setCookies: sum(({ setCookies }) => setCookies),
    statuses,
  }
}

function floodConnection(
  options: { readonly port: number; readonly requests: number; readonly next: () => string },
  statuses: Map<string, number>,
): Promise<{ answers: number; setCookies: number }> {
  const { next } = options
  return new Promise((resolve, reject) => {
    const report = { answers: 0, setCookies: 0 }
    let sent = 0
    let rest = ''
    const socket = connect(options.port, '127.0.0.1')
    const send = (): void => {
      const count = Math.min(batch, options.requests - sent)
      sent += count
      socket.write(Array.from({ length: count }, next).join(''), 'latin1')
    }
    socket.setNoDelay(true)
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () =>
      report.answers === options.requests
        ? resolve(report)
        : reject(
            new Error(`The gate closed after ${report.answers} of ${options.requests} answers`),
          ),
    )
    socket.on('data', (data) => {
      const text = rest + data.toString('latin1')
      const heads = text.split('HTTP/1.1 ')
      // The last head may be cut: it is looked at again with what follows.
      rest = `HTTP/1.1 ${heads.pop() ?? ''}`
      for (const head of heads) count(head)
      if (isWhole(rest)) {
        count(rest.slice('HTTP/1.1 '.length))
        rest = ''
      }
      if (report.answers === options.requests) socket.end()
      else if (report.answers === sent) send()
    })
    const count = (head: string): void => {
      if (head === '') return
      report.answers++
      const status = head.slice(0, 3)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (/^set-cookie:/im.test(head)) report.setCookies++
    }
  })
}

/** True when `text` is one answer with all of its body. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = /^content-length: (\d+)/im.exec(text)?.[1]
  return end !== -1 && length !== undefined && text.length >= end + 4 + Number(length)
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** An endless row of strangers' requests. */
function strangers({ seed, hosts, cookieName }: Strangers): () => string {
  const random = seededRandom(seed)
  const text = (length: number): string =>
    Array.from(random.bytes(length), (byte) => base64url[byte & 63]).join('')
  const pick = <T>(values: readonly T[]): T => {
    const value = values[(random.bytes(1)[0] ?? 0) % values.length]
    if (value === undefined) throw new Error('Found nothing to pick from')
    return value
  }
  return () => {
    const cookie = pick([
      null,
      null,
      `${cookieName}=1${text(32)}`,
      `${cookieName}=s1.${text(200)}`,
      `${cookieName}=${text(20)}; other=${text(8)}`,
      `session=${text(40)}`,
    ])
    const label = text(6).toLowerCase().replaceAll(/[-_]/g, 'x')
    const host = pick(hosts).replace('*', label)
    const headers = [
      pick(['Accept: text/html', 'Accept: application/json', 'Sec-Fetch-Mode: navigate']),
      `X-Forwarded-For: 198.51.100.${random.bytes(1)[0]}`,
    ]
    const lines = linesOf(pick(dialectNames), {
      host,
      uri: `/${text(4)}/${text(6)}?q=${text(3)}`,
      headers,
      ...(cookie === null ? {} : { cookie }),
    })
    return `${lines.join('\r\n')}\r\n\r\n`
  }
}
