// Just enough of the WebSocket protocol (RFC 6455) to send one short text and see it come back.
import { createHash } from 'node:crypto'

const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** A masking key; any will do for a test. */
const mask = Buffer.from([7, 31, 127, 63])

/** Value of Sec-WebSocket-Accept for a Sec-WebSocket-Key. */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}${handshakeGuid}`).digest('base64')
}

/** One text frame of at most 125 bytes; a client's is masked. */
export function textFrame(text: string, from: 'client' | 'server'): Buffer {
  const payload = Buffer.from(text)
  if (from === 'server') return Buffer.concat([Buffer.from([0x81, payload.length]), payload])
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked])
}

/** Text of one whole short frame, masked or not. */
export function frameText(frame: Buffer): string {
  const length = (frame[1] ?? 0) & 0x7f
  const isMasked = ((frame[1] ?? 0) & 0x80) !== 0
  const key = frame.subarray(2, 6)
  const payload = frame.subarray(isMasked ? 6 : 2, (isMasked ? 6 : 2) + length)
  return Buffer.from(
    isMasked ? payload.map((byte, i) => byte ^ (key[i % 4] ?? 0)) : payload,
  ).toString()
}
