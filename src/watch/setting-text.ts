// Forms of text that only the section `watch` has: addresses with ports, request paths, times, elements.
import { type ElementId, layers } from '../model/layer.ts'
import { parseHost } from '../model/host.ts'
import { parseAddress } from '../model/network.ts'
import { type Result, err, ok } from '../std/result.ts'
import { type TextFault, parsed } from '../std/schema/schema.ts'
import { suggest } from '../std/suggest.ts'
import type { ReplicaAddress } from './config.ts'

/** `10.0.20.5:443` or `[fd00::5]:443`: an address, not a name, since it is pinned. */
export function addressPortText(example: string) {
  return parsed({
    wanted: `an address and a port such as "${example}"`,
    example,
    parse: (value): Result<ReplicaAddress, TextFault> => {
      const read = readAddressPort(value)
      if (read !== null && read.address !== null && read.port >= 1 && read.port <= 65_535)
        return ok({ address: read.address, port: read.port })
      if (parseAddress(value) !== null)
        return err({ suggestion: value.includes(':') ? `[${value}]:443` : `${value}:443` })
      return err(read === null ? {} : { hint: 'A name could lead elsewhere tomorrow' })
    },
  })
}

function readAddressPort(text: string): { address: string | null; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  return match === null
    ? null
    : { address: parseAddress(match[1] ?? match[2] ?? ''), port: Number(match[3]) }
}

/** `9.9.9.9`, perhaps with a port: a name server. */
export function resolverText() {
  return parsed({
    wanted: 'the address of a name server such as "9.9.9.9"',
    example: '9.9.9.9',
    parse: (value): Result<string, TextFault> => {
      const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(value)
      const text = match?.[1] ?? match?.[2] ?? value
      const port = match?.[3]
      if (parseAddress(text) === null || Number(port ?? 53) > 65_535) return err({})
      return ok(value)
    },
  })
}

/** Path and query as they are sent, printable ASCII. */
export function requestPathText(example: string) {
  return parsed({
    wanted: `a path such as "${example}"`,
    example,
    pattern: '^/',
    parse: (value): Result<string, TextFault> => {
      if (/^\/[\u0021-\u0022\u0024-\u007e]*$/.test(value) && !value.startsWith('//'))
        return ok(value)
      return err(/^[\w-]/.test(value) ? { suggestion: `/${value}` } : {})
    },
  })
}

/** `https://id.example.com`, one address there, or a path on the host that was asked for. */
export function signInPlaceText() {
  return parsed({
    wanted: 'an origin, an address or a path such as "https://id.example.com"',
    example: 'https://id.example.com',
    parse: (value): Result<string, TextFault> => {
      if (/^\/(?!\/)[^\s?#\\]*$/.test(value)) return ok(value)
      const url = /^https?:\/\/[^\s\\]+$/i.test(value) ? URL.parse(value) : null
      if (url === null || url.username !== '' || url.password !== '') return err({})
      if (url.search !== '' || url.hash !== '')
        return err({ hint: 'It has a query or fragment', suggestion: url.origin + url.pathname })
      return ok(url.pathname === '/' ? url.origin : value)
    },
  })
}

/** Headers that a probe sets itself, or that would make it somebody. */
const forbiddenHeaders =
  /^(host|cookie|authorization|proxy-.*|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|x-gatehouse-.*|x-forwarded-.*|x-original-.*)$/

/** `Name: value` as a pair. */
export function headerText() {
  return parsed({
    wanted: 'a header such as "User-Agent: t3-native"',
    example: 'User-Agent: t3-native',
    parse: (value): Result<readonly [name: string, value: string], TextFault> => {
      const match = /^([A-Za-z][A-Za-z0-9-]*):\s*([\u0020-\u007e]+)$/.exec(value)
      const [, name = '', content = ''] = match ?? []
      if (match === null) return err({})
      if (forbiddenHeaders.test(name.toLowerCase()))
        return err({ hint: 'A probe carries no credentials and says itself what it asks for' })
      return ok([name, content.trim()])
    },
  })
}

/** A date with time and offset (RFC 3339), in epoch ms. */
export function timeText() {
  return parsed({
    wanted: 'a time such as "2026-04-17T10:30:00Z"',
    example: '2026-04-17T10:30:00Z',
    lengthMax: 40,
    parse: (value): Result<number, TextFault> => {
      const form = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i
      const at = Date.parse(value.replace(' ', 'T'))
      return form.test(value) && !Number.isNaN(at) ? ok(at) : err({})
    },
  })
}

/** A layer, or one replica or service of it: `ingress`, `ingress/10.0.20.5`. */
export function elementText() {
  return parsed({
    wanted: 'a layer such as "edge", or a part of one such as "upstream/grafana.example.com"',
    example: 'edge',
    parse: (value): Result<ElementId, TextFault> => {
      const [name = '', ...rest] = value.split('/')
      const layer = layers.find((known) => known === name)
      if (layer === undefined) {
        const meant = suggest(name, layers)
        return err(meant === null ? {} : { suggestion: [meant, ...rest].join('/') })
      }
      if (rest.length === 0) return ok(layer)
      const part = rest.join('/')
      return part === '' ? err({ suggestion: layer }) : ok<ElementId>(`${layer}/${part}`)
    },
  })
}

/** A name of files, `*` for any text within it; never a path. */
export function entryNameText(example: string) {
  return parsed({
    wanted: `a file name such as "${example}"`,
    example,
    lengthMax: 255,
    parse: (value): Result<string, TextFault> =>
      value.includes('/') ? err({ hint: 'The directory is "path"' }) : ok(value),
  })
}

/** An address that may itself be the secret: never shown. http, https, or smtp and smtps for e-mail. */
export function secretUrl(example: string) {
  return parsed({
    wanted: `an absolute URL such as "${example}"`,
    example,
    parse: (value): Result<string, TextFault> => (isChannelUrl(value) ? ok(value) : err({})),
  }).meta({ writeOnly: true })
}

/** Whether a text is an address that a channel can have. */
export function isChannelUrl(value: string): boolean {
  const url = /^(?:https?|smtps?):\/\/[^\s\\/][^\s\\]*$/i.test(value) ? URL.parse(value) : null
  return url !== null && url.username === '' && url.password === '' && parseHost(url.host).ok
}
