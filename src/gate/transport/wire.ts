// One connection while bodies flow over it: read when there is something, write when there is room.
import { assert } from '../../std/assert.ts'
import type { ByteSocket } from '../../world/byte-socket.ts'
import type { Clock } from '../../world/clock.ts'

/** Bytes that may wait to be read before the sender is stopped, and at which it may go on. */
const heldBytesHigh = 256 * 1024
const heldBytesLow = 64 * 1024

/** Why there is nothing to read: the other end was done, the connection broke, or nothing came. */
export type WireEnd = 'end' | 'broken' | 'timeout'

/**
 * Reads and writes with back-pressure; memory is bounded by {@link heldBytesHigh} and one chunk. Its
 * owner passes on what happens to the socket: {@link push}, {@link drained}, {@link closed}.
 */
export class Wire {
  readonly #socket: ByteSocket
  readonly #clock: Clock
  readonly #chunks: Buffer[] = []
  readonly #closeListeners = new Set<() => void>()
  #held = 0
  #paused = false
  #end: 'end' | 'broken' | null = null
  #wakeReader: (() => void) | null = null
  #wakeWriter: (() => void) | null = null

  constructor(socket: ByteSocket, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
  }

  /** Takes a copy: the runtime may use the chunk again. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(Buffer.from(chunk))
    this.#held += chunk.length
    if (this.#held > heldBytesHigh && !this.#paused) {
      this.#paused = true
      this.#socket.pause()
    }
    this.#wakeReader?.()
  }

  drained(): void {
    this.#wakeWriter?.()
  }

  closed(isClean: boolean): void {
    if (this.#end !== null) return
    this.#end = isClean ? 'end' : 'broken'
    this.#wakeReader?.()
    this.#wakeWriter?.()
    for (const listener of this.#closeListeners) listener()
  }

  get isOpen(): boolean {
    return this.#end === null
  }

  /** Calls `listener` when the connection closes, once; gives a way to take that back. */
  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener)
    return () => this.#closeListeners.delete(listener)
  }

  /** The next bytes, at least one; or why there are none within `timeoutMs`. One reader at a time. */
  async read(timeoutMs: number): Promise<Buffer | WireEnd> {
    assert(this.#wakeReader === null, 'A wire has one reader')
    if (this.#chunks.length === 0 && this.#end === null) {
      const woken = await this.#wait(timeoutMs, (wake) => {
        this.#wakeReader = wake
      })
      this.#wakeReader = null
      if (!woken) return 'timeout'
    }
    return this.#take() ?? this.#end ?? 'broken'
  }

  #take(): Buffer | null {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return null
    this.#held -= chunk.length
    if (this.#paused && this.#held <= heldBytesLow) {
      this.#paused = false
      this.#socket.resume()
    }
    return chunk
  }

  /** Puts back what was read too far. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#chunks.unshift(bytes)
    this.#held += bytes.length
  }

  /** Everything that was received and not read; the wire is not used afterwards. */
  leftover(): Buffer {
    const rest = Buffer.concat(this.#chunks)
    this.#chunks.length = 0
    this.#held = 0
    if (this.#paused && this.#end === null) this.#socket.resume()
    return rest
  }

  /**
   * Resolves when `bytes` are on their way: true. False when the connection is closed, or when for
   * `timeoutMs` not a byte was taken; then it is terminated. One writer at a time.
   */
  async write(bytes: Uint8Array, timeoutMs: number): Promise<boolean> {
    assert(this.#wakeWriter === null, 'A wire has one writer')
    let rest = bytes
    while (this.#end === null) {
      rest = rest.subarray(Math.max(0, this.#socket.write(rest)))
      if (rest.length === 0) return true
      const woken = await this.#wait(timeoutMs, (wake) => {
        this.#wakeWriter = wake
      })
      this.#wakeWriter = null
      if (!woken) this.terminate()
    }
    return false
  }

  #wait(timeoutMs: number, setWake: (wake: () => void) => void): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const cancel = this.#clock.after(timeoutMs, () => resolve(false))
    setWake(() => {
      cancel()
      resolve(true)
    })
    return promise
  }

  end(): void {
    if (this.#end === null) this.#socket.end()
  }

  terminate(): void {
    if (this.#end !== null) return
    this.#socket.terminate()
    this.closed(false)
  }
}
