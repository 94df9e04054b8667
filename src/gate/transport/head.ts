// A small strict reader of HTTP/1.1 request heads (RFC 9112): it accepts the subset that proxies and
// browsers send and refuses everything else, so that nobody can read a request in two ways.
import type { Address } from '../../model/network.ts'
import { must } from '../../std/assert.ts'
import { type RawRequest, headerSlotCount, headerSlots } from '../request.ts'

/** Longest request head, in bytes. */
export const headBytesMax = 65_536
/** Most header lines in one head. */
export const headerLinesMax = 128
/** Longest body that is read into memory, in bytes. */
export const bodyBytesMax = 65_536
const methodBytesMax = 32

/** Why a head was refused; each is answered once and the connection is closed. */
export type HeadFault =
  | 'request-line'
  | 'version'
  | 'header-line'
  | 'too-many-headers'
  | 'host'
  | 'framing'
  | 'body-too-large'
  | 'expect'

const cr = 0x0d
const lf = 0x0a
const space = 0x20
const tab = 0x09
const colon = 0x3a
const zero = 0x30
const one = 0x31

/** RFC 9110 section 5.6.2 `tchar`, by byte. */
const isTokenByte = new Uint8Array(256)
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  isTokenByte[char.charCodeAt(0)] = 1
}

/** Field-value bytes (RFC 9110 section 5.5): visible, space, tab, obs-text; no other control byte. */
const isValueByte = new Uint8Array(256).fill(1, 0x20)
isValueByte[0x7f] = 0
isValueByte[tab] = 1

/** Request-target bytes that are passed on to the canonicaliser: no blanks, no control bytes. */
const isTargetByte = new Uint8Array(256).fill(1, 0x21)
isTargetByte[0x7f] = 0

/** Optional white space around a field value (RFC 9110 section 5.6.3). */
const isBlankByte = new Uint8Array(256)
isBlankByte[space] = 1
isBlankByte[tab] = 1

/** Node's Buffer has this method on every runtime of ours; its types leave it out. */
export type HeadBuffer = Buffer & { latin1Slice(start: number, end: number): string }

const placesCount = 256

/** A place for a name by its length and its ends, whatever their case. */
function placeOf(weight: number, ends: number, length: number): number {
  return ((ends >> 8) * weight + (ends & 0xff) * 11 + length * 29) & (placesCount - 1)
}

function endsOf(first: number, last: number): number {
  return ((first | 0x20) << 8) | last | 0x20
}

const knownNames = Object.entries(headerSlots).map(([name, slot]) => {
  const bytes = new TextEncoder().encode(name)
  return { bytes, slot, ends: endsOf(bytes[0] ?? 0, bytes.at(-1) ?? 0) }
})

/** Found at start, so that no two names share a place: one comparison then tells. */
const weight = must(
  Array.from({ length: placesCount }, (_, candidate) => candidate).find((candidate) => {
    const places = knownNames.map(({ bytes, ends }) => placeOf(candidate, ends, bytes.length))
    return new Set(places).size === knownNames.length
  }),
  'Known header names differ in length or ends',
)

const slotAt = new Int8Array(placesCount).fill(-1)
const nameAt: Uint8Array[] = Array.from({ length: placesCount }, () => new Uint8Array(0))
for (const { bytes, ends, slot } of knownNames) {
  const place = placeOf(weight, ends, bytes.length)
  slotAt[place] = slot
  nameAt[place] = bytes
}

/** Slot of the header whose name stands in `buffer[start, end)`; -1 for one that nobody reads. */
function slotOf(buffer: Uint8Array, start: number, end: number): number {
  const length = end - start
  const place = placeOf(weight, endsOf(buffer[start] ?? 0, buffer[end - 1] ?? 0), length)
  const slot = slotAt[place] ?? -1
  if (slot === -1) return -1
  const name = nameAt[place]
  if (name === undefined || name.length !== length) return -1
  return equalsIgnoringCase(buffer, start, name) ? slot : -1
}

/** Compares ASCII names; `name` is lower case. Only letters are folded: `_` and `-` stay apart. */
function equalsIgnoringCase(buffer: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) {
    let byte = buffer[start + i] ?? 0
    if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20
    if (byte !== name[i]) return false
  }
  return true
}

/**
 * One request head. An instance is reused for request after request. The head becomes one text and its
 * parts are substrings of that: one call into the runtime, not ten. Whoever keeps such a part for long
 * keeps the whole head alive, so it has to be copied (see `detached` in std/bytes.ts).
 */
export class RequestHead implements RawRequest {
  method = ''
  target = ''
  peer: Address = ''
  peerTrusted = false
  /** True when the request came over TLS that ends here. */
  secure = false
  /** Length of the body that follows, in bytes; 0 when it is chunked. */
  bodyBytes = 0
  /** True when the body comes in chunks (RFC 9112 section 7.1); only a {@link StreamTask} reads one. */
  chunked = false
  /** True when the client waits for 100 before it sends the body (RFC 9110 section 10.1.1). */
  expectsContinue = false
  /** False for HTTP/1.0. */
  isHttp11 = true
  /** False when the connection ends after this request. */
  keepAlive = true
  #text = ''
  /** Offset of the head in the buffer; all other offsets are in the text. */
  #base = 0
  #headersStart = 0
  readonly #starts = new Int32Array(headerSlotCount)
  readonly #ends = new Int32Array(headerSlotCount)
  readonly #counts = new Uint8Array(headerSlotCount)

  first(slot: number): string | null {
    if (this.#counts[slot] === 0) return null
    return this.#text.substring(this.#starts[slot] ?? 0, this.#ends[slot] ?? 0)
  }

  count(slot: number): number {
    return this.#counts[slot] ?? 0
  }

  /** Every header as sent, in order: for pages, not for the auth endpoints. */
  headers(): [string, string][] {
    return this.#text
      .slice(this.#headersStart)
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line) => {
        const at = line.indexOf(':')
        return [line.slice(0, at), line.slice(at + 1).trim()]
      })
  }

  /** A copy that outlives the buffer this head was read from. */
  detached(): RequestHead {
    const bytes = Buffer.from(this.#text, 'latin1')
    const copy = new RequestHead()
    copy.readAny(bytes as HeadBuffer, 0, bytes.length)
    copy.peer = this.peer
    copy.peerTrusted = this.peerTrusted
    copy.secure = this.secure
    return copy
  }

  /** Reads a head as {@link readAny} does, and refuses what {@link subsetFault} names. */
  read(buffer: HeadBuffer, start: number, end: number): HeadFault | null {
    return this.readAny(buffer, start, end) ?? this.subsetFault()
  }

  /** What only a {@link StreamTask} may be given: a body in chunks, a large one, or `Expect`. */
  subsetFault(): HeadFault | null {
    if (this.chunked) return 'framing'
    // Without a body there is nothing to go on with: a proxy that asks the gate leaves the header standing.
    if (this.expectsContinue && this.bodyBytes > 0) return 'expect'
    return this.bodyBytes > bodyBytesMax ? 'body-too-large' : null
  }

  /**
   * Reads the head in `buffer[start, end)`, where `end` is behind the empty line. Null when it is
   * well formed; then the fields of this object describe it.
   */
  readAny(buffer: HeadBuffer, start: number, end: number): HeadFault | null {
    this.#text = buffer.latin1Slice(start, end)
    this.#base = start
    this.#counts.fill(0)
    this.target = ''
    const headersStart = this.#readRequestLine(buffer, start, end)
    if (headersStart < 0) return headersStart === -2 ? 'version' : 'request-line'
    return this.#readHeaders(buffer, headersStart, end - 2) ?? this.#readFraming()
  }

  /** Gives the offset behind the request line; -1 malformed, -2 another version. */
  #readRequestLine(buffer: HeadBuffer, start: number, end: number): number {
    let at = start
    at = skip(isTokenByte, buffer, at)
    if (at === start || at - start > methodBytesMax || buffer[at] !== space) return -1
    this.method = this.#text.substring(0, at - start)
    const targetStart = at + 1
    at = skip(isTargetByte, buffer, targetStart)
    if (at === targetStart || buffer[at] !== space) return -1
    this.target = this.#text.substring(targetStart - start, at - start)
    return this.#readVersion(buffer, at + 1, end)
  }

  /** `HTTP/1.1` or `HTTP/1.0` and the end of the line. */
  #readVersion(buffer: HeadBuffer, at: number, end: number): number {
    if (at + 10 > end || buffer[at + 8] !== cr || buffer[at + 9] !== lf) return -1
    if (!this.#text.startsWith('HTTP/1.', at - this.#base)) return -2
    const minor = buffer[at + 7]
    if (minor !== zero && minor !== one) return -2
    this.isHttp11 = minor === one
    this.keepAlive = this.isHttp11
    return at + 10
  }

  #readHeaders(buffer: HeadBuffer, start: number, end: number): HeadFault | null {
    this.#headersStart = start - this.#base
    let at = start
    for (let lines = 0; at < end; lines++) {
      if (lines === headerLinesMax) return 'too-many-headers'
      const nameStart = at
      at = skip(isTokenByte, buffer, at)
      if (at === nameStart || buffer[at] !== colon) return 'header-line'
      const nameEnd = at
      const valueStart = skip(isBlankByte, buffer, at + 1)
      at = skip(isValueByte, buffer, valueStart)
      if (buffer[at] !== cr || buffer[at + 1] !== lf) return 'header-line'
      const slot = slotOf(buffer, nameStart, nameEnd)
      if (slot !== -1) this.#keep(slot, valueStart, trimEnd(buffer, valueStart, at))
      at += 2
    }
    return at === end ? null : 'header-line'
  }

  #keep(slot: number, start: number, end: number): void {
    const seen = this.#counts[slot] ?? 0
    if (seen === 0) {
      this.#starts[slot] = start - this.#base
      this.#ends[slot] = end - this.#base
    }
    if (seen < 255) this.#counts[slot] = seen + 1
  }

  /** Message framing (RFC 9112 section 6): Content-Length once, or `chunked` once, or nothing. */
  #readFraming(): HeadFault | null {
    const hosts = this.count(headerSlots.host)
    if (hosts > 1 || (hosts === 0 && this.keepAlive)) return 'host'
    const connection = this.first(headerSlots.connection)
    if (connection !== null) this.keepAlive = staysOpen(connection, this.keepAlive)
    this.bodyBytes = 0
    return this.#readCoding() ?? this.#readExpect() ?? this.#readContentLength()
  }

  /** `Transfer-Encoding: chunked` and nothing like it, only in HTTP/1.1, never beside a length. */
  #readCoding(): HeadFault | null {
    const codings = this.count(headerSlots['transfer-encoding'])
    this.chunked = codings > 0
    if (codings === 0) return null
    const isAlone = codings === 1 && this.count(headerSlots['content-length']) === 0
    const coding = this.first(headerSlots['transfer-encoding'])?.toLowerCase()
    return isAlone && this.isHttp11 && coding === 'chunked' ? null : 'framing'
  }

  #readExpect(): HeadFault | null {
    const expectations = this.count(headerSlots.expect)
    this.expectsContinue = expectations > 0
    if (expectations === 0) return null
    const isKnown = this.first(headerSlots.expect)?.toLowerCase() === '100-continue'
    return expectations === 1 && isKnown ? null : 'expect'
  }

  #readContentLength(): HeadFault | null {
    if (this.count(headerSlots['content-length']) === 0) return null
    const text = this.first(headerSlots['content-length']) ?? ''
    if (this.count(headerSlots['content-length']) > 1 || text === '' || text.length > 15)
      return 'framing'
    let length = 0
    for (let i = 0; i < text.length; i++) {
      const digit = text.charCodeAt(i) - 0x30
      if (digit < 0 || digit > 9) return 'framing'
      length = length * 10 + digit
    }
    this.bodyBytes = length
    return null
  }
}

/** First offset from `at` on whose byte is not of the class `is`. */
function skip(is: Uint8Array, buffer: HeadBuffer, at: number): number {
  let end = at
  while (is[buffer[end] ?? 0] === 1) end++
  return end
}

/** End of the value without the white space behind it. */
function trimEnd(buffer: HeadBuffer, start: number, end: number): number {
  let last = end
  while (last > start && isBlankByte[buffer[last - 1] ?? 0] === 1) last--
  return last
}

/** Persistence after RFC 9112 section 9.3: 1.1 stays unless `close`, 1.0 ends unless `keep-alive`. */
function staysOpen(connection: string, is11: boolean): boolean {
  const options = connection.toLowerCase()
  if (options.includes('close')) return false
  return is11 || options.includes('keep-alive')
}
