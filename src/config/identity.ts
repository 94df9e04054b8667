// The section `identity` across its settings: one provider or several, secrets from files.
import { resolve } from 'node:path'
import {
  type AccountsConfig,
  type IdentityConfig,
  type OidcProviderConfig,
  peopleMistakeText,
  readPeopleFile,
} from '../gate.ts'
import type { Path } from '../std/schema/json-schema.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'
import { neededSecret } from './secret-setting.ts'

type IdentitySettings = Settings['identity']
type ProviderSettings = NonNullable<IdentitySettings['oidc']>

/** Id under which the built-in accounts appear in policy and logs. */
export const accountsId = 'accounts'

/** Id under which sign-ins through authentik's outpost appear in policy and logs. */
export const authentikId = 'authentik'

/** Secrets that come from examples; whoever reads those knows them. */
const knownSecrets = new Set(['changeme', 'change-me', 'secret', 'password', 'insecure_secret'])

/** The identity section, checked; findings go to `inspection`. */
export function buildIdentity(inspection: Inspection): IdentityConfig {
  const identity = inspection.settings.identity ?? {}
  const written = [
    ...(identity.oidc === undefined ? [] : [{ at: ['identity', 'oidc'], settings: identity.oidc }]),
    ...(identity.providers ?? []).map((settings, i) => ({
      at: ['identity', 'providers', i],
      settings,
    })),
  ]
  if (identity.oidc !== undefined && identity.providers !== undefined)
    inspection.report({
      id: 'both-set',
      path: ['identity', 'oidc'],
      message: 'Found both "oidc" and "providers", wanted one of the two',
      fix: 'Move the entry of "oidc" into "providers"',
    })
  checkIds(inspection, written)
  return {
    oidc: written.map(({ at, settings }) => buildProvider(inspection, at, settings)),
    accounts: identity.accounts === undefined ? null : buildAccounts(inspection, identity.accounts),
  }
}

function checkIds(
  inspection: Inspection,
  written: readonly { readonly at: Path; readonly settings: ProviderSettings }[],
): void {
  const first = new Map<string, Path>()
  // A plain OpenID Connect provider may well be called "authentik" where there is no outpost.
  const isOutpost = inspection.settings.identity?.authentik !== undefined
  const reserved = new Map([
    [accountsId, 'the built-in accounts'],
    ...(isOutpost ? [[authentikId, 'sign-ins through the outpost'] as const] : []),
  ])
  for (const { at, settings } of written) {
    const { id } = settings
    const meaning = reserved.get(id)
    if (meaning !== undefined)
      inspection.report({
        id: 'reserved-provider-id',
        path: [...at, 'id'],
        message: `Found the provider id "${id}", which stands for ${meaning}`,
        fix: 'Choose another id',
      })
    if (first.has(id))
      inspection.report({
        id: 'duplicate-provider',
        path: [...at, 'id'],
        message: `Found the provider id "${id}" twice, wanted each once`,
        fix: 'Choose another id',
      })
    first.set(id, at)
  }
}

function buildProvider(
  inspection: Inspection,
  at: Path,
  settings: ProviderSettings,
): OidcProviderConfig {
  const issuer = new URL(settings.issuer)
  const local = isLocalHost(issuer.hostname)
  if (issuer.protocol === 'http:' && !local && !settings.allow_insecure_issuer)
    inspection.report({
      id: 'insecure-issuer',
      path: [...at, 'issuer'],
      message: `Found the issuer "${settings.issuer}", wanted "https:"`,
      fix: 'Use https, or set "allow_insecure_issuer: true" and accept that it can be forged on the way',
    })
  if (!settings.scopes.includes('openid'))
    inspection.report({
      id: 'missing-scope',
      path: [...at, 'scopes'],
      message: 'The scope "openid" is missing, without which a provider sends no ID token',
      fix: 'Add "openid"',
    })
  return {
    id: settings.id,
    title: settings.title ?? issuer.hostname,
    issuer: settings.issuer,
    clientId: settings.client_id,
    clientSecret: readClientSecret(inspection, at, settings),
    scopes: settings.scopes,
    claims: settings.claims,
    allowInsecureIssuer: settings.allow_insecure_issuer || local,
  }
}

/** True for names and addresses that never leave the machine (RFC 6761 section 6.3). */
export function isLocalHost(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127(\.\d{1,3}){3}$/.test(host) ||
    host === '[::1]'
  )
}

function readClientSecret(inspection: Inspection, at: Path, settings: ProviderSettings): string {
  const { client_secret: inline, client_secret_file: file } = settings
  const key = 'client_secret'
  const found = neededSecret(inspection, { at, key, inline, file }, 'the client secret')
  warnOfKnownSecret(inspection, [...at, inline === undefined ? `${key}_file` : key], found)
  return found
}

function warnOfKnownSecret(inspection: Inspection, path: Path, secret: string): void {
  if (!knownSecrets.has(secret.toLowerCase())) return
  inspection.report({
    id: 'known-secret',
    severity: 'warning',
    path,
    message: 'The client secret is one that stands in examples',
    fix: 'Let the provider make a new one',
  })
}

function buildAccounts(
  inspection: Inspection,
  settings: NonNullable<IdentitySettings['accounts']>,
): AccountsConfig {
  const file = settings.file === undefined ? null : resolve(inspection.baseDirectory, settings.file)
  if (file !== null && inspection.withSecrets) reportPeople(inspection, file)
  return {
    file,
    hashesMax: settings.hashes,
    hashQueueMax: settings.hash_queue,
    attemptsMax: settings.attempts,
    attemptWindowMs: settings.attempt_window,
  }
}

/** Every mistake of the people file. It holds hashes, so commands that run without secrets skip it. */
function reportPeople(inspection: Inspection, file: string): void {
  const people = readPeopleFile(inspection.files, file)
  if (people.ok) return
  for (const mistake of people.error)
    inspection.report({
      id: 'people-file',
      path: ['identity', 'accounts', 'file'],
      message: `In "${file}", ${peopleMistakeText(mistake)}`,
      fix: 'Correct the people file; "gatehouse hash-password" prints a hash for it',
    })
}
