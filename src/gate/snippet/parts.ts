// What the snippets share: addresses taken apart, aliases of header names, the headers that count.
import { must } from '../../std/assert.ts'
import type { SnippetInput, SnippetService } from './snippet.ts'

/** Stands where the configuration names no upstream; every snippet marks it with a comment. */
export const upstreamPlaceholder = 'http://127.0.0.1:3000'

/** Where certificate and key are expected; one place to change for the person who pastes. */
export const certificateDirectory = '/etc/ssl/gatehouse'

/** Certificates that Debian's ca-certificates keeps, for upstreams that speak TLS. */
export const systemCertificates = '/etc/ssl/certs/ca-certificates.crt'

/** How long a proxy waits for the gate before it refuses the request, in seconds. */
export const gateTimeoutSeconds = 5
/** How long a proxy waits for a connection to the gate, in seconds. */
export const gateConnectSeconds = 2

/**
 * Request headers that the gate reads beside those that a dialect sets. Only these travel to it, where
 * the proxy can choose: a client's other headers neither confuse nor burden the decision.
 */
export const askedHeaders = [
  'Accept',
  'Authorization',
  'Cookie',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'User-Agent',
  'X-Gatehouse-Probe',
  'X-Requested-With',
] as const

/**
 * What a client must not be able to tell a service: it says what was asked for. Some frameworks let
 * X-Original-URL and X-Rewrite-URL replace the path, so the service would act on one nobody judged.
 */
export const forwardedHeaders = [
  'X-Forwarded-Method',
  'X-Forwarded-Prefix',
  'X-Forwarded-Uri',
  'X-Original-Method',
  'X-Original-URL',
  'X-Rewrite-URL',
] as const

/** An origin in parts; `port` is the written one or the scheme's own. */
export interface OriginParts {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** True when the port is the scheme's own and is left out of a Host header. */
  readonly portIsDefault: boolean
}

/** Takes an origin apart that is known to be one (see {@link SnippetInput}). */
export function originParts(origin: string): OriginParts {
  const match = must(/^(https?):\/\/(.+?)(?::(\d+))?$/.exec(origin), 'An origin is well formed')
  const secure = match[1] === 'https'
  const own = secure ? 443 : 80
  const port = match[3] === undefined ? own : Number(match[3])
  return { secure, host: match[2] ?? '', port, portIsDefault: port === own }
}

/** `host` or `host:port`, as a Host header says it. */
export function authority(parts: OriginParts): string {
  return parts.portIsDefault ? parts.host : `${parts.host}:${parts.port}`
}

/** The names of the identity headers, in the order in which they are documented. */
export function identityNames(input: SnippetInput): readonly string[] {
  const { user, groups, email, name } = input.identityHeaders
  return [user, groups, email, name]
}

/**
 * Every other spelling of `name` that CGI, WSGI and their like turn into the same variable: `-` and `_`
 * both become `_` there, so `Remote_User` is read as `Remote-User` (CVE-2025-64484).
 */
export function underscoreAliases(name: string): readonly string[] {
  const aliases = name
    .split('-')
    .slice(1)
    .reduce<string[]>(
      (heads, part) => heads.flatMap((head) => [`${head}-${part}`, `${head}_${part}`]),
      [name.split('-')[0] ?? name],
    )
  return aliases.filter((alias) => alias !== name)
}

/** Every header that is never a client's to send, in every spelling. */
export function spellingsToDrop(input: SnippetInput): readonly string[] {
  return [...identityNames(input), ...forwardedHeaders].flatMap((name) => [
    name,
    ...underscoreAliases(name),
  ])
}

/** Where a service is reached; the placeholder when that is not declared. */
export function upstreamOf(service: SnippetService): OriginParts {
  return originParts(service.upstream ?? upstreamPlaceholder)
}

/** Why an upstream needs a person's eye; empty when it is declared. */
export function upstreamRemark(service: SnippetService): string {
  return service.upstream === null ? 'CHANGE: the address of the service' : ''
}

/** The name below the `*.` of a wildcard, null for a plain host. */
export function wildcardSuffix(host: string): string | null {
  return host.startsWith('*.') ? host.slice(2) : null
}

/**
 * A name for use in configuration: letters, digits, `-` and `_`. Different hosts get different names:
 * `a-b.c` gives `a--b-c`, `a.b.c` gives `a-b-c`, `*.b.c` gives `b-c_any`.
 */
export function slug(host: string): string {
  const suffix = wildcardSuffix(host)
  const name = (suffix ?? host)
    .replace(/[-_]/g, '$&$&')
    .replaceAll('.', '-')
    .replace(/[^a-z0-9_-]/g, '')
  return suffix === null ? name : `${name}_any`
}

/** Escapes what has a meaning in PCRE, RE2 and Lua-free text alike. */
export function regexEscape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

/** Services with plain hosts first: proxies that take the first match must see `*.` last. */
export function plainHostsFirst(services: readonly SnippetService[]): readonly SnippetService[] {
  const plain = services.filter(({ host }) => wildcardSuffix(host) === null)
  const wild = services.filter(({ host }) => wildcardSuffix(host) !== null)
  return [...plain, ...wild.toSorted((a, b) => b.host.length - a.host.length)]
}

/** Puts `spaces` before every line that is not empty. */
export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces))
}
