// Forms of text that settings of several parts share: origins, URLs, hosts, networks, listeners, names.
import {
  type HostPattern,
  type Hostname,
  isAddressLiteral,
  parseHost,
  parseHostPattern,
} from './host.ts'
import { enclosingNetwork, parseCidr } from './network.ts'
import { type Result, err, ok } from '../std/result.ts'
import { type TextFault, parsed, text } from '../std/schema/schema.ts'
import type { ListenAddress } from './listen-address.ts'

/** An origin as written, taken apart. */
export interface Origin {
  /** Without a trailing slash: `https://auth.example.com`. */
  readonly origin: string
  readonly host: Hostname
  readonly secure: boolean
}

/** `http://` or `https://`, a host, perhaps a port, and nothing after it. */
export function originText() {
  return parsed({
    wanted: 'an origin such as "https://auth.example.com"',
    example: 'https://auth.example.com',
    pattern: '^https?://[^/?#@]+/?$',
    parse: readOrigin,
  })
}

function readOrigin(value: string): Result<Origin, TextFault> {
  const url = readHttpUrl(value)
  if (url === null) {
    const completed = /^[a-z0-9.-]+(:\d+)?$/i.test(value) ? `https://${value.toLowerCase()}` : null
    return err(completed === null ? {} : { suggestion: completed })
  }
  const host = parseHost(url.host)
  if (!host.ok) return err({ hint: 'The host name is not a valid one' })
  if (url.pathname !== '/' || value.includes('?') || value.includes('#'))
    return err({ hint: 'It has a path, query or fragment', suggestion: url.origin })
  const port = host.value.port === null ? '' : `:${host.value.port}`
  const origin = `${url.protocol}//${host.value.host}${port}`
  return ok({ origin, host: host.value.host, secure: url.protocol === 'https:' })
}

/** An absolute http or https URL without user name, password or fragment; kept as written. */
export function httpUrlText(example: string) {
  return parsed({
    wanted: `an absolute URL such as "${example}"`,
    example,
    pattern: '^https?://',
    parse: (value): Result<string, TextFault> => {
      const url = readHttpUrl(value)
      return url === null || value.includes('#') ? err({}) : ok(value)
    },
  })
}

function readHttpUrl(value: string): URL | null {
  // The URL parser forgives backslashes, white space and missing slashes; a setting must not need it.
  if (!/^https?:\/\/[^\s\\]+$/i.test(value)) return null
  const url = URL.parse(value)
  return url === null || url.username !== '' || url.password !== '' ? null : url
}

/** A host name, or `*.` and one. */
export function hostPatternText() {
  return parsed({
    wanted: 'a host name such as "grafana.example.com" or "*.example.com"',
    example: 'grafana.example.com',
    parse: (value): Result<Hostname | HostPattern, TextFault> => {
      const host = parseHostPattern(value)
      return host.ok ? host : err(hostFault(value))
    },
  })
}

/** A domain name without a wildcard. */
export function domainText(example: string) {
  return parsed({
    wanted: `a domain name such as "${example}"`,
    example,
    parse: (value): Result<Hostname, TextFault> => {
      const host = parseHost(value)
      if (host.ok && host.value.port === null && !isAddressLiteral(host.value.host))
        return ok(host.value.host)
      return err(hostFault(value))
    },
  })
}

function hostFault(value: string): TextFault {
  const name = value
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^[.@]+/, '')
    .replace(/[:/].*$/, '')
  if (/[^\u0020-\u007e]/.test(name)) return asciiFault(name)
  return name !== value && parseHostPattern(name).ok ? { suggestion: name.toLowerCase() } : {}
}

/** Names beyond ASCII are compared as A-labels (RFC 5890); says how the name is written so. */
function asciiFault(name: string): TextFault {
  const ascii = URL.parse(`https://${name.replace(/^\*\./, '')}`)?.hostname
  if (ascii === undefined) return {}
  const suggestion = name.startsWith('*.') ? `*.${ascii}` : ascii
  return { hint: 'Names beyond ASCII are written as A-labels', suggestion }
}

/** `10.0.0.0/8` or a single address; the canonical CIDR comes out. */
export function networkText() {
  return parsed({
    wanted: 'a network such as "10.0.0.0/8", "fd00::/8" or a single address',
    example: '10.0.0.0/8',
    parse: (value): Result<string, TextFault> => {
      const cidr = parseCidr(value)
      if (cidr.ok) return cidr
      const network = enclosingNetwork(value)
      if (network === null) return err({})
      return err({ hint: 'Bits after the prefix are set', suggestion: network })
    },
  })
}

/** Word that turns a listener off. */
export const listenerOff = 'off'

/** `:9000`, `127.0.0.1:9000`, `[::1]:9000`. */
export function listenText(example: string) {
  return parsed({
    wanted: `an address to listen on such as "${example}" or "[::1]:9000"`,
    example,
    parse: readListen,
  })
}

/** As {@link listenText}, or `off`, which is null. */
export function optionalListenText(example: string) {
  return parsed({
    wanted: `an address to listen on such as "${example}", or "${listenerOff}"`,
    example,
    parse: (value): Result<ListenAddress | null, TextFault> =>
      value === listenerOff ? ok(null) : readListen(value),
  })
}

function readListen(value: string): Result<ListenAddress, TextFault> {
  if (/^\d{1,5}$/.test(value)) return err({ suggestion: `:${value}` })
  const match = /^(.*):(\d{1,5})$/.exec(value)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) return err({})
  const name = match[1] ?? ''
  if (name === '' || name === '*') return ok({ hostname: '0.0.0.0', port })
  const host = parseHost(name)
  if (!host.ok || host.value.port !== null) return err({})
  return ok({ hostname: host.value.host.replace(/^\[|\]$/g, ''), port })
}

/** A short name for URLs, policy and logs: `[a-z0-9-]{1,32}`. */
export function idText(wanted: string, example: string) {
  return parsed({
    wanted,
    example,
    lengthMax: 32,
    pattern: '^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$',
    parse: (value): Result<string, TextFault> => {
      if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(value)) return ok(value)
      const slug = value
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
      return err({
        hint: 'Lower-case letters, digits and hyphens',
        ...(slug === '' ? {} : { suggestion: slug }),
      })
    },
  })
}

/** A path of the file system; relative ones start from the directory of the configuration file. */
export function pathText(example: string) {
  return text(`a path such as "${example}"`, example)
}
