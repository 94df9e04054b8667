// What every page of the accounts works with, and the two things they all end in: a session, or a record.
import { neighbourhood } from '../../../model/network.ts'
import type { PageRequest } from '../../page.ts'
import { type Binding, bindingCookie, withPassage } from '../binding.ts'
import { type ReturnTo, returnToOrPortal } from '../return-to.ts'
import type { SignInContext, SignInOutcome } from '../sign-in.ts'
import type { Account } from './account.ts'
import type { Accounts } from './accounts.ts'
import type { DatabaseFault } from './accounts-database.ts'

/** Context of sign-in and the accounts, together. */
export interface Desk {
  readonly context: SignInContext
  readonly accounts: Accounts
}

/** Where the browser wants to go afterwards, judged. */
export function targetOf(desk: Desk, parameters: URLSearchParams): ReturnTo {
  const { context } = desk
  return returnToOrPortal(parameters.getAll('rd'), {
    config: context.config(),
    policy: context.policy(),
  })
}

/** How someone tried to sign in here. */
export type AccountsMethod = 'password' | 'passkey'

/** An attempt that ended, for the record. */
export interface AttemptRecord {
  readonly method: AccountsMethod
  readonly outcome: SignInOutcome
  /** Null for a name that nobody has: people type passwords into name fields, so it is not logged. */
  readonly account: Account | null
  /** More about the cause, in our own words. */
  readonly detail?: string
}

/** What is kept of a browser's name, for the person's own list of sessions. */
const userAgentLengthMax = 256

/** Counts and logs how an attempt ended. Never a password, a code, or a name that nobody has. */
export function recordAttempt(desk: Desk, request: PageRequest, record: AttemptRecord): void {
  const { meter, log } = desk.context
  meter.signIn(record.method, record.outcome)
  const { account, outcome, method } = record
  const good = outcome === 'success'
  log.write(good ? 'info' : 'warn', good ? 'signed-in' : 'sign-in-refused', {
    request_id: request.requestId,
    ...(good ? {} : { reason: outcome }),
    provider: 'accounts',
    method,
    user: account?.user ?? null,
    network: neighbourhood(request.clientAddress),
    ...(record.detail === undefined || record.detail === '' ? {} : { detail: record.detail }),
  })
}

/** Says in the log that the accounts' database did not do as asked. */
export function noteDatabaseFault(desk: Desk, fault: DatabaseFault): void {
  desk.context.log.write('error', 'accounts-database-failed', { detail: fault.detail })
}

/** A person who has proved to be who they say, all factors included. */
export interface ProvenPerson {
  readonly account: Account
  readonly method: AccountsMethod
  readonly binding: Binding
  readonly target: ReturnTo
}

/** Opens the session, which gets a fresh id, and sends the browser on its way. */
export async function completeSignIn(
  desk: Desk,
  request: PageRequest,
  person: ProvenPerson,
): Promise<Response> {
  const { context } = desk
  const { account, target } = person
  const opened = await context.sessions.open(
    {
      identity: {
        user: account.user,
        name: account.name,
        email: account.email,
        groups: account.groups,
        provider: 'accounts',
      },
      providerSid: '',
      providerSub: account.canonical,
      userAgent: (request.headers.get('user-agent') ?? '').slice(0, userAgentLengthMax),
      address: request.clientAddress ?? '',
      idToken: '',
    },
    request.headers.get('cookie'),
  )
  recordAttempt(desk, request, { method: person.method, outcome: 'success', account })
  const headers = new Headers([
    ['location', target],
    ['cache-control', 'no-store'],
  ])
  for (const cookie of opened.setCookies) headers.append('set-cookie', cookie)
  const now = context.clock.now()
  const passed = withPassage(person.binding, { kind: 'opened', target, now })
  const { secure } = context.config()
  headers.append('set-cookie', bindingCookie(passed, { secure, sealer: context.sealer }))
  return new Response(null, { status: 303, headers })
}
