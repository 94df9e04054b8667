// An HTTP client that sends exactly the bytes it is given: for requests that no decent client would make.
import { type Socket, connect } from 'node:net'

/** Longer than the longest that a proxy here waits for the gate (Traefik, 30 s). */
const answerTimeoutMs = 70_000

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number
  /** In order, names as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** The first value of a header, null when absent. */
  header(name: string): string | null
  /** All values of a header. */
  all(name: string): readonly string[]
}

/** What to send: the request line and headers as lines, without the final empty line. */
export interface RawRequestText {
  readonly port: number
  readonly lines: readonly string[]
  readonly body?: string
}

/** One request on a connection of its own. The answer to HEAD has no body. */
export async function rawRequest(request: RawRequestText): Promise<RawAnswer> {
  const connection = await openRaw(request.port)
  try {
    await connection.write(`${request.lines.join('\r\n')}\r\n\r\n${request.body ?? ''}`)
    return await connection.answer(request.lines[0]?.startsWith('HEAD ') === true)
  } finally {
    connection.close()
  }
}

/** A connection to write to and read from, step by step. */
export interface RawConnection {
  /** Latin-1 text or bytes, as they are. Resolves when the system has taken them. */
  write(data: string | Uint8Array): Promise<void>
  /** A whole answer: head, and body by length, chunks or the end of the connection. */
  answer(isHead?: boolean): Promise<RawAnswer>
  /** The head of an answer; what follows it stays to be read. */
  head(): Promise<RawAnswer>
  /** Everything up to and including `mark`, as Latin-1. */
  until(mark: string): Promise<string>
  /** At least one byte, all that is there. */
  some(): Promise<Buffer>
  /** True when the other end has closed and all is read. */
  ended(): Promise<boolean>
  close(): void
}

/** Connects to a port of loopback. */
export async function openRaw(port: number): Promise<RawConnection> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening = connect({ port, host: '127.0.0.1' }, () => resolve(opening))
    opening.once('error', reject)
  })
  return new Connection(socket)
}

class Connection implements RawConnection {
  readonly #socket: Socket
  #buffer: Buffer = Buffer.alloc(0)
  #ended = false
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (data: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, data])
      this.#wake()
    })
    const end = (): void => {
      this.#ended = true
      this.#wake()
    }
    socket.on('end', end)
    socket.on('close', end)
    socket.on('error', end)
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    await new Promise<void>((resolve) => {
      if (this.#ended) resolve()
      else this.#socket.write(bytes, () => resolve())
    })
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const length = this.#buffer.length
    let timer: Timer | undefined
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve
      timer = setTimeout(
        () => reject(new Error(`No answer in ${answerTimeoutMs} ms; had "${this.#seen()}"`)),
        answerTimeoutMs,
      )
    })
    clearTimeout(timer)
    return this.#buffer.length > length
  }

  #seen(): string {
    return this.#buffer.subarray(0, 200).toString('latin1')
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return taken
  }

  async #bytes(length: number): Promise<Buffer> {
    while (this.#buffer.length < length)
      if (!(await this.#more()) && this.#ended) return this.#take(this.#buffer.length)
    return this.#take(length)
  }

  async until(mark: string): Promise<string> {
    for (;;) {
      const at = this.#buffer.indexOf(mark, 0, 'latin1')
      if (at !== -1) return this.#take(at + mark.length).toString('latin1')
      if (!(await this.#more()) && this.#ended)
        throw new Error(`The connection ended before "${mark}"; had "${this.#seen()}"`)
    }
  }

  async some(): Promise<Buffer> {
    while (this.#buffer.length === 0) if (!(await this.#more()) && this.#ended) break
    return this.#take(this.#buffer.length)
  }

  async ended(): Promise<boolean> {
    while (await this.#more());
    return this.#ended && this.#buffer.length === 0
  }

  async head(): Promise<RawAnswer> {
    for (;;) {
      const answer = parseHead(await this.until('\r\n\r\n'))
      // Interim answers (RFC 9110 section 15.2) are not the answer, but 101 ends HTTP.
      if (answer.status >= 200 || answer.status === 101) return answer
    }
  }

  async answer(isHead = false): Promise<RawAnswer> {
    const head = await this.head()
    const bodiless = isHead || head.status === 204 || head.status === 304
    const body = bodiless ? '' : (await this.#body(head)).toString('utf8')
    return { ...head, body }
  }

  async #body(head: RawAnswer): Promise<Buffer> {
    if (head.header('transfer-encoding') === 'chunked') return this.#chunks()
    const length = head.header('content-length')
    if (length !== null) return this.#bytes(Number(length))
    while (!this.#ended) await this.#more()
    return this.#take(this.#buffer.length)
  }

  async #chunks(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (;;) {
      const size = Number.parseInt(await this.until('\r\n'), 16)
      if (size > 0) chunks.push(Buffer.from(await this.#bytes(size)))
      await this.until('\r\n')
      if (size === 0) return Buffer.concat(chunks)
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

function parseHead(text: string): RawAnswer {
  const [statusLine = '', ...lines] = text.trimEnd().split('\r\n')
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const all = (name: string): readonly string[] =>
    headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0),
    headers,
    body: '',
    all,
    header: (name) => all(name)[0] ?? null,
  }
}
