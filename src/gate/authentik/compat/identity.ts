// Identity headers of an outpost: always all of them, empty where there is nobody, so that no proxy
// keeps what a client sent under their names.
import type { OutpostIdentity, OutpostProvider } from '../outpost.ts'
import { type OutpostClaims, type ProxyClaims, isRecord } from './claims.ts'

/** A header and its value, Unicode text, to be written as UTF-8. */
export type HeaderField = readonly [name: string, value: string]

/** The standard headers, in the order of authentik's documentation. */
export const identityHeaderNames = [
  'X-authentik-username',
  'X-authentik-groups',
  'X-authentik-entitlements',
  'X-authentik-email',
  'X-authentik-name',
  'X-authentik-uid',
  'X-authentik-jwt',
  'X-authentik-meta-jwks',
  'X-authentik-meta-outpost',
  'X-authentik-meta-provider',
  'X-authentik-meta-app',
  'X-authentik-meta-version',
] as const

/** The headers of nobody. */
export const nobodyHeaders: readonly HeaderField[] = Object.freeze(
  identityHeaderNames.map((name): HeaderField => [name, '']),
)

/** Additional headers of one person, at most; and characters of them in all. */
const additionalMax = 64
const additionalLengthMax = 16_384

/** What frames, routes or keeps a message is not a person's attribute to set. */
const reserved: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'content-encoding', 'content-type', 'transfer-encoding'],
  ...['upgrade', 'keep-alive', 'te', 'trailer', 'expect', 'host', 'date', 'location'],
  ...['set-cookie', 'cookie', 'proxy-authenticate', 'proxy-authorization', 'cache-control'],
])

/** The headers for `claims`: the standard ones, `Authorization` if asked for, additional ones last. */
export function identityHeaders(
  claims: OutpostClaims,
  provider: OutpostProvider,
  outpost: OutpostIdentity,
): readonly HeaderField[] {
  const values: readonly string[] = [
    claims.username,
    claims.groups.join('|'),
    claims.entitlements.join('|'),
    claims.email,
    claims.name,
    claims.sub,
    claims.rawToken,
    provider.endpoints.jwksUri,
    outpost.name,
    provider.name,
    provider.application.slug,
    outpost.agent,
  ]
  const fields = new Map<string, HeaderField>()
  for (const [index, name] of identityHeaderNames.entries())
    fields.set(name.toLowerCase(), [name, plain(values[index] ?? '')])
  const basic = basicAuthorization(claims, provider)
  if (basic !== null) fields.set('authorization', ['Authorization', basic])
  for (const [name, value] of additionalHeaders(claims.proxy))
    fields.set(name.toLowerCase(), [name, value])
  return [...fields.values()]
}

/** Line ends and other control characters become blanks: a value is one line, whoever wrote it. */
export function plain(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').trim()
}

/** Value of `Authorization` for the service; null unless switched on and there is a password. */
function basicAuthorization(claims: OutpostClaims, provider: OutpostProvider): string | null {
  const { basicAuth } = provider
  if (basicAuth === null || claims.proxy === null) return null
  const { userAttributes } = claims.proxy
  const password = own(userAttributes, basicAuth.password)
  if (typeof password !== 'string' || password === '') return null
  const user = own(userAttributes, basicAuth.user)
  const name = typeof user === 'string' ? user : claims.email
  return `Basic ${Buffer.from(`${name}:${password}`, 'utf8').toString('base64')}`
}

function own(attributes: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}

/** `user_attributes.additionalHeaders`; names with `_`, which would alias others, never get out. */
function additionalHeaders(proxy: ProxyClaims | null): readonly HeaderField[] {
  const given = proxy?.userAttributes['additionalHeaders']
  if (!isRecord(given)) return []
  const fields: HeaderField[] = []
  let length = 0
  for (const [name, value] of Object.entries(given).slice(0, additionalMax)) {
    if (!/^[A-Za-z0-9!#$%&'*+.^`|~-]{1,128}$/.test(name) || reserved.has(name.toLowerCase()))
      continue
    const shown = plain(valueText(value))
    length += name.length + shown.length
    if (length > additionalLengthMax) break
    fields.push([name, shown])
  }
  return fields
}

/** Texts as they are, nothing for null, JSON for everything else. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : JSON.stringify(value)
}
