// The head of an HTTP/1.1 answer, read strictly (RFC 9112), and how its body ends.

type Header = readonly [name: string, value: string]

/** A status line and headers as the service sent them. */
export interface ResponseHead {
  readonly status: number
  readonly reason: string
  readonly headers: readonly Header[]
}

/** How the body of a message is delimited (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

const headerLinesMax = 256
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Reads a head without its final empty line; null when it is malformed. */
export function parseResponseHead(text: string): ResponseHead | null {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(first)
  if (status === null || lines.length > headerLinesMax) return null
  const headers: Header[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    const value = line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')
    if (!token.test(name) || !fieldValue.test(value)) return null
    headers.push([name, value])
  }
  return { status: Number(status[1]), reason: status[2] ?? '', headers }
}

/** Framing of the answer to a request of `method`; null when it contradicts itself. */
export function responseFraming(head: ResponseHead, method: string): Framing | null {
  const codings = valuesOf(head, 'transfer-encoding')
  const lengths = valuesOf(head, 'content-length')
  const [length] = lengths
  // Never more than one of them: an answer that says two things about its end is none.
  if (codings.length + lengths.length > 1) return null
  if (codings.length === 1 && codings[0]?.toLowerCase() !== 'chunked') return null
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return null
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return { kind: 'none' }
  if (codings.length === 1) return { kind: 'chunked' }
  return length === undefined ? { kind: 'until-close' } : { kind: 'length', bytes: Number(length) }
}

/** Values of a header, lower-case name, in order. */
export function valuesOf({ headers }: ResponseHead, wanted: string): readonly string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
}
