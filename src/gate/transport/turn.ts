// One turn of the event loop: first everything is received, then everything answered, then everything
// sent. The code of each phase stays in the processor's caches for many requests instead of one.

/** Bytes that may wait for the end of a turn; beyond it the turn ends at once. */
export const turnBytesMax = 1024 * 1024

/** What a turn does with the connections of its listener. */
export interface TurnSteps<Socket> {
  /** Works on a chunk; answers go to {@link Turn.answer}. */
  work(socket: Socket, chunk: Buffer): void
  send(socket: Socket, answer: Buffer): void
  /** A defect of ours while a chunk was worked on: this connection ends, the others go on. */
  failed(socket: Socket): void
}

/** Collects chunks and answers. A socket has at most one answer waiting: see {@link flush}. */
export class Turn<Socket> {
  readonly #steps: TurnSteps<Socket>
  #arrived: { readonly socket: Socket; readonly chunk: Buffer }[] = []
  #arrivedBytes = 0
  readonly #answers = new Map<Socket, Buffer>()
  #isWorking = false

  constructor(steps: TurnSteps<Socket>) {
    this.#steps = steps
  }

  /** Keeps a chunk until all connections that have something to say have been heard. */
  add(socket: Socket, chunk: Buffer): void {
    this.#arrived.push({ socket, chunk })
    this.#arrivedBytes += chunk.length
    if (this.#arrivedBytes > turnBytesMax) this.finish()
    else if (this.#arrived.length === 1) setImmediate(() => this.finish())
  }

  /** Works on what has arrived, in order, and sends the answers. */
  finish(): void {
    const arrived = this.#arrived
    if (arrived.length === 0) return
    this.#arrived = []
    this.#arrivedBytes = 0
    this.#isWorking = true
    for (const { chunk, socket } of arrived) {
      try {
        this.#steps.work(socket, chunk)
      } catch {
        this.#answers.delete(socket)
        this.#steps.failed(socket)
      }
    }
    this.#isWorking = false
    for (const [socket, answer] of this.#answers) this.#steps.send(socket, answer)
    this.#answers.clear()
  }

  /** Sends an answer at the end of the turn; at once when it was waited for and comes outside of one. */
  answer(socket: Socket, answer: Buffer): void {
    if (!this.#isWorking) return this.#steps.send(socket, answer)
    this.flush(socket)
    this.#answers.set(socket, answer)
  }

  /** Sends what waits for `socket`: before its next request is looked at, since it may not be taken. */
  flush(socket: Socket): void {
    const answer = this.#answers.get(socket)
    if (answer === undefined) return
    this.#answers.delete(socket)
    this.#steps.send(socket, answer)
  }
}
