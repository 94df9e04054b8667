// The second factor: whether a person has one, and whether what they typed is it.
import { neighbourhood } from '../../../model/network.ts'
import type { PageRequest } from '../../page.ts'
import { sha256 } from '../digest.ts'
import { type Binding, bindingDigest } from '../binding.ts'
import type { Account, CanonicalName } from './account.ts'
import { stepsAheadMax } from './accounts-database.ts'
import type { Attempt, Shut } from './attempts.ts'
import { type Desk, noteDatabaseFault } from './desk.ts'
import { isFresh } from './form-guard.ts'
import { stepOfCode, typedCode } from './one-time-code.ts'
import { recoveryDigest } from './recovery-codes.ts'

/** A person's one-time codes, wherever they were declared. */
export interface SecondFactor {
  readonly secret: string
  readonly recoveryLeft: number
  /** True when the secret stands in the people file and cannot be changed here. */
  readonly declared: boolean
}

/** The second factor of `account`; null when there is none. What cannot be read is not "none". */
export function secondFactorOf(desk: Desk, account: Account): SecondFactor | null | 'unavailable' {
  const state = desk.accounts.database.codeState(account.canonical)
  if (!state.ok) {
    noteDatabaseFault(desk, state.error)
    return 'unavailable'
  }
  const secret = account.totpSecret ?? state.value.secret
  if (secret === null) return null
  const { recoveryLeft } = state.value
  return { secret, recoveryLeft, declared: account.totpSecret !== null }
}

/** What became of a typed code. */
export type CodeVerdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'unavailable' }

/** Checks a one-time code or a recovery code, each with a limit of its own, and uses it up. */
export function checkCode(
  desk: Desk,
  request: PageRequest,
  person: { readonly account: Account; readonly factor: SecondFactor; readonly typed: string },
): CodeVerdict {
  const { account, factor } = person
  const code = typedCode(person.typed)
  const attempt = beginCode(desk, request, { name: account.canonical, recovery: code === null })
  if (!attempt.ok) return { kind: 'limited', retryAfterMs: attempt.retryAfterMs }
  const used =
    code === null
      ? useRecovery(desk, account.canonical, person.typed)
      : useCode(desk, account.canonical, { secret: factor.secret, code })
  if (used === 'unavailable') {
    attempt.withdraw()
    return { kind: 'unavailable' }
  }
  if (!used) return { kind: 'wrong' }
  attempt.forgive()
  return { kind: 'right' }
}

/**
 * Six digits are few, so wrong codes count for the account wherever they come from: whoever gets here
 * knows the password. Recovery codes cannot be guessed; they count per network, so that a stranger who
 * has the password cannot shut this way too.
 */
function beginCode(
  desk: Desk,
  request: PageRequest,
  of: { readonly name: CanonicalName; readonly recovery: boolean },
): Attempt | Shut {
  const { byCode } = desk.accounts.limits
  if (!of.recovery) return byCode.begin(`code ${of.name}`)
  return byCode.begin(`recovery ${neighbourhood(request.clientAddress)} ${of.name}`)
}

/**
 * True when the code is right and its step was not used before (RFC 6238 section 5.2). When the step
 * cannot be written, memory alone remembers it: a full disk turns nobody away.
 */
export function useCode(
  desk: Desk,
  name: CanonicalName,
  given: { readonly secret: string; readonly code: string },
): boolean {
  const step = stepOfCode(given.secret, given.code, desk.context.clock.now())
  if (step === null) return false
  const last = desk.accounts.usedSteps.peek(name)
  if (last !== undefined && step <= last && last <= step + stepsAheadMax) return false
  const noted = desk.accounts.database.useStep(name, step)
  if (noted.ok && !noted.value) return false
  if (!noted.ok) noteDatabaseFault(desk, noted.error)
  desk.accounts.usedSteps.set(name, step)
  return true
}

/** A recovery code that cannot be crossed off is not taken: it would be good for ever. */
function useRecovery(desk: Desk, name: CanonicalName, typed: string): boolean | 'unavailable' {
  const digest = recoveryDigest(name, typed)
  if (digest === null) return false
  const used = desk.accounts.database.useRecovery(name, digest)
  if (used.ok) return used.value
  noteDatabaseFault(desk, used.error)
  return 'unavailable'
}

/** How long a half session lasts: long enough to find the phone. */
export const halfSessionLifeMs = 300_000

/**
 * A half session: the password was right, the code is pending. It travels sealed in the form, is good in
 * one browser only, and gives no right but to try a code. A new password makes it worthless.
 */
export function sealHalfSession(desk: Desk, account: Account, binding: Binding): string {
  const { sealer, clock } = desk.context
  const fields = [
    account.canonical,
    bindingDigest(binding),
    clock.now(),
    sha256(account.passwordHash),
  ]
  return sealer.seal('half-session', JSON.stringify(fields))
}

/** The person of a half session; null when it is not one of this browser, or over. */
export function openHalfSession(desk: Desk, sealed: string, binding: Binding): Account | null {
  const { sealer, clock } = desk.context
  const text = sealer.open('half-session', sealed)
  const fields: unknown = text === null ? null : JSON.parse(text)
  if (!Array.isArray(fields)) return null
  const [name, digest, sealedAt, password]: unknown[] = fields
  if (digest !== bindingDigest(binding) || !isFresh(sealedAt, clock.now(), halfSessionLifeMs))
    return null
  // Sealed by us from a canonical name.
  const account = desk.accounts.directory.find(name as CanonicalName)
  if (account === null || account === 'unavailable') return null
  return sha256(account.passwordHash) === password ? account : null
}
