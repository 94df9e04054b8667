// One answer out of bytes as they arrive (RFC 9112): fed piece by piece, bounded in every part.
import { type Result, err, ok } from '../../std/result.ts'
import {
  type Framing,
  type ResponseHead,
  parseResponseHead,
  responseFraming,
  valuesOf,
} from '../../std/response-head.ts'
import { bodyBytesMax, chunkLineBytesMax, headBytesMax, interimAnswersMax } from './limits.ts'

/** An answer as far as it was read. The body is as sent: possibly compressed, possibly cut. */
export interface RawAnswer {
  readonly head: ResponseHead
  readonly body: Buffer
  /** True: the body went on behind the bound, or broke off. */
  readonly isCut: boolean
}

/** What is wrong with an answer. */
export interface AnswerFault {
  readonly class: 'TOO_LARGE' | 'MALFORMED'
  readonly detail: string
}

/** Null: more bytes are wanted. */
export type AnswerOutcome = Result<RawAnswer, AnswerFault> | null

const firstRoomBytes = 4096

/** Bytes that grow by doubling: one byte at a time costs no more than all at once. */
class Growing {
  #bytes = Buffer.allocUnsafe(firstRoomBytes)
  length = 0

  push(piece: Uint8Array): void {
    const needed = this.length + piece.length
    if (needed > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(wider, 0, 0, this.length)
      this.#bytes = wider
    }
    this.#bytes.set(piece, this.length)
    this.length = needed
  }

  /** What is there; valid until the next push. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }
}

/** Reads the answer to one request of `method`. What follows the answer is dropped. */
export class AnswerReader {
  readonly #method: string
  #held = new Growing()
  /** Bytes of `#held` that hold no end of a head. */
  #searched = 0
  #interim = 0
  #head: ResponseHead | null = null
  #framing: Framing = { kind: 'none' }
  readonly #body = new Growing()
  #chunks = new ChunkDecoder()
  #outcome: AnswerOutcome = null

  constructor(method: string) {
    this.#method = method
  }

  /** Takes the next bytes and says whether the answer is whole, or wrong. */
  take(piece: Uint8Array): AnswerOutcome {
    if (this.#outcome !== null) return this.#outcome
    this.#outcome = this.#head === null ? this.#takeHead(piece) : this.#takeBody(piece)
    return this.#outcome
  }

  /** The connection has ended; `isClean` when nothing was cut off. */
  end(isClean: boolean): Result<RawAnswer, AnswerFault> {
    if (this.#outcome !== null) return this.#outcome
    if (this.#head === null) {
      const came = this.#held.length === 0 ? 'before any answer' : 'in the head of the answer'
      return malformed(`The connection ended ${came}`)
    }
    if (this.#framing.kind !== 'until-close')
      return malformed(`The connection ended after ${this.#body.length} bytes of the body`)
    return this.#answer(!isClean)
  }

  /** Holds one piece more than the bound at most: pieces are what a socket gives at once. */
  #takeHead(piece: Uint8Array): AnswerOutcome {
    this.#held.push(piece)
    for (;;) {
      const held = this.#held.view()
      const end = held.indexOf('\r\n\r\n', Math.max(0, this.#searched - 3))
      this.#searched = held.length
      if (!mayBeHttp(held)) return malformed('What answers does not speak HTTP/1.1')
      if (end > headBytesMax || (end === -1 && held.length > headBytesMax)) return tooLarge
      if (end === -1) return null
      const head = parseResponseHead(held.toString('latin1', 0, end))
      if (head === null) return malformed('The head is no HTTP/1.1')
      const rest = Buffer.from(held.subarray(end + 4))
      if (head.status >= 200) return this.#start(head, rest)
      if (head.status === 101) return malformed('The protocol was switched without being asked to')
      if (++this.#interim > interimAnswersMax)
        return malformed(`More than ${interimAnswersMax} interim answers`)
      this.#held = new Growing()
      this.#held.push(rest)
      this.#searched = 0
    }
  }

  #start(head: ResponseHead, rest: Buffer): AnswerOutcome {
    const fault = contradiction(head)
    if (fault !== null) return malformed(fault)
    const framing = responseFraming(head, this.#method)
    if (framing === null) return malformed('The head says two things about the length of the body')
    this.#head = head
    this.#framing = framing
    this.#held = new Growing()
    if (framing.kind === 'none') return this.#answer(false)
    // A stream of events has no end and is not expected to: its head is the answer.
    if (isEventStream(head)) return this.#answer(true)
    if (framing.kind === 'length' && framing.bytes === 0) return this.#answer(false)
    return rest.length === 0 ? null : this.#takeBody(rest)
  }

  #takeBody(piece: Uint8Array): AnswerOutcome {
    const framing = this.#framing
    if (framing.kind === 'chunked') return this.#takeChunks(piece)
    const left = framing.kind === 'length' ? framing.bytes - this.#body.length : Infinity
    const isCut = this.#keep(piece.subarray(0, Math.min(piece.length, left)))
    if (isCut) return this.#answer(true)
    return piece.length >= left ? this.#answer(false) : null
  }

  #takeChunks(piece: Uint8Array): AnswerOutcome {
    let isCut = false
    const state = this.#chunks.take(piece, (data) => {
      isCut ||= this.#keep(data)
      return !isCut
    })
    if (isCut) return this.#answer(true)
    if (state === 'malformed') return malformed('The body is chunked in a wrong way')
    return state === 'done' ? this.#answer(false) : null
  }

  /** True when the bound is passed: the body is cut there. */
  #keep(data: Uint8Array): boolean {
    const room = bodyBytesMax - this.#body.length
    this.#body.push(data.length > room ? data.subarray(0, room) : data)
    return data.length > room
  }

  #answer(isCut: boolean): Result<RawAnswer, AnswerFault> {
    if (this.#head === null) return malformed('No head')
    return ok({ head: this.#head, body: this.#body.view(), isCut })
  }
}

const tooLarge = err({
  class: 'TOO_LARGE',
  detail: `The head is longer than ${headBytesMax} bytes`,
} as const)

function malformed(detail: string): { readonly ok: false; readonly error: AnswerFault } {
  return err({ class: 'MALFORMED', detail })
}

/** False as soon as it cannot become HTTP any more: what speaks something else may say nothing further. */
function mayBeHttp(held: Buffer): boolean {
  return 'HTTP/1.'.startsWith(held.toString('latin1', 0, Math.min(held.length, 7)))
}

function isEventStream(head: ResponseHead): boolean {
  return valuesOf(head, 'content-type').some((type) => /^text\/event-stream\b/i.test(type))
}

/** Headers that may stand once only, or whoever reads them picks the one that suits. */
function contradiction(head: ResponseHead): string | null {
  for (const name of ['location', 'content-encoding', 'content-type']) {
    if (new Set(valuesOf(head, name)).size > 1) return `Header "${name}" says two things`
  }
  return null
}

/** Chunks (RFC 9112 section 7.1) byte by byte; extensions and trailers are skipped. */
class ChunkDecoder {
  #line = ''
  #trailerBytes = 0
  #state: 'size' | 'data' | 'data-end' | 'trailers' = 'size'
  #left = 0

  /** `give` gets the data and says whether more of it is wanted. */
  take(piece: Uint8Array, give: (data: Uint8Array) => boolean): 'more' | 'done' | 'malformed' {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const data = bytes.subarray(at, at + this.#left)
        at += data.length
        this.#left -= data.length
        if (!give(data)) return 'done'
        if (this.#left === 0) this.#state = 'data-end'
        continue
      }
      const lf = bytes.indexOf(0x0a, at)
      this.#line += bytes.toString('latin1', at, lf === -1 ? bytes.length : lf)
      if (this.#line.length > chunkLineBytesMax) return 'malformed'
      if (lf === -1) return 'more'
      at = lf + 1
      const end = this.#takeLine()
      if (end !== 'more') return end
    }
    return 'more'
  }

  #takeLine(): 'more' | 'done' | 'malformed' {
    const text = this.#line.slice(0, -1)
    const isWhole = this.#line.endsWith('\r') && !text.includes('\r')
    this.#line = ''
    if (!isWhole) return 'malformed'
    if (this.#state === 'trailers') return this.#takeTrailer(text)
    if (this.#state === 'data-end') {
      this.#state = 'size'
      return text === '' ? 'more' : 'malformed'
    }
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(text)
    if (size === null) return 'malformed'
    this.#left = Number.parseInt(size[1] ?? '', 16)
    this.#state = this.#left === 0 ? 'trailers' : 'data'
    return 'more'
  }

  #takeTrailer(text: string): 'more' | 'done' | 'malformed' {
    if (text === '') return 'done'
    this.#trailerBytes += text.length
    return this.#trailerBytes > chunkLineBytesMax || !text.includes(':') ? 'malformed' : 'more'
  }
}
