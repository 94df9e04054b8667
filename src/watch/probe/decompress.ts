// Bodies as text, decompressed no further than a bound: a bomb costs what is kept of it.
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib'
import { textBytesMax } from './limits.ts'

/** What undoes one content coding (RFC 9110 section 8.4.1). */
type Undo = ReturnType<typeof createGunzip>

// Bodies are cut: what was decompressed until there counts, without the end of the format.
const cutZlib = { finishFlush: constants.Z_SYNC_FLUSH }
const cutBrotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH }

/** A map: what a target names must not be looked up among the properties of an object. */
const codings: ReadonlyMap<string, readonly (() => Undo)[]> = new Map([
  ['gzip', [() => createGunzip(cutZlib)]],
  ['x-gzip', [() => createGunzip(cutZlib)]],
  // By name the zlib format, by habit of some servers without its frame.
  ['deflate', [() => createInflate(cutZlib), () => createInflateRaw(cutZlib)]],
  ['br', [() => createBrotliDecompress(cutBrotli)]],
])

/**
 * The body as text: UTF-8, with replacement characters for what is not. Null when the bytes are not of the
 * coding that they are said to be; empty for a coding that nobody asked for and that is not known here.
 */
export async function bodyText(body: Buffer, coding: string | undefined): Promise<string | null> {
  const name = (coding ?? '').trim().toLowerCase()
  if (name === '' || name === 'identity' || body.length === 0) return body.toString('utf8')
  const [first, second] = codings.get(name) ?? []
  if (first === undefined) return ''
  const bytes = (await undone(first(), body)) ?? (second ? await undone(second(), body) : null)
  return bytes === null ? null : bytes.toString('utf8')
}

function undone(stream: Undo, body: Buffer): Promise<Buffer | null> {
  const { promise, resolve } = Promise.withResolvers<Buffer | null>()
  const pieces: Buffer[] = []
  let length = 0
  const finish = (bytes: Buffer | null): void => {
    stream.destroy()
    resolve(bytes)
  }
  stream.on('data', (piece: Buffer) => {
    const room = textBytesMax - length
    pieces.push(piece.subarray(0, room))
    length += Math.min(piece.length, room)
    if (length === textBytesMax) finish(Buffer.concat(pieces))
  })
  stream.on('end', () => finish(Buffer.concat(pieces)))
  stream.on('error', () => finish(null))
  stream.end(body)
  return promise
}
