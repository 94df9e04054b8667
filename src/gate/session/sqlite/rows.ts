// Between rows of SQLite and sessions, and from a selector to a WHERE clause.
import { type Session, knownSessionKey } from '../../../model/session.ts'
import type { Revocation, SealTimes, SessionSelector } from '../store.ts'

/** A row of table `session`. */
export interface SessionRow {
  readonly key: string
  readonly user: string
  readonly provider: string
  readonly name: string
  readonly email: string
  readonly groups: string
  readonly domain: string
  readonly provider_sid: string
  readonly provider_sub: string
  readonly created_at: number
  readonly seen_at: number
  readonly expires_at: number
  readonly idle_ms: number
  readonly version: number
  readonly user_agent: string
  readonly address: string
  readonly id_token_hint: string
}

/** A row of table `revocation`. */
export interface RevocationRow {
  readonly revoked_at: number
  readonly key: string | null
  readonly user: string | null
  readonly provider: string | null
  readonly provider_sid: string | null
  readonly provider_sub: string | null
  readonly created_until: number | null
}

/** Columns of a session in the order of {@link sessionValues}, without the last one. */
export const sessionColumns =
  'key, user, provider, name, email, groups, domain, provider_sid, provider_sub, created_at, ' +
  'seen_at, expires_at, idle_ms, version, user_agent, address, id_token_hint'

/** Columns of a revocation. */
export const revocationColumns =
  'revoked_at, key, user, provider, provider_sid, provider_sub, created_until'

/** What can be bound to a statement. */
export type SqlValue = string | number | null

/** Values for {@link sessionColumns} and `sealed_until`. */
export function sessionValues(session: Session, seal: SealTimes | undefined): SqlValue[] {
  const { identity } = session
  return [
    session.key,
    identity.user,
    identity.provider,
    identity.name,
    identity.email,
    JSON.stringify(identity.groups),
    session.domain,
    session.providerSid,
    session.providerSub,
    Math.round(session.createdAt),
    Math.round(session.seenAt),
    Math.round(session.expiresAt),
    Math.round(session.idleMs),
    session.version,
    session.userAgent,
    session.address,
    session.idTokenHint,
    Math.round(seal?.until ?? 0),
  ]
}

/** A row as a session; `seenAt` is the later one of the row's and what is not written yet. */
export function sessionOfRow(row: SessionRow, unwrittenSeenAt: number): Session {
  return {
    key: knownSessionKey(row.key),
    identity: {
      user: row.user,
      name: row.name,
      email: row.email,
      groups: groupsOf(row.groups),
      provider: row.provider,
    },
    domain: row.domain,
    providerSid: row.provider_sid,
    providerSub: row.provider_sub,
    createdAt: row.created_at,
    seenAt: Math.max(row.seen_at, unwrittenSeenAt),
    expiresAt: row.expires_at,
    idleMs: row.idle_ms,
    version: row.version,
    userAgent: row.user_agent,
    address: row.address,
    idTokenHint: row.id_token_hint,
  }
}

/** A damaged row throws here, and counts as a fault of the store like a damaged page does. */
function groupsOf(json: string): readonly string[] {
  const groups: unknown = JSON.parse(json)
  return Array.isArray(groups) ? groups.map(String) : []
}

/** Values for {@link revocationColumns}. */
export function revocationValues({ selector, at }: Revocation): SqlValue[] {
  return [
    Math.round(at),
    selector.key ?? null,
    selector.user ?? null,
    selector.provider ?? null,
    selector.providerSid ?? null,
    selector.providerSub ?? null,
    selector.createdUntil ?? null,
  ]
}

/** A row as a revocation. */
export function revocationOfRow(row: RevocationRow): Revocation {
  const selector: SessionSelector = {
    ...(row.key === null ? {} : { key: knownSessionKey(row.key) }),
    ...(row.user === null ? {} : { user: row.user }),
    ...(row.provider === null ? {} : { provider: row.provider }),
    ...(row.provider_sid === null ? {} : { providerSid: row.provider_sid }),
    ...(row.provider_sub === null ? {} : { providerSub: row.provider_sub }),
    ...(row.created_until === null ? {} : { createdUntil: row.created_until }),
  }
  return { selector, at: row.revoked_at }
}

/**
 * WHERE clause and its values for `selector`. The second half of the terms for `sid` and `sub` lets
 * SQLite use the partial indexes, and makes an empty one match nobody.
 */
export function whereOf(selector: SessionSelector): {
  readonly where: string
  readonly values: SqlValue[]
} {
  const terms: readonly (readonly [string, SqlValue | undefined])[] = [
    ['key = ?', selector.key],
    ['user = ?', selector.user],
    ['provider = ?', selector.provider],
    [`provider_sid = ? AND provider_sid <> ''`, selector.providerSid],
    [`provider_sub = ? AND provider_sub <> ''`, selector.providerSub],
    ['created_at <= ?', selector.createdUntil],
  ]
  const given = terms.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]))
  const where = given.length === 0 ? '' : `WHERE ${given.map(({ sql }) => sql).join(' AND ')}`
  return { where, values: given.map(({ value }) => value) }
}
