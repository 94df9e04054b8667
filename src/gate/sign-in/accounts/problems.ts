// What the forms say when something is in the way: one table, our own words, nothing from outside.
import { formatDuration } from '../../../std/units.ts'
import type { SignInOutcome } from '../sign-in.ts'
import type { FormFault } from './form-guard.ts'
import type { FormProblem } from './sign-in-form.tsx'

/** The one answer to a wrong name and to a wrong password. 422: the fields were read and do not fit. */
export const wrongPassword: FormProblem = {
  status: 422,
  text: 'Name or password is wrong',
  retryAfterSeconds: null,
}

/** The one answer to a wrong, an old and a used code. */
export const wrongCode: FormProblem = {
  status: 422,
  text: 'The code is wrong or was used already; wait for the next one',
  retryAfterSeconds: null,
}

/** The one answer to a passkey that is unknown, of someone who is gone, late, or used twice. */
export const wrongPasskey: FormProblem = {
  status: 422,
  text: 'The passkey was not accepted; try again, or use your password',
  retryAfterSeconds: null,
}

/** The accounts' database does not answer: who someone is cannot be known (design: 503). */
export const accountsUnavailable: FormProblem = {
  status: 503,
  text: 'Accounts cannot be read at the moment; try again shortly',
  retryAfterSeconds: 5,
}

/** Too many attempts; the same for a name that nobody has. */
export function tooManyAttempts(retryAfterMs: number): FormProblem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return {
    status: 429,
    text: `Too many attempts from your network; try again in ${formatDuration(seconds * 1000)}`,
    retryAfterSeconds: seconds,
  }
}

/** The queue of password hashes is full. */
export function tooBusy(retryAfterSeconds: number): FormProblem {
  return {
    status: 429,
    text: 'Many people are signing in right now; try again in a few seconds',
    retryAfterSeconds,
  }
}

const faultProblems: Readonly<Record<FormFault, FormProblem>> = {
  'cross-site': {
    status: 403,
    text: 'The form was sent from another site; use this one',
    retryAfterSeconds: null,
  },
  'not-a-form': { status: 415, text: 'The form could not be read', retryAfterSeconds: null },
  'no-binding': {
    status: 400,
    text: 'Your browser did not send our cookie back; allow cookies for this site and try again',
    retryAfterSeconds: null,
  },
  'bad-token': {
    status: 400,
    text: 'The page was open for too long, or was made for another browser; try again',
    retryAfterSeconds: null,
  },
}

/** The half session is over, or not this browser's. */
export const halfSessionOver: FormProblem = {
  status: 400,
  text: 'Too much time has passed since the password; start again',
  retryAfterSeconds: null,
}

/** The first code of a new authenticator does not fit. */
export const wrongFirstCode: FormProblem = {
  status: 422,
  text: 'The code is wrong; see that the clock of your phone is right and try the next one',
  retryAfterSeconds: null,
}

/** The secret was shown too long ago, or in another browser. */
export const enrolmentOver: FormProblem = {
  status: 400,
  text: 'The secret was shown too long ago; set up the authenticator anew',
  retryAfterSeconds: null,
}

/** How one signs in is changed only soon after signing in. */
export const signInTooOld: FormProblem = {
  status: 403,
  text: 'Your sign-in was too long ago for this; sign in again first',
  retryAfterSeconds: null,
}

/** What the browser made is no passkey for here, or came too late. */
export const passkeyNotAdded: FormProblem = {
  status: 422,
  text: 'The passkey was not added; try again',
  retryAfterSeconds: null,
}

/** So many passkeys are enough for anyone. */
export const passkeysFull: FormProblem = {
  status: 409,
  text: 'You have as many passkeys as fit; remove one first',
  retryAfterSeconds: null,
}

/** What to say for a form that was not taken. */
export function formProblem(fault: FormFault): FormProblem {
  return faultProblems[fault]
}

/** The outcome under which a form that was not taken is counted. */
export function outcomeOfFault(fault: FormFault): SignInOutcome {
  return fault === 'no-binding' ? 'no-binding' : 'bad-state'
}
