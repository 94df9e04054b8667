// The service behind a proxy: remembers exactly what reached it, echoes, streams, counts and hashes.
import { createHash } from 'node:crypto'
import { type Server, type Socket, createServer } from 'node:net'
import { acceptKey, frameText, textFrame } from './websocket.ts'

/** A request as it reached the service: nothing decoded, nothing joined. */
export interface SeenRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Every value of a header, compared without regard to case; `-` and `_` are different. */
  all(name: string): readonly string[]
}

/** What `POST /upload` says: how much came, and its SHA-256 in hex. */
export interface UploadReport {
  readonly bytes: number
  readonly sha256: string
}

/**
 * A running backend. `/ws…` echoes frames, `/events…` streams, `/upload…` counts, `/status/403…` answers
 * with that status; everything else, too, echoes the request as JSON.
 */
export interface Backend {
  readonly name: string
  readonly port: number
  readonly seen: readonly SeenRequest[]
  /** Body bytes of uploads that have arrived so far. */
  uploadedBytes(): number
  /** Forgets what it saw. */
  forget(): void
  /** Sends one event to every open stream and gives how many there are. */
  emit(data: string): number
  stop(): Promise<void>
}

const headBytesMax = 64 * 1024

/** Starts one on a free port of loopback. A socket server, since HTTP libraries tidy what they are sent. */
export async function startBackend(): Promise<Backend> {
  const state: State = { seen: [], streams: new Set(), sockets: new Set(), uploadedBytes: 0 }
  const server = createServer((socket) => {
    state.sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      state.sockets.delete(socket)
      state.streams.delete(socket)
    })
    serve(socket, state)
  })
  const port = await listen(server)
  return {
    name: 'backend',
    port,
    seen: state.seen,
    uploadedBytes: () => state.uploadedBytes,
    forget: () => {
      state.seen.length = 0
      state.uploadedBytes = 0
    },
    emit: (data) => {
      const event = `data: ${data}\n\n`
      for (const socket of state.streams)
        socket.write(`${event.length.toString(16)}\r\n${event}\r\n`)
      return state.streams.size
    },
    stop: async () => {
      for (const socket of state.sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

interface State {
  readonly seen: SeenRequest[]
  readonly streams: Set<Socket>
  readonly sockets: Set<Socket>
  uploadedBytes: number
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What is being read from one connection: a head, a body of some framing, or an upgraded stream. */
type Phase =
  | { kind: 'head' }
  | { kind: 'length'; left: number; upload: Upload }
  | { kind: 'chunks'; left: number; upload: Upload }
  | { kind: 'frames' }
  | { kind: 'silent' }

interface Upload {
  readonly request: SeenRequest
  readonly hash: ReturnType<typeof createHash>
  bytes: number
}

function serve(socket: Socket, state: State): void {
  let buffer: Buffer = Buffer.alloc(0)
  let phase: Phase = { kind: 'head' }
  socket.on('data', (data: Buffer) => {
    buffer = buffer.length === 0 ? data : Buffer.concat([buffer, data])
    for (;;) {
      const step = advance(buffer, phase, { socket, state })
      if (step === null) break
      buffer = buffer.subarray(step.used)
      phase = step.next
    }
    if (buffer.length > headBytesMax && phase.kind === 'head') socket.destroy()
  })
}

interface Step {
  readonly used: number
  readonly next: Phase
}

interface Place {
  readonly socket: Socket
  readonly state: State
}

/** Takes one step, or null when more bytes are needed. */
function advance(buffer: Buffer, phase: Phase, place: Place): Step | null {
  switch (phase.kind) {
    case 'head': {
      const end = buffer.indexOf('\r\n\r\n')
      if (end === -1) return null
      return { used: end + 4, next: begin(parseRequest(buffer.subarray(0, end)), place) }
    }
    case 'length': {
      if (phase.left === 0) return { used: 0, next: finish(phase.upload, place) }
      if (buffer.length === 0) return null
      const part = buffer.subarray(0, phase.left)
      take(phase.upload, part, place.state)
      return { used: part.length, next: { ...phase, left: phase.left - part.length } }
    }
    case 'chunks':
      return advanceChunks(buffer, phase, place)
    case 'frames': {
      const length = 6 + ((buffer[1] ?? 0) & 0x7f)
      if (buffer.length < length) return null
      place.socket.write(textFrame(`echo ${frameText(buffer.subarray(0, length))}`, 'server'))
      return { used: length, next: phase }
    }
    case 'silent':
      return buffer.length === 0 ? null : { used: buffer.length, next: phase }
    default:
      return null
  }
}

function advanceChunks(
  buffer: Buffer,
  phase: Phase & { kind: 'chunks' },
  place: Place,
): Step | null {
  if (phase.left > 0) {
    if (buffer.length === 0) return null
    const part = buffer.subarray(0, phase.left)
    // The last two bytes of `left` are the line end after the chunk.
    const bodyLength = Math.max(0, Math.min(part.length, phase.left - 2))
    take(phase.upload, part.subarray(0, bodyLength), place.state)
    return { used: part.length, next: { ...phase, left: phase.left - part.length } }
  }
  const end = buffer.indexOf('\r\n')
  if (end === -1) return null
  const size = Number.parseInt(buffer.subarray(0, end).toString('latin1'), 16)
  if (size > 0) return { used: end + 2, next: { ...phase, left: size + 2 } }
  if (buffer.length < end + 4) return null
  return { used: end + 4, next: finish(phase.upload, place) }
}

function take(upload: Upload, part: Buffer, state: State): void {
  upload.hash.update(part)
  upload.bytes += part.length
  state.uploadedBytes += part.length
}

function parseRequest(head: Buffer): SeenRequest {
  const [line = '', ...rest] = head.toString('latin1').split('\r\n')
  const [method = '', target = ''] = line.split(' ')
  const headers = rest.map((text): readonly [string, string] => {
    const colon = text.indexOf(':')
    return [text.slice(0, colon), text.slice(colon + 1).trim()]
  })
  const all = (name: string): readonly string[] =>
    headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return { method, target, headers, all }
}

/** Answers a head, or says how its body is framed. */
function begin(request: SeenRequest, place: Place): Phase {
  const { socket, state } = place
  state.seen.push(request)
  if (request.target.startsWith('/ws') && request.all('upgrade').length > 0) {
    const accept = acceptKey(request.all('sec-websocket-key')[0] ?? '')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    return { kind: 'frames' }
  }
  if (request.target.startsWith('/events')) {
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    state.streams.add(socket)
    return { kind: 'silent' }
  }
  const upload: Upload = { request, hash: createHash('sha256'), bytes: 0 }
  if (request.all('expect').length > 0) socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  if (request.all('transfer-encoding').length > 0) return { kind: 'chunks', left: 0, upload }
  return { kind: 'length', left: Number(request.all('content-length')[0] ?? 0), upload }
}

function finish(upload: Upload, { socket }: Place): Phase {
  const { request } = upload
  const report: UploadReport = { bytes: upload.bytes, sha256: upload.hash.digest('hex') }
  const body = request.target.startsWith('/upload')
    ? JSON.stringify(report)
    : JSON.stringify({ method: request.method, target: request.target, headers: request.headers })
  const status = /^\/status\/(\d{3})/.exec(request.target)?.[1] ?? '200'
  const head = `HTTP/1.1 ${status} Answer\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  socket.write(request.method === 'HEAD' ? head : head + body)
  return { kind: 'head' }
}
