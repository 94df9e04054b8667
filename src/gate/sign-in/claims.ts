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
  const { claims: names } = provider
  const email = verifiedEmail(claims, names.email)
  const raw = names.user === names.email ? email : claims[names.user]
  if (raw === undefined || raw === null || raw === '')
    return err({ code: 'missing-claim', claim: names.user })
  const user = typeof raw === 'number' && Number.isSafeInteger(raw) ? String(raw) : raw
  if (!isName(user)) return err({ code: 'unusable-claim', claim: names.user })
  return ok({
    user,
    name: displayName(claims[names.name]),
    email,
    groups: groupList(claims[names.groups], named),
    provider: provider.id,
  })
}

/** The address, unless the provider says that it is not the person's; empty then. */
function verifiedEmail(claims: Claims, name: string): string {
  const verified = claims['email_verified']
  if (verified === false || verified === 'false') return ''
  const email = claims[name]
  return isName(email) && email.length <= emailLengthMax ? email : ''
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
  return clean.slice(0, nameLengthMax).toWellFormed().trim()
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
