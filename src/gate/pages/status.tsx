// The page "Is it only me?": whether others are served, and what one person alone can have.
import type { VNode } from 'preact'
import type { PublicStanding, PublicVerdict } from '../../model/public-verdict.ts'
import { page } from './layout.tsx'

/** Path of the page; `?host=` names the host that somebody asks about. */
export const statusPath = '/_gatehouse/status'

/** Its address on the gate at `origin` (empty: on this very host), for a host where one is known. */
export function statusUrl(origin: string, host: string | null): string {
  return `${origin}${statusPath}${host === null ? '' : `?host=${encodeURIComponent(host)}`}`
}

/** What the page tells. */
export interface StatusFacts {
  /** The host that was asked about, where it is a declared one. */
  readonly host: string | null
  /** True: a host was named and it is none of ours. It is not repeated. */
  readonly isUnknown: boolean
  /** Null: nobody watches. */
  readonly verdict: PublicVerdict | null
  /** How the host is by itself; null where that was not tried. */
  readonly standing: PublicStanding | null
  readonly requestId: string
  /** The operator's own words on whom to ask. */
  readonly supportHint?: string
}

/** Renders it. The status is 200 whatever it says: the page itself works. */
export function statusPage(facts: StatusFacts): Response {
  const said = answerOf(facts)
  return page({
    title: said.title,
    requestId: facts.requestId,
    children: (
      <>
        <h1>{said.title}</h1>
        {said.text.map((sentence) => (
          <p>{sentence}</p>
        ))}
        {said.isPersonal ? <Personal /> : null}
        {facts.supportHint === undefined ? null : <p>{facts.supportHint}</p>}
        <p class="actions">
          <a class="button" href="/_gatehouse/">
            Front page
          </a>
        </p>
        {facts.verdict === null ? null : <p class="quiet">As seen at {timeOf(facts.verdict.at)}</p>}
      </>
    ),
  })
}

interface Said {
  readonly title: string
  readonly text: readonly string[]
  /** True: it may be the person, so what that can be is listed. */
  readonly isPersonal: boolean
}

function answerOf(facts: StatusFacts): Said {
  const { host, isUnknown, standing, verdict } = facts
  if (verdict === null)
    return {
      title: 'Nobody can say',
      text: ['Nothing watches this gate, so it is not known whether others have the same trouble.'],
      isPersonal: true,
    }
  if (verdict.state === 'blind')
    return {
      title: 'Nobody can say just now',
      text: [
        'What watches this gate cannot see anything itself at the moment. Ask again in a few minutes.',
      ],
      isPersonal: false,
    }
  if (verdict.state === 'broken') return everyone(verdict)
  if (host !== null && standing?.state === 'broken')
    return {
      title: 'It is not only you',
      text: [
        `${host} does not work for anybody${sinceText(standing)}${verdict.state === 'works' ? '; signing in does.' : '.'}`,
        known(verdict),
      ],
      isPersonal: false,
    }
  if (verdict.state === 'partly')
    return {
      title: 'It is not only you',
      text: [
        `Some requests fail${sinceText(verdict)}, whoever sends them: one of several machines is in trouble. Trying again may help.`,
        known(verdict),
      ],
      isPersonal: false,
    }
  return { title: 'It works for others', text: fine(host, isUnknown, standing), isPersonal: true }
}

function everyone(verdict: PublicVerdict): Said {
  const what =
    verdict.part === 'sign-in'
      ? `The sign-in is broken for everyone${sinceText(verdict)}. Whoever is signed in already may notice nothing.`
      : `The way to the services is broken for everyone${sinceText(verdict)}.`
  return { title: 'It is not only you', text: [what, known(verdict)], isPersonal: false }
}

function fine(
  host: string | null,
  isUnknown: boolean,
  standing: PublicStanding | null,
): readonly string[] {
  if (isUnknown)
    return [
      'There is no service of that name here. Look at the address once more; signing in works.',
    ]
  if (host === null) return ['Signing in works, and nothing is known to be broken.']
  return standing === null
    ? [`Signing in works. Whether ${host} itself does is not tried.`]
    : [`${host} answers strangers as it should, and signing in works. So it may be you.`]
}

function known({ isKnown }: PublicVerdict): string {
  return isKnown
    ? 'Whoever runs this has been told. There is nothing that you need to do.'
    : 'Tell whoever runs this, if they do not know yet.'
}

function sinceText({ since }: PublicStanding): string {
  return since === null ? '' : ` since ${timeOf(since)}`
}

/** `14:05 UTC on 2026-04-18`: people in several time zones read it. */
function timeOf(at: number): string {
  const text = new Date(at).toISOString()
  return `${text.slice(11, 16)} UTC on ${text.slice(0, 10)}`
}

/** What one person alone can have, and what they can do about it themselves, likeliest first. */
function Personal(): VNode {
  return (
    <>
      <p>What one person alone can have:</p>
      <ul>
        <li>An old session: sign out, then sign in again</li>
        <li>
          Cookies that the browser blocks or throws away: allow them for this site, try a usual
          window instead of a private one, or without extensions
        </li>
        <li>Old or very many cookies of this domain: clear them, then sign in again</li>
        <li>
          A group that was given to you or taken from you: it counts from your next sign-in on; ask
          for it where the page named one
        </li>
        <li>A device whose clock is wrong: set it by the network</li>
        <li>Your network: try another one</li>
      </ul>
      <p>
        If none of it helps, give whoever runs this the request id on the page that turned you away.
      </p>
    </>
  )
}
