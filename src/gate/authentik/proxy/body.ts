// Bodies read piece by piece as they are framed (RFC 9112 sections 6.3 and 7.1), and chunks written.
import type { Wire, WireEnd } from '../../transport/wire.ts'
import type { Framing } from '../../../std/response-head.ts'

/** Longest line between chunks, and all trailer fields together, in bytes. */
const chunkLineBytesMax = 4096
const trailerBytesMax = 16_384
const sizeDigitsMax = 12

/** Why a body is not whole. */
export type BodyFault = 'malformed' | 'cut' | 'timeout'

/** What the reader gives: a piece of at least one byte, the end of the body, or why there is none. */
export type BodyPiece = Buffer | 'done' | BodyFault

/** Reads one body off a wire and nothing behind it. */
export interface BodyReader {
  next(): Promise<BodyPiece>
}

/** How a body is read. */
export interface BodyOptions {
  /** Between two pieces. */
  readonly timeoutMs: number
  /**
   * Chunk extensions of clients are refused: nobody sends them but to be understood in two ways. Those
   * of a service are skipped (RFC 9112 section 7.1.1).
   */
  readonly extensions: 'refuse' | 'skip'
}

/** A reader for a body of that framing. */
export function readBody(wire: Wire, framing: Framing, options: BodyOptions): BodyReader {
  switch (framing.kind) {
    case 'length':
      return lengthReader(wire, framing.bytes, options)
    case 'chunked':
      return new ChunkReader(wire, options)
    case 'until-close':
      return {
        next: async () => {
          const piece = await wire.read(options.timeoutMs)
          return piece === 'end' ? 'done' : faultOr(piece)
        },
      }
    default:
      return { next: async () => 'done' }
  }
}

/** One chunk on the wire. Empty pieces have none: it would end the body. */
export function encodeChunk(piece: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, crlf])
}

/** The chunk that ends a body, without trailers. */
export const lastChunk = Buffer.from('0\r\n\r\n')

const crlf = Buffer.from('\r\n')

function faultOr(piece: Buffer | WireEnd): Buffer | BodyFault {
  if (piece === 'timeout') return 'timeout'
  return piece === 'end' || piece === 'broken' ? 'cut' : piece
}

function lengthReader(wire: Wire, length: number, { timeoutMs }: BodyOptions): BodyReader {
  let left = length
  return {
    next: async () => {
      if (left === 0) return 'done'
      const piece = faultOr(await wire.read(timeoutMs))
      if (typeof piece === 'string') return piece
      const part = piece.subarray(0, left)
      wire.unread(piece.subarray(part.length))
      left -= part.length
      return part
    },
  }
}

class ChunkReader implements BodyReader {
  readonly #wire: Wire
  readonly #options: BodyOptions
  /**
   * Bytes of the chunk at hand that have not come yet, 0 when only its line end has not; null between
   * chunks, -1 behind the last.
   */
  #left: number | null = null

  constructor(wire: Wire, options: BodyOptions) {
    this.#wire = wire
    this.#options = options
  }

  async next(): Promise<BodyPiece> {
    if (this.#left === -1) return 'done'
    if (this.#left === 0) {
      const end = await this.#line(0)
      if (typeof end === 'string') return end
      if (end.text !== '') return 'malformed'
      this.#left = null
    }
    if (this.#left === null) {
      const size = await this.#size()
      if (typeof size === 'string') return size
      if (size === 0) return this.#trailers()
      this.#left = size
    }
    const piece = faultOr(await this.#wire.read(this.#options.timeoutMs))
    if (typeof piece === 'string') return piece
    const part = piece.subarray(0, this.#left)
    this.#wire.unread(piece.subarray(part.length))
    this.#left -= part.length
    return part
  }

  async #size(): Promise<number | BodyFault> {
    const line = await this.#line(chunkLineBytesMax)
    if (typeof line === 'string') return line
    const [digits = '', extension] = splitOnce(line.text, ';')
    if (extension !== null && this.#options.extensions === 'refuse') return 'malformed'
    const text = extension === null ? digits : digits.trimEnd()
    if (text.length > sizeDigitsMax || !/^[0-9A-Fa-f]+$/.test(text)) return 'malformed'
    return Number.parseInt(text, 16)
  }

  /** Trailer fields are read and dropped: nothing that comes so late may count as a header. */
  async #trailers(): Promise<'done' | BodyFault> {
    let bytes = 0
    for (;;) {
      const line = await this.#line(chunkLineBytesMax)
      if (typeof line === 'string') return line
      if (line.text === '') break
      bytes += line.text.length
      if (bytes > trailerBytesMax || !trailerField.test(line.text)) return 'malformed'
    }
    this.#left = -1
    return 'done'
  }

  /** A line without its CRLF; a bare CR or LF, or a longer line, is malformed. */
  async #line(bytesMax: number): Promise<{ readonly text: string } | BodyFault> {
    let text = ''
    for (;;) {
      const piece = faultOr(await this.#wire.read(this.#options.timeoutMs))
      if (typeof piece === 'string') return piece
      const lf = piece.indexOf(0x0a)
      text += piece.toString('latin1', 0, lf === -1 ? piece.length : lf + 1)
      if (text.length > bytesMax + 2) return 'malformed'
      if (lf === -1) continue
      this.#wire.unread(piece.subarray(lf + 1))
      const line = text.slice(0, -2)
      return text.endsWith('\r\n') && !line.includes('\r') ? { text: line } : 'malformed'
    }
  }
}

const trailerField = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/

function splitOnce(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}
