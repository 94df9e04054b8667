// The file of `gatehouse policy test`: a table of requests and what each should get.
import { type DecisionKind, type Reason, decisionKinds, reasons } from '../../model/decision.ts'
import { parseAddress } from '../../model/network.ts'
import {
  type OutputOf,
  choice,
  list,
  optional,
  parsed,
  required,
  section,
  text,
} from '../../std/schema/schema.ts'
import { isAbsoluteUrl } from '../canonical.ts'
import type { AskedPerson } from '../explain.ts'
import type { PolicyCase } from './cases.ts'

/** Cases of one file at most. */
const casesMax = 100_000
const urlLengthMax = 8192
const groupsMax = 1000

const caseSchema = section({
  name: optional('What the case shows', text('a sentence', 'Staff may read the docs', 200)),
  url: required(
    'The request, with scheme and host',
    parsed({
      wanted: 'an absolute address such as "https://app.example.com/admin"',
      example: 'https://app.example.com/admin',
      lengthMax: urlLengthMax,
      parse: (value) =>
        isAbsoluteUrl(value) ? { ok: true, value } : { ok: false, error: urlFault(value) },
    }),
  ),
  method: optional('GET if left out', text('an HTTP method such as "POST"', 'POST', 32)),
  from: optional(
    'Address of the client; not known if left out',
    parsed({
      wanted: 'an IP address such as "10.0.0.7"',
      example: '10.0.0.7',
      parse: (value) => {
        const address = parseAddress(value)
        return address === null ? { ok: false, error: {} } : { ok: true, value: address }
      },
    }),
  ),
  user: optional('Who is signed in; nobody if all four are left out', text('a user', 'alice', 256)),
  groups: optional(
    'Groups of the person',
    list(text('a group such as "staff"', 'staff', 256), { min: 0, max: groupsMax }),
  ),
  email: optional('Address of the person', text('an e-mail address', 'alice@example.com', 320)),
  provider: optional(
    'Provider that the person signed in through; one that the rule accepts if left out',
    text('the id of a provider such as "oidc"', 'oidc', 32),
  ),
  session: optional(
    '"unavailable" the session store does not answer · "ended" the session is over',
    choice(['unavailable', 'ended']),
  ),
  expect: required('The decision that it should get', choice(decisionKinds)),
  reason: optional('The reason that it should get; any if left out', choice(reasonCodes())),
  rule: optional(
    'Id of the rule that should decide, or "none"; any if left out',
    text('the id of a rule such as "app.example.com /admin/**"', 'app.example.com /admin/**'),
  ),
})

function urlFault(value: string): { readonly suggestion?: string } {
  return isAbsoluteUrl(`https://${value}`) ? { suggestion: `https://${value}` } : {}
}

function reasonCodes(): readonly [Reason, ...Reason[]] {
  const codes = Object.keys(reasons).filter((code): code is Reason => Object.hasOwn(reasons, code))
  return ['no-session', ...codes.filter((code) => code !== 'no-session')]
}

/** The file; it may also be the list alone. */
export const caseFileSchema = section({
  cases: required('Requests, and what each should get', list(caseSchema, { max: casesMax })),
})

/** The written form as the tests take it. */
export function toPolicyCase(written: OutputOf<typeof caseSchema>): PolicyCase {
  const { name, user, groups, email, provider, ...rest } = written
  const person: AskedPerson = { user, groups, email, provider }
  const isSomebody = Object.values(person).some((part) => part !== undefined)
  const expect: DecisionKind = rest.expect
  return { ...rest, expect, name: name ?? null, person: isSomebody ? person : null }
}
