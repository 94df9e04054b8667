// The WebSocket of the control plane: HELLO every 10 s, instructions in, connected again after each end.
import type { Cancel, Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import type { OutgoingSocket, SocketClient } from '../../world/web-socket.ts'
import { parseJson } from '../../world/authentik-api.ts'
import { BackOff } from '../../world/back-off.ts'
import { fieldOf, isFields } from '../../std/fields.ts'
import type { MessageKind } from './outpost.ts'
import { type OutpostSettings, agentOf } from './settings.ts'

/** authentik counts an instance as gone 15 s after its last HELLO. */
export const helloEveryMs = 10_000
/** authentik answers each HELLO; after this long without a word the connection is dead. */
export const silenceMaxMs = 35_000
const handshakeTimeoutMs = 10_000
const reconnectFirstMs = 1000
const reconnectMostMs = 60_000
/** Longest message that is read, in characters. */
const messageLengthMax = 64 * 1024

const instructionHello = 1
const kinds: Readonly<Record<number, MessageKind>> = {
  0: 'ack',
  2: 'trigger-update',
  3: 'provider-specific',
  4: 'session-end',
}
const sidPattern = /^[0-9a-zA-Z_-]{1,256}$/

/** What the socket tells. */
export interface EventListeners {
  /** A refresh is wanted: authentik said so, or may have while we were not connected. */
  updateWanted(): void
  sessionEnded(sid: string): void
}

/** What the socket is made of. */
export interface EventSocketOptions {
  readonly settings: OutpostSettings
  readonly sockets: SocketClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly instance: string
  readonly hostname: string
  readonly on: EventListeners
}

/** Keeps one connection up from {@link start} to {@link stop}. */
export class EventSocket {
  readonly messages: Record<MessageKind, number> = {
    ack: 0,
    'trigger-update': 0,
    'session-end': 0,
    'provider-specific': 0,
    unknown: 0,
    bad: 0,
  }
  readonly #options: EventSocketOptions
  readonly #backOff: BackOff
  #outpostPk: string | null = null
  #socket: OutgoingSocket | null = null
  /** Changes with each connection and each end of one. */
  #turn = 0
  #isOpen = false
  #wasOpen = false
  #attempts = 0
  #heardAt = 0
  #hello: Cancel | null = null
  #retry: Cancel | null = null

  constructor(options: EventSocketOptions) {
    this.#options = options
    this.#backOff = new BackOff({
      firstMs: reconnectFirstMs,
      mostMs: reconnectMostMs,
      random: options.random,
    })
  }

  get isConnected(): boolean {
    return this.#isOpen
  }

  /** Connections begun after the first. */
  get reconnects(): number {
    return Math.max(0, this.#attempts - 1)
  }

  /**
   * Connects for an outpost; does nothing when it already is that one's, else changes over. With a
   * `unix://` address there is no WebSocket: changes come with the interval.
   */
  start(outpostPk: string): void {
    if (this.#outpostPk === outpostPk || this.#options.settings.address.unixSocket !== null) return
    this.stop()
    this.#outpostPk = outpostPk
    this.#connect()
  }

  /** Ends the connection and stays down. */
  stop(): void {
    this.#outpostPk = null
    this.#retry?.()
    this.#retry = null
    const socket = this.#socket
    this.#forget()
    socket?.close()
  }

  #connect(): void {
    const { instance, settings, sockets } = this.#options
    const pk = this.#outpostPk
    if (pk === null) return
    const turn = ++this.#turn
    // Events of a connection that is no longer ours are not listened to.
    const ifMine = (task: () => void): void => {
      if (this.#turn === turn) task()
    }
    const socket = sockets.connect(
      {
        url: socketUrl(settings, pk, { instance, attempt: this.#attempts++ }),
        headers: { Authorization: `Bearer ${settings.token}`, 'User-Agent': agentOf(settings) },
        insecureTls: settings.insecure,
        handshakeTimeoutMs,
      },
      {
        opened: () => ifMine(() => this.#opened()),
        message: (text) => ifMine(() => this.#message(text)),
        binary: () => ifMine(() => this.#count('bad')),
        closed: (detail) => ifMine(() => this.#closed(detail)),
      },
    )
    ifMine(() => {
      this.#socket = socket
    })
  }

  #opened(): void {
    const { clock, log, on } = this.#options
    this.#isOpen = true
    this.#heardAt = clock.monotonic()
    log.write('info', 'authentik-connected', { attempt: this.#attempts - 1 })
    this.#sayHello()
    this.#hello = clock.every(helloEveryMs, () => this.#tick())
    // What was said while nobody listened is lost: the configuration may have changed meanwhile.
    if (this.#wasOpen) on.updateWanted()
    this.#wasOpen = true
  }

  #tick(): void {
    const silentMs = this.#options.clock.monotonic() - this.#heardAt
    if (silentMs >= silenceMaxMs) this.#end(`Nothing heard for ${silentMs} ms`)
    else this.#sayHello()
  }

  #sayHello(): void {
    const { settings, instance, hostname } = this.#options
    const args = {
      version: settings.version,
      buildHash: settings.buildHash,
      uuid: instance,
      hostname,
    }
    this.#socket?.send(JSON.stringify({ instruction: instructionHello, args }))
  }

  #message(text: string): void {
    this.#heardAt = this.#options.clock.monotonic()
    const message = text.length <= messageLengthMax ? parseJson(text) : null
    const instruction = isFields(message) ? fieldOf(message, 'instruction') : null
    if (!isFields(message) || typeof instruction !== 'number') {
      this.#count('bad')
      return
    }
    const kind = kinds[instruction] ?? 'unknown'
    if (kind === 'session-end') this.#sessionEnd(fieldOf(message, 'args'))
    else this.#count(kind)
    // Only now is the connection worth something: one that is closed at once is tried ever more rarely.
    if (kind === 'ack') this.#backOff.reset()
    if (kind === 'trigger-update') this.#options.on.updateWanted()
  }

  #sessionEnd(args: unknown): void {
    const sid = isFields(args) ? fieldOf(args, 'session_id') : null
    if (typeof sid !== 'string' || !sidPattern.test(sid)) {
      this.#count('bad')
      return
    }
    this.#count('session-end')
    this.#options.on.sessionEnded(sid)
  }

  #count(kind: MessageKind): void {
    this.messages[kind]++
  }

  #end(why: string): void {
    const socket = this.#socket
    this.#closed(why)
    socket?.close()
  }

  #closed(detail: string): void {
    const { clock, log } = this.#options
    this.#forget()
    const waitMs = this.#backOff.next()
    log.write('warn', 'authentik-disconnected', { detail, retry_ms: waitMs })
    this.#retry = clock.after(waitMs, () => this.#connect())
  }

  #forget(): void {
    this.#turn++
    this.#socket = null
    this.#isOpen = false
    this.#hello?.()
    this.#hello = null
  }
}

/** `wss://<host><base path>ws/outpost/<pk>/`, with the query of `AUTHENTIK_HOST` in front. */
export function socketUrl(
  { address }: Pick<OutpostSettings, 'address'>,
  outpostPk: string,
  { instance, attempt }: { readonly instance: string; readonly attempt: number },
): string {
  const query = new URLSearchParams(address.query)
  query.set('instance_uuid', instance)
  query.set('attempt', String(attempt))
  // http becomes ws, https becomes wss.
  const base = address.baseUrl.replace(/^http/, 'ws')
  return `${base}ws/outpost/${outpostPk}/?${query.toString()}`
}
