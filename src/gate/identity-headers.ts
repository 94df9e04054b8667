// Identity headers for the service: set in every answer, empty where there is nobody, so that a copy
// sent by the client can never get through (CVE-2026-30851).
import type { Identity } from '../model/identity.ts'
import type { IdentityHeaderNames } from './config.ts'

/** What the headers are made with. */
export interface IdentityHeaderRules {
  readonly names: IdentityHeaderNames
  /** Only these groups are passed on. */
  readonly namedGroups: ReadonlySet<string>
  /** Longest groups value in UTF-8 bytes; beyond it no group is passed on. */
  readonly groupsBytesMax: number
}

/** Rendered header lines, each ended by CRLF, and whether groups had to be left out for length. */
export interface RenderedIdentity {
  readonly lines: string
  readonly groupsDropped: boolean
}

/** Longest user, name or e-mail value, in UTF-16 units; longer ones are cut. */
const valueLengthMax = 512

/** The identity header lines for `identity`, or empty ones for nobody. */
export function renderIdentity(
  identity: Identity | null,
  rules: IdentityHeaderRules,
): RenderedIdentity {
  const groups = identity === null ? '' : passedGroups(identity.groups, rules.namedGroups)
  const groupsDropped = Buffer.byteLength(groups) > rules.groupsBytesMax
  const lines = [
    line(rules.names.user, identity?.user ?? ''),
    // Never cut: what is left of the last name could be the name of another group.
    `${rules.names.groups}: ${groupsDropped ? '' : groups}\r\n`,
    line(rules.names.email, identity?.email ?? ''),
    line(rules.names.name, identity?.name ?? ''),
  ]
  return { lines: lines.join(''), groupsDropped }
}

/**
 * A group with a comma, a control character or a blank at an end of its name would read as another
 * group: left out.
 */
function passedGroups(groups: readonly string[], named: ReadonlySet<string>): string {
  return groups
    .filter((group) => named.has(group) && group.trim() === group && !unfit.test(group))
    .join(',')
}

const unfit = /[,\p{Cc}\u2028\u2029]/u

function line(name: string, value: string): string {
  const clean = value.replace(/[\p{Cc}\u2028\u2029]/gu, '').trim()
  return `${name}: ${clean.slice(0, valueLengthMax)}\r\n`
}
