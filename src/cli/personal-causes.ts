// What the gate refused one person lately, as causes that are theirs alone (study, section 4.7). Pure.
import { type SignInFaultCode, type SignInFaultEntry, signInFaults } from '../gate-explain.ts'
import { type Reason, reasons } from '../model/decision.ts'
import { type RecordedDecision, type RecordedSignIn, isSignIn } from './recorded-decision.ts'

/** A cause, as often as it was seen. */
export interface PersonalCause {
  readonly reason: Reason | SignInFaultCode
  /** What it is, in words for whoever answers the person. */
  readonly title: string
  readonly help: string
  readonly count: number
  /** Epoch ms of the newest. */
  readonly lastAt: number
  /** Id of the newest, for `gatehouse explain --request`. */
  readonly requestId: string
  /** True: the gate knew who it was. False: somebody at this host, perhaps the same person. */
  readonly isKnown: boolean
}

interface Words {
  readonly title: string
  readonly help: string
}

/** Reasons that one person can have alone, and what then helps. */
const decisionWords: Readonly<Partial<Record<Reason, Words>>> = {
  'not-member': {
    title: 'The account is not among those that the rule lets in',
    help: 'Give them a group of the rule; it counts from their next sign-in on',
  },
  'too-long': {
    title: 'Their request or one of its headers is too long',
    help: 'Let them clear the cookies of the domain; look at what grows, such as the number of groups',
  },
  'malformed-header': {
    title: 'A header of theirs cannot be read',
    help: 'Look at what stands between them and the proxy: a proxy of their own, an extension',
  },
  'duplicate-header': {
    title: 'A header of theirs came twice',
    help: 'Look at what stands between them and the proxy: a proxy of their own, an extension',
  },
  'ambiguous-path': {
    title: 'The address that they use can be read in two ways',
    help: 'Let them use the plain form of the address, or a new bookmark',
  },
  'no-rule': {
    title: 'No rule covers their request: path, method or network',
    help: 'Compare their network with "networks" of the rule: "gatehouse explain --url URL --from ADDRESS"',
  },
}

const signInWords: Readonly<Partial<Record<SignInFaultCode, string>>> = {
  'no-binding': 'Let them allow cookies, or use a window that keeps them',
  'session-not-kept': 'Let them allow cookies; compare "domains" with the address in their browser',
  'session-not-seen': 'Let them clear the cookies of the domain: an old one hides the new',
  expired: 'Compare clocks: a sign-in of ten minutes looks old to a clock that is ahead',
  'bad-token':
    'Compare the clocks of gate and provider ("gatehouse doctor"); keys may have changed',
  denied: 'Ask whoever runs the provider: it did not let them in',
  'missing-claim': 'Complete their profile at the provider',
  'unusable-claim': 'Change the name that the provider gives for them',
}

/** Entries older than this say nothing about now. */
const ageMaxMs = 24 * 60 * 60 * 1000

/** Who is asked for, where, and when that is. */
export interface PersonAt {
  readonly user: string
  readonly host: string
  /** Epoch ms. */
  readonly now: number
}

/** Causes of one person at a host, the ones that are surely theirs first, then the newest. */
export function personalCausesOf(
  recorded: readonly Recorded[],
  person: PersonAt,
): readonly PersonalCause[] {
  const causes = new Map<string, PersonalCause>()
  for (const entry of recorded) {
    const words = mayConcern(entry, person) ? wordsFor(entry) : null
    if (words === null) continue
    const isKnown = entry.user === person.user
    const key = `${entry.reason} ${isKnown}`
    causes.set(key, { ...newestOf(entry, causes.get(key)), ...words, isKnown })
  }
  return [...causes.values()].toSorted(
    (one, two) => Number(two.isKnown) - Number(one.isKnown) || two.lastAt - one.lastAt,
  )
}

type Recorded = RecordedDecision | RecordedSignIn

/** Theirs, or of somebody whom the gate did not know; at the host, or on a page of the gate itself. */
function mayConcern(entry: Recorded, { host, now, user }: PersonAt): boolean {
  const isRecent = now - entry.at <= ageMaxMs
  const isTheirs = entry.user === user || entry.user === ''
  return isRecent && isTheirs && (entry.host === host || isSignIn(entry))
}

type Newest = Pick<PersonalCause, 'reason' | 'count' | 'lastAt' | 'requestId'>

function newestOf({ at, reason, requestId }: Recorded, before: Newest | undefined): Newest {
  if (before === undefined) return { reason, count: 1, lastAt: at, requestId }
  const count = before.count + 1
  return at > before.lastAt ? { reason, count, lastAt: at, requestId } : { ...before, count }
}

function wordsFor(entry: Recorded): Words | null {
  if (!isSignIn(entry)) return decisionWords[entry.reason] ?? null
  const help = signInWords[entry.reason]
  const { title }: SignInFaultEntry = signInFaults[entry.reason]
  return help === undefined ? null : { title, help }
}

/** Refusals by reason since a time, most frequent first: what the gate has been busy with. */
export function refusalsByReason(
  recorded: readonly Recorded[],
  sinceMs: number,
): readonly { readonly reason: string; readonly title: string; readonly count: number }[] {
  const counts = new Map<string, { title: string; count: number }>()
  for (const entry of recorded.filter(({ at }) => at >= sinceMs)) {
    const title = isSignIn(entry) ? signInFaults[entry.reason].title : reasons[entry.reason].title
    counts.set(entry.reason, { title, count: (counts.get(entry.reason)?.count ?? 0) + 1 })
  }
  return [...counts]
    .map(([reason, { count, title }]) => ({ reason, title, count }))
    .toSorted((one, two) => two.count - one.count || (one.reason < two.reason ? -1 : 1))
}
