// Claims of an OpenID Connect provider (OpenID Connect Core 1.0 section 5.1) to an Identity. What
// could be taken for somebody else's name is refused, never repaired.
import type { OidcProviderConfig } from '../config.ts'
import type { Identity } from '../../model/identity.ts'
import { type Result, err, ok } from '../../std/result.ts'

/** Claims as a provider sent them: JSON of any shape. */
export type Claims = Readonly<Record<string, unknown>>

/** Why claims do not make an identity. `claim` is the configured name. */
export interface ClaimsFault {
  readonly code: 'missing-claim' | 'unusable-claim'
  readonly claim: string
}

/** Longest name that a person or a group may have, in UTF-16 units. */
export const nameLengthMax = 255
/** Longest e-mail address (RFC 5321 section 4.5.3.1.3, without brackets). */
const emailLengthMax = 254
/** Most groups kept. */
export const groupsMax = 2000

/** True when some claim that is asked for is not there, so that the UserInfo endpoint may know more. */
export function lacksClaims(claims: Claims, config: OidcProviderConfig['claims']): boolean {
  return [config.user, config.groups, config.email, config.name].some(
    (name) => claims[name] === undefined,
  )
}

/**
 * Makes an identity. Groups that `named` holds (those that some rule names) are kept first, should
 * there be more than {@link groupsMax}. An e-mail address that the provider says is not verified is
 * left out, since rules go by its domain.
 */
export function identityFromClaims(
  claims: Claims,
  provider: Pick<OidcProviderConfig, 'id' | 'claims'>,
  named: ReadonlySet<string>,
): Result<Identity, ClaimsFault> {
  const unverified = claims['email_verified'] === false || claims['email_verified'] === 'false'
  const usable =
    unverified && provider.claims.user === 'email' ? { ...claims, email: undefined } : claims
  const raw = usable[provider.claims.user]
  if (raw === undefined || raw === null || raw === '')
    return err({ code: 'missing-claim', claim: provider.claims.user })
  const user = typeof raw === 'number' && Number.isSafeInteger(raw) ? String(raw) : raw
  if (!isName(user)) return err({ code: 'unusable-claim', claim: provider.claims.user })
  return ok({
    user,
    name: displayName(claims[provider.claims.name]),
    email: unverified ? '' : emailOf(claims[provider.claims.email]),
    groups: groupList(claims[provider.claims.groups], named),
    provider: provider.id,
  })
}

function emailOf(value: unknown): string {
  return isName(value) && value.length <= emailLengthMax ? value : ''
}

/**
 * A text that stands for somebody: no control characters, no blank at either end (a header loses
 * it on the way to the service, which then sees another name), no half characters.
 */
function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= nameLengthMax &&
    value.isWellFormed() &&
    value.trim() === value &&
    !/[\p{Cc}\u2028\u2029]/u.test(value)
  )
}

/** A name to show decides nothing, so it is repaired rather than refused. */
function displayName(value: unknown): string {
  if (typeof value !== 'string') return ''
  const clean = value.toWellFormed().replaceAll(/[\p{Cc}\u2028\u2029]/gu, '')
  return [...clean].slice(0, nameLengthMax).join('').slice(0, nameLengthMax).toWellFormed().trim()
}

function groupList(value: unknown, named: ReadonlySet<string>): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const groups = [...new Set(list.filter(isName))]
  if (groups.length <= groupsMax) return groups
  return [
    ...groups.filter((group) => named.has(group)),
    ...groups.filter((group) => !named.has(group)),
  ].slice(0, groupsMax)
}
