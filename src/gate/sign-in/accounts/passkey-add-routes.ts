// Adding a passkey to one's own account: the options that the browser asks for, and what it made.
import { toBase64Url } from '../../../std/bytes.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { PageRequest, PageRoute } from '../../page.ts'
import { type AccountChange, changed, showAccount, withChange } from './account-desk.ts'
import { freshChallenge, openChallenge, useChallenge } from './challenge.ts'
import { type Desk, noteDatabaseFault } from './desk.ts'
import { json, relyingParty } from './passkey-routes.ts'
import { passkeyTitle } from './passkey-title.ts'
import {
  type NewPasskey,
  readRegistration,
  registrationOptions,
  verifyRegistration,
} from './passkeys.ts'
import { accountsPaths } from './paths.ts'
import { accountsUnavailable, passkeyNotAdded, passkeysFull } from './problems.ts'

/** Passkeys a person may have: a bound on rows, far above what people own. */
const passkeysMax = 20
/** Random, not the name: user handles must not tell who someone is (WebAuthn section 14.6.1). */
const userHandleBytes = 32

/** Options and answer of a registration. */
export function passkeyAddRoutes(desk: Desk): readonly PageRoute[] {
  return [
    {
      method: 'POST',
      path: accountsPaths.passkeyAddOptions,
      handle: async (request) => {
        const response = await withChange(desk, request, (change) => giveOptions(desk, change))
        if (response.headers.get('content-type') === 'application/json') return response
        // The script cannot show a page; the person gets it by loading this one again.
        return json(403, { problem: 'The page is out of date; load it again' })
      },
    },
    {
      method: 'POST',
      path: accountsPaths.passkeyAdd,
      handle: (request) => withChange(desk, request, (change) => add(desk, request, change)),
    },
  ]
}

/** One user handle for all passkeys of a person, so that an authenticator keeps one entry for them. */
async function giveOptions(desk: Desk, change: AccountChange): Promise<Response> {
  const { account } = change.visitor
  const present = desk.accounts.database.listPasskeys(account.canonical)
  if (!present.ok) {
    noteDatabaseFault(desk, present.error)
    return json(503, { problem: accountsUnavailable.text })
  }
  if (present.value.length >= passkeysMax) return json(409, { problem: passkeysFull.text })
  const userHandle =
    present.value[0]?.userHandle ?? toBase64Url(desk.context.random.bytes(userHandleBytes))
  const challenge = freshChallenge(desk, change.binding, {
    use: 'add',
    name: account.canonical,
    userHandle,
  })
  const options = await registrationOptions({
    party: relyingParty(desk),
    challenge: challenge.bytes,
    userHandle,
    user: account.user,
    displayName: account.name,
    present: present.value,
  })
  return json(200, { options, challenge: challenge.sealed })
}

/** Keeps a passkey that holds. What does not hold is said to the log, not to the page. */
async function add(desk: Desk, request: PageRequest, change: AccountChange): Promise<Response> {
  const { visitor, fields } = change
  const made = await checkMade(desk, change)
  if (!made.ok) {
    const fields = { detail: made.error, user: visitor.account.user, request_id: request.requestId }
    desk.context.log.write('warn', 'passkey-refused', fields)
    return showAccount(desk, request, { visitor, problem: passkeyNotAdded })
  }
  const { database } = desk.accounts
  const present = database.listPasskeys(visitor.account.canonical)
  if (present.ok && present.value.length >= passkeysMax)
    return showAccount(desk, request, { visitor, problem: passkeysFull })
  const result = database.addPasskey({
    ...made.value,
    canonical: visitor.account.canonical,
    title: passkeyTitle(fields.get('title') ?? ''),
    createdAt: desk.context.clock.now(),
    usedAt: 0,
  })
  return changed(desk, request, { visitor, act: 'passkey-added', result })
}

/** What the browser made, verified: for this person, in time, once, and nobody's yet. */
async function checkMade(
  desk: Desk,
  { visitor, fields, binding }: AccountChange,
): Promise<Result<NewPasskey & { readonly userHandle: string }, string>> {
  const sealed = fields.get('challenge') ?? ''
  const returned = openChallenge(desk, binding, { use: 'add', sealed })
  if (returned === null || returned.name !== visitor.account.canonical)
    return err('Challenge is over or not of this person')
  const answer = readRegistration(fields.get('credential') ?? '')
  if (answer === null) return err('Answer cannot be read')
  const { challenge, userHandle } = returned
  const verified = await verifyRegistration(relyingParty(desk), answer, challenge)
  if (!verified.ok) return verified
  if (!useChallenge(desk, challenge)) return err('Answer was used before')
  // An id that someone has already is refused (WebAuthn section 7.1, step 26).
  const same = desk.accounts.database.findPasskey(verified.value.id)
  if (same.ok && same.value !== null) return err('Passkey is there already')
  return ok({ ...verified.value, userHandle })
}
