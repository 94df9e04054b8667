// One element of `/outposts/proxy/`: a provider fit for use, or one whose hosts stay shut.
import { createHash } from 'node:crypto'
import type { Hostname } from '../../model/host.ts'
import { type Allowlist, compileAllowlist } from './allowlist.ts'
import { type EndpointPlace, httpUrl, readEndpoints } from './endpoints.ts'
import { parseExternalHost } from './external-host.ts'
import { FieldReader, isFields } from '../../std/fields.ts'
import type {
  CertificatePair,
  InternalHost,
  OutpostConfig,
  OutpostProvider,
  ProviderMode,
  UnusableProvider,
} from './outpost.ts'
import { parseCookieDomain, shut } from './unusable.ts'

/** What one provider is read with. */
export interface ProviderContext {
  readonly place: Omit<EndpointPlace, 'providerName'>
  /** Certificates by UUID. One that is not there is left out: it matters to the HTTPS listener alone. */
  certificate(uuid: string): CertificatePair | null
  /** The configuration before this one: tells the hosts of a provider that no longer says them. */
  readonly previous: OutpostConfig | null
}

const allowlistLengthMax = 1024 * 1024
/** authentik's own default, where a provider has null. */
const lifetimeDefaultSeconds = 3600
/** Longest lifetime, in seconds: ten years. */
const lifetimeSecondsMax = 315_360_000

/** Reads one element. Whatever it holds, it becomes one of the two. Pure. */
export function readProvider(
  element: unknown,
  context: ProviderContext,
): OutpostProvider | UnusableProvider {
  if (!isFields(element)) return shut({}, ['The provider is not an object'], context.previous)
  const reader = new FieldReader(element)
  const pk = reader.number('pk')
  const name = reader.filled('name')
  const mode = readMode(reader)
  const externalText = reader.filled('external_host')
  const external = parseExternalHost(externalText)
  if (external === null && reader.isGood('external_host'))
    reader.fault('external_host', 'no http address')
  const clientId = reader.filled('client_id')
  const provider = {
    pk,
    name,
    mode: mode ?? 'proxy',
    internal: mode === 'proxy' ? readInternal(reader) : null,
    clientId,
    clientSecret: reader.filled('client_secret'),
    cookieSecret: reader.filled('cookie_secret'),
    cookieName: cookieNameOf(clientId),
    cookieDomain: readCookieDomain(reader, mode),
    lifetimeMs: readLifetimeMs(reader),
    allowlist: readAllowlist(reader),
    interceptHeaderAuth: reader.flag('intercept_header_auth', true),
    basicAuth: readBasicAuth(reader),
    certificate: readCertificate(reader, context),
    endpoints: readEndpoints(
      reader.fields('oidc_configuration'),
      { ...context.place, providerName: name },
      reader.faults,
    ),
    scopes: Object.freeze([...new Set(reader.texts('scopes_to_request'))].toSorted()),
    application: Object.freeze({
      slug: reader.text('assigned_application_slug'),
      name: reader.text('assigned_application_name'),
    }),
  }
  if (reader.faults.length > 0 || external === null)
    return shut(element, reader.faults, context.previous)
  return Object.freeze({ ...provider, external })
}

/** True for a provider that cannot be served. */
export function isUnusable(
  provider: OutpostProvider | UnusableProvider,
): provider is UnusableProvider {
  return 'unknownHosts' in provider
}

/** `authentik_proxy_` and the first 8 hex digits of the SHA-256 of the client id. */
export function cookieNameOf(clientId: string): string {
  return `authentik_proxy_${createHash('sha256').update(clientId).digest('hex').slice(0, 8)}`
}

const modes: ReadonlySet<string> = new Set(['proxy', 'forward_single', 'forward_domain'])

function readMode(reader: FieldReader): ProviderMode | null {
  const mode = reader.filled('mode')
  if (modes.has(mode)) return mode as ProviderMode
  if (reader.isGood('mode'))
    reader.fault('mode', 'none of "proxy", "forward_single", "forward_domain"')
  return null
}

function readCookieDomain(reader: FieldReader, mode: ProviderMode | null): Hostname | null {
  const text = reader.text('cookie_domain', mode === 'forward_domain' ? {} : { fallback: '' })
  if (text === '') return null
  const domain = parseCookieDomain(text)
  if (domain === null) reader.fault('cookie_domain', 'no domain name')
  return domain
}

function readInternal(reader: FieldReader): InternalHost | null {
  const text = reader.filled('internal_host')
  const verifyTls = reader.flag('internal_host_ssl_validation', true)
  const url = httpUrl(text)
  if (url === null) {
    if (reader.isGood('internal_host')) reader.fault('internal_host', 'no http address')
    return null
  }
  return Object.freeze({
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    host: url.host,
    basePath: url.pathname.replace(/\/+$/, ''),
    verifyTls,
  })
}

function readLifetimeMs(reader: FieldReader): number {
  const seconds = reader.number('access_token_validity', lifetimeDefaultSeconds)
  const isPossible = seconds >= 1 && seconds <= lifetimeSecondsMax
  if (!isPossible && reader.isGood('access_token_validity'))
    reader.fault('access_token_validity', 'outside "1" to "315360000" seconds')
  return Math.round(seconds * 1000)
}

function readAllowlist(reader: FieldReader): Allowlist {
  return compileAllowlist(
    reader.text('skip_path_regex', { fallback: '', lengthMax: allowlistLengthMax }),
  )
}

function readBasicAuth(reader: FieldReader): OutpostProvider['basicAuth'] {
  const isOn = reader.flag('basic_auth_enabled', false)
  const user = reader.text('basic_auth_user_attribute', { fallback: '' })
  const password = reader.text('basic_auth_password_attribute', { fallback: '' })
  return isOn ? Object.freeze({ user, password }) : null
}

function readCertificate(reader: FieldReader, context: ProviderContext): CertificatePair | null {
  const uuid = reader.text('certificate', { fallback: '' })
  return uuid === '' ? null : context.certificate(uuid)
}
