// Answers that do not end: read line by line, with a limit on every line, on silence and on the whole.
import { type Cancel, type Clock, realClock } from './clock.ts'

/** What to ask. */
export interface LineRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Certificates of authorities (PEM) in place of the machine's. */
  readonly ca?: string
  /** Time until the head of the answer is there. */
  readonly headTimeoutMs: number
  /** Time for all of it: a connection of which the other end is gone says nothing. */
  readonly totalTimeoutMs: number
  /** Longest line; a longer one ends the stream. */
  readonly lineBytesMax: number
}

/** Why a stream is over. `detail` is for the log. */
export interface LineEnd {
  /** `ended` by the other side, after an answer that was good. */
  readonly code: 'ended' | 'status' | 'timeout' | 'unreachable' | 'too-large'
  /** HTTP status of code `status`. */
  readonly status: number | null
  readonly detail: string
}

/** What becomes of a stream. `closed` comes exactly once, but for a stream that was cancelled. */
export interface LineEvents {
  /** The answer is 200 and lines may come. */
  opened(): void
  /** One line without its end; empty ones are left out. */
  line(text: string): void
  closed(end: LineEnd): void
}

/** Opens streams. */
export interface LineStreams {
  /** Nothing is told any more once the stream is cancelled. */
  open(request: LineRequest, events: LineEvents): Cancel
}

/** The real one, over the runtime's fetch; follows no redirect. */
export function realLineStreams(clock: Clock = realClock()): LineStreams {
  return {
    open: (request, events) => {
      const stream = new RealStream(request, events, clock)
      void stream.run()
      return () => stream.cancel()
    },
  }
}

class RealStream {
  readonly #request: LineRequest
  readonly #events: LineEvents
  readonly #abort = new AbortController()
  readonly #timers: Cancel[] = []
  #isDone = false
  #isTimeout = false

  constructor(request: LineRequest, events: LineEvents, clock: Clock) {
    this.#request = request
    this.#events = events
    for (const ms of [request.headTimeoutMs, request.totalTimeoutMs])
      this.#timers.push(
        clock.after(ms, () => {
          this.#isTimeout = true
          this.#abort.abort()
        }),
      )
  }

  async run(): Promise<void> {
    const { ca, headers, url } = this.#request
    try {
      const options = {
        headers,
        redirect: 'manual',
        signal: this.#abort.signal,
        // The runtime's own limit of silence would end what is quiet for good reason.
        timeout: false,
        ...(ca === undefined ? {} : { tls: { ca } }),
      } as const
      const answer = await fetch(url, options)
      this.#timers[0]?.()
      if (answer.status !== 200) {
        await answer.body?.cancel()
        const detail = `Answered ${answer.status}`
        this.#end({ code: 'status', status: answer.status, detail })
        return
      }
      if (this.#isDone) return
      this.#events.opened()
      await this.#read(answer)
    } catch (cause) {
      const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
      const code = this.#isTimeout ? 'timeout' : 'unreachable'
      this.#end({ code, status: null, detail })
    }
  }

  cancel(): void {
    this.#isDone = true
    this.#stop()
  }

  async #read(answer: Response): Promise<void> {
    const splitter = new LineSplitter(this.#request.lineBytesMax)
    for await (const chunk of answer.body ?? []) {
      const lines = splitter.take(chunk)
      if (lines === null) {
        const detail = `A line has more than ${this.#request.lineBytesMax} bytes`
        this.#end({ code: 'too-large', status: null, detail })
        return
      }
      for (const line of lines) if (!this.#isDone && line !== '') this.#events.line(line)
      if (this.#isDone) return
    }
    this.#end({ code: 'ended', status: null, detail: 'The other side ended it' })
  }

  #end(end: LineEnd): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#stop()
    this.#events.closed(end)
  }

  #stop(): void {
    for (const cancel of this.#timers) cancel()
    this.#abort.abort()
  }
}

/** Pieces of bytes to lines of text. A last line without its end is not a line: it broke off. */
export class LineSplitter {
  readonly #bytesMax: number
  readonly #decoder = new TextDecoder()
  #held: Uint8Array[] = []
  #heldBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The lines that `chunk` completes; null: one is too long, and nothing more must be asked. */
  take(chunk: Uint8Array): readonly string[] | null {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      if (!this.#hold(chunk.subarray(start, end))) return null
      lines.push(this.#flush())
      start = end + 1
    }
    return this.#hold(chunk.subarray(start)) ? lines : null
  }

  #hold(piece: Uint8Array): boolean {
    this.#heldBytes += piece.length
    if (this.#heldBytes > this.#bytesMax) return false
    if (piece.length > 0) this.#held.push(piece.slice())
    return true
  }

  #flush(): string {
    const line = new Uint8Array(this.#heldBytes)
    let offset = 0
    for (const piece of this.#held) {
      line.set(piece, offset)
      offset += piece.length
    }
    this.#held = []
    this.#heldBytes = 0
    return this.#decoder.decode(line)
  }
}
