// Bytes and their textual forms: base64url (RFC 4648 section 5, unpadded), UTF-8.

const encoder = new TextEncoder()
// Every character is kept, a byte order mark at the beginning too.
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes to unpadded base64url (RFC 4648 section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Unpadded base64url to bytes; null for any other text (padding, spaces, stray bits included). */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url', lastChunkHandling: 'loose' })
    return toBase64Url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}

/** Text to UTF-8 bytes. */
export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** UTF-8 bytes to text; null when the bytes are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return null
  }
}

/**
 * A copy of `text` with memory of its own. A substring keeps the text alive that it was cut from, so
 * what is kept for long is copied first.
 */
export function detached(text: string): string {
  return text === '' ? '' : Buffer.from(text).toString()
}
