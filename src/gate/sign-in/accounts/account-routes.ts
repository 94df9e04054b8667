// One's own account: the page, and the changes that its forms ask for.
import type { PageRequest, PageRoute } from '../../page.ts'
import {
  type AccountChange,
  changed,
  noteChange,
  redirect,
  showAccount,
  withChange,
  withVisitor,
} from './account-desk.ts'
import { recoveryPage } from './account-page.tsx'
import type { Desk } from './desk.ts'
import { passkeyTitle } from './passkey-title.ts'
import { accountsPaths } from './paths.ts'
import { newRecoveryCodes, recoveryDigest } from './recovery-codes.ts'
import type { Visitor } from './visitor.ts'

/** The page and its forms. */
export function accountRoutes(desk: Desk): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: accountsPaths.account,
      handle: (request) =>
        withVisitor(desk, request, (visitor) =>
          showAccount(desk, request, { visitor, problem: null }),
        ),
    },
    {
      method: 'POST',
      path: accountsPaths.account,
      handle: (request) =>
        withChange(desk, request, (change) => changeAccount(desk, request, change)),
    },
  ]
}

/** A form says with its button what it wants; anything else changes nothing. */
function changeAccount(desk: Desk, request: PageRequest, change: AccountChange): Response {
  const { visitor, fields } = change
  const { database } = desk.accounts
  const name = visitor.account.canonical
  const id = fields.get('passkey') ?? ''
  switch (fields.get('act')) {
    case 'rename': {
      const result = database.renamePasskey(name, id, passkeyTitle(fields.get('title') ?? ''))
      return changed(desk, request, { visitor, act: 'passkey-renamed', result })
    }
    case 'remove': {
      const result = database.removePasskey(name, id)
      return changed(desk, request, { visitor, act: 'passkey-removed', result })
    }
    case 'codes-off': {
      const result = database.dropCodes(name)
      return changed(desk, request, { visitor, act: 'codes-off', result })
    }
    case 'recovery':
      return renewRecovery(desk, request, visitor)
    default:
      return redirect(accountsPaths.account)
  }
}

/** The one change whose answer is a page and not a redirect: the codes are shown this once. */
function renewRecovery(desk: Desk, request: PageRequest, visitor: Visitor): Response {
  const name = visitor.account.canonical
  const codes = newRecoveryCodes(desk.context.random)
  const digests = codes
    .map((code) => recoveryDigest(name, code))
    .filter((digest) => digest !== null)
  const result = desk.accounts.database.replaceRecovery(name, digests)
  if (!result.ok) return changed(desk, request, { visitor, act: 'recovery', result })
  noteChange(desk, request, { visitor, act: 'recovery' })
  return recoveryPage(codes, request.requestId)
}
