// A page's Response as bytes on the wire (RFC 9112): one answer, whole, with its length.
import { type HttpDate } from '../answer.ts'

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Bytes of `response`; without its body when the request was a HEAD. */
export async function writeResponse(
  response: Response,
  isHead: boolean,
  date: HttpDate,
): Promise<Buffer> {
  const body = Buffer.from(await response.arrayBuffer())
  const lines = [
    `HTTP/1.1 ${response.status} ${phrases[response.status] ?? 'Status'}`,
    `Date: ${date.text}`,
  ]
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && name !== 'content-length') lines.push(`${name}: ${value}`)
  }
  for (const cookie of response.headers.getSetCookie()) lines.push(`set-cookie: ${cookie}`)
  if (response.status !== 204 && response.status !== 304)
    lines.push(`content-length: ${body.length}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return isHead ? head : Buffer.concat([head, body])
}
