// The WebSocket of the control plane, as authentik's side of it: takes HELLOs, acknowledges, pushes.
import type { Server, ServerWebSocket, WebSocketHandler } from 'bun'
import { type Faults, wait } from './fault.ts'
import { below, matchPath } from './http.ts'
import { isRecord } from './rest.ts'
import type { State } from './state.ts'

/** Numbers of the `instruction` field. */
export const instructions = {
  ack: 0,
  hello: 1,
  triggerUpdate: 2,
  providerSpecific: 3,
  sessionEnd: 4,
} as const

/** How long the state of an instance counts after its last HELLO: one and a half intervals. */
export const helloValidMs = 15_000

/** What is kept with each connection. */
export interface SocketData {
  readonly instance: string
  readonly attempt: number
  readonly connectedAt: number
  greeted: boolean
}

type Socket = ServerWebSocket<SocketData>

/** The health of one instance, as `/outposts/instances/{uuid}/health/` shows it. */
export interface InstanceHealth {
  readonly uid: string
  /** Clock of the stand-in, milliseconds. */
  readonly last_seen: number
  readonly version: string
  readonly version_should: string
  readonly version_outdated: boolean
  readonly build_hash: string
  readonly hostname: string
}

const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Types of the HELLO fields; those not in `required` may be left out. */
const helloTypes = {
  version: 'string',
  buildHash: 'string',
  uuid: 'string',
  hostname: 'string',
  golangVersion: 'string',
  opensslEnabled: 'boolean',
  opensslVersion: 'string',
  fipsEnabled: 'boolean',
} as const
const helloRequired = ['version', 'buildHash', 'uuid', 'hostname'] as const

/** The connections of all instances of the outpost. */
export class Sockets {
  readonly #state: State
  readonly #faults: Faults
  readonly #open = new Set<Socket>()

  constructor(state: State, faults: Faults) {
    this.#state = state
    this.#faults = faults
  }

  /** Whether `url` is the address of the WebSocket of any outpost. */
  matches(url: URL): boolean {
    return this.#outpostOf(url) !== null
  }

  #outpostOf(url: URL): string | null {
    const path = below(url.pathname, this.#state.basePath)
    return path === null ? null : (matchPath('ws/outpost/{pk}/', path)?.['pk'] ?? null)
  }

  /** Upgrades the request, or answers as a server does that denies the connection. */
  async connect(request: Request, server: Server<SocketData>): Promise<Response | undefined> {
    const { journal, clock, token, refusesSockets } = this.#state
    const url = new URL(request.url)
    journal.count('socket')
    journal.keep({
      endpoint: 'socket',
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(request.headers),
      form: {},
    })
    for (const complaint of this.#complaints(request, url))
      journal.violation(`socket: ${complaint}`)
    for (const fault of this.#faults.strike('socket')) {
      if (fault.kind === 'slow') await wait(clock, fault.ms)
      if (fault.kind === 'hang') await new Promise(() => {})
      if (fault.kind === 'status') return new Response(null, { status: fault.status })
    }
    const allowed =
      request.headers.get('authorization') === `Bearer ${token}` &&
      this.#outpostOf(url) === this.#state.outpost.pk
    if (!allowed) journal.refusal('socket: token or outpost')
    if (!allowed || refusesSockets) return new Response('Access denied', { status: 403 })
    const data = {
      instance: url.searchParams.get('instance_uuid') ?? '',
      attempt: Number(url.searchParams.get('attempt')),
      connectedAt: clock.now(),
      greeted: false,
    }
    if (server.upgrade(request, { data })) return undefined
    journal.violation('socket: not a WebSocket handshake')
    return new Response(null, { status: 400 })
  }

  #complaints(request: Request, url: URL): string[] {
    const names = [...url.searchParams.keys()]
    const known = ['instance_uuid', 'attempt', ...this.#state.hostQuery]
    const complaints = names
      .filter((name, index) => !known.includes(name) || names.indexOf(name) !== index)
      .map((name) => `parameter "${name}" is not in the specification`)
    if (!uuidV4.test(url.searchParams.get('instance_uuid') ?? ''))
      complaints.push('instance_uuid is not a version 4 UUID')
    if (!/^\d+$/.test(url.searchParams.get('attempt') ?? ''))
      complaints.push('attempt is not a number')
    if (!request.headers.has('authorization')) complaints.push('no token')
    return complaints
  }

  /** Handlers for the server. */
  handler(): WebSocketHandler<SocketData> {
    return {
      // Silence is the test's to judge, not the server's.
      idleTimeout: 0,
      open: (socket) => {
        this.#open.add(socket)
        this.#state.journal.touch()
      },
      close: (socket) => {
        this.#open.delete(socket)
        this.#state.journal.touch()
      },
      message: (socket, message) => this.#receive(socket, message),
    }
  }

  #receive(socket: Socket, message: string | Buffer): void {
    const { journal } = this.#state
    const parsed = typeof message === 'string' ? parse(message) : null
    const args = isRecord(parsed) ? parsed['args'] : null
    if (!isRecord(parsed) || !isRecord(args)) {
      journal.violation('socket: message is not {"instruction", "args": {}} in a text frame')
      socket.close(1011)
      return
    }
    for (const name of Object.keys(parsed))
      if (name !== 'instruction' && name !== 'args') journal.violation(`socket: field "${name}"`)
    if (parsed['instruction'] === instructions.ack) return
    if (parsed['instruction'] === instructions.hello) this.#hello(socket, args)
    else journal.violation(`socket: instruction ${JSON.stringify(parsed['instruction'])}`)
    socket.send(JSON.stringify({ instruction: instructions.ack, args: {} }))
  }

  #hello(socket: Socket, args: Record<string, unknown>): void {
    const { journal } = this.#state
    for (const name of helloRequired)
      if (args[name] === undefined) journal.violation(`socket: HELLO without "${name}"`)
    for (const [name, type] of Object.entries(helloTypes))
      if (args[name] !== undefined && typeof args[name] !== type)
        journal.violation(`socket: HELLO field "${name}" is not a ${type}`)
    if (args['uuid'] !== socket.data.instance)
      journal.violation('socket: HELLO of another instance than the connection')
    socket.data.greeted = true
    journal.hello(socket.data.instance, args)
  }

  /** Connections that are open now. */
  list(): Readonly<SocketData>[] {
    return [...this.#open].map(({ data }) => ({ ...data }))
  }

  /** Sends to every open connection; text goes out as it is, anything else as JSON. */
  send(message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    for (const socket of this.#open) socket.send(text)
  }

  /** Sends an instruction to every open connection. */
  push(instruction: number, args: Readonly<Record<string, unknown>> = {}): void {
    this.send({ instruction, args })
  }

  /** Ends every connection: with a closing handshake, or by cutting it. */
  disconnect(how: 'close' | 'cut'): void {
    for (const socket of this.#open)
      if (how === 'cut') socket.terminate()
      else socket.close(1012, 'Service restart')
  }

  /** Instances whose last HELLO still counts. */
  health(): InstanceHealth[] {
    const { journal, clock, version, buildHash } = this.#state
    const latest = new Map(journal.hellos.map((hello) => [hello.instance, hello]))
    return [...latest.values()]
      .filter(({ at }) => clock.now() - at <= helloValidMs)
      .map(({ instance, at, args }) => {
        const reported = text(args['version'])
        const hash = text(args['buildHash'])
        return {
          uid: instance,
          last_seen: at,
          version: reported,
          version_should: version,
          version_outdated: reported !== '' && hash === buildHash && reported !== version,
          build_hash: hash,
          hostname: text(args['hostname']),
        }
      })
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message)
  } catch {
    return null
  }
}
