// The bytes of a probe's request: nothing that could be read in two ways, and no credentials of anybody.
import { type Result, err, ok } from '../../std/result.ts'
import { formBytesMax, requestBytesMax } from './limits.ts'
import type { ProbeRequest, RobotBody } from './prober.ts'

/** What the robot adds to a request: the one place for a cookie, a token and a body. */
export interface RobotParts {
  readonly cookies: string
  readonly authorization?: string
  readonly body: RobotBody | null
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const fieldValue = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$|^$/
const originForm = /^\/[\x21-\x7e]*$/
const hostText = /^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])$/

/** Whose credentials they would be, a probe must not know; how its body ends, it says itself. */
const refusedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The request as bytes; the error says in a sentence why there is none. */
export function requestText(
  request: ProbeRequest,
  userAgent: string,
  robot: RobotParts | null,
): Result<Buffer, string> {
  const { host, port, scheme, target } = request
  if (!hostText.test(host)) return err('The host of the probe is not a name or an address')
  if (!originForm.test(target)) return err('The path of the probe does not begin with "/" alone')
  const usual = scheme === 'https' ? 443 : 80
  const lines = new Map([
    ['host', `Host: ${port === usual ? host : `${host}:${port}`}`],
    ['user-agent', `User-Agent: ${userAgent}`],
    ['accept-encoding', 'Accept-Encoding: identity'],
  ])
  for (const [name, value] of Object.entries(request.headers)) {
    const fault = headerFault(name, value)
    if (fault !== null) return err(fault)
    lines.set(name.toLowerCase(), `${name}: ${value}`)
  }
  lines.set('connection', 'Connection: close')
  const added = robot === null ? ok('') : robotBody(robot, lines)
  if (!added.ok) return added
  const method = robot === null || robot.body === null ? request.method : 'POST'
  const head = `${method} ${target} HTTP/1.1\r\n${[...lines.values()].join('\r\n')}\r\n\r\n`
  if (head.length > requestBytesMax) return err(`The probe is longer than ${requestBytesMax} bytes`)
  return ok(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(added.value, 'utf8')]))
}

function headerFault(name: string, value: string): string | null {
  if (!token.test(name)) return 'A header of the probe has a name that is none'
  if (refusedHeaders.has(name.toLowerCase())) return `A probe carries no header "${name}"`
  return fieldValue.test(value) ? null : `Header "${name}" of the probe has a value that is none`
}

/** Adds the robot's lines and gives its body. */
function robotBody(
  { authorization = '', body, cookies }: RobotParts,
  lines: Map<string, string>,
): Result<string, string> {
  if (!fieldValue.test(cookies)) return err('The cookies of the robot are none')
  if (!fieldValue.test(authorization)) return err('The token of the program is none')
  if (cookies !== '') lines.set('cookie', `Cookie: ${cookies}`)
  if (authorization !== '') lines.set('authorization', `Authorization: ${authorization}`)
  if (body === null) return ok('')
  const length = Buffer.byteLength(body.text)
  if (length > formBytesMax)
    return err(`The form of the robot is longer than ${formBytesMax} bytes`)
  lines.set('content-type', `Content-Type: ${body.type}`)
  lines.set('content-length', `Content-Length: ${length}`)
  return ok(body.text)
}
