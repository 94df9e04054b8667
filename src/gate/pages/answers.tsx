// Pages that the auth endpoints answer with. A proxy shows them on the service's own host, so every
// address in them is absolute.
import type { ComponentChildren, VNode } from 'preact'
import { type Decision, type Reason, reasons } from '../../model/decision.ts'
import type { Identity } from '../../model/identity.ts'
import type { Rule } from '../../model/service.ts'
import type { AccessRequest } from '../request.ts'
import { pageHeaders, renderPage } from './layout.tsx'
import { statusUrl } from './status.tsx'

/** What an answer page tells. */
export interface AnswerPageFacts {
  readonly decision: Decision
  /** What was asked for; null when no canonical request could be read. */
  readonly request: AnswerRequest | null
  /** The gate's own origin: links and files come from there. */
  readonly origin: string
  readonly requestId: string
  /** The operator's own words on whom to ask. */
  readonly supportHint?: string
}

/** The part of a request that a page shows or leads back to. */
export type AnswerRequest = Pick<AccessRequest, 'scheme' | 'host' | 'port' | 'target'>

/** An unavailable page loads itself again after this time; also fit for `Retry-After`. */
export const answerRefreshSeconds = 5

/** Headers that go with an answer page, beside its status and `Cache-Control`. */
export function answerPageHeaders(origin: string): readonly (readonly [string, string])[] {
  return pageHeaders({ assetOrigin: origin }).filter(([name]) => name !== 'Cache-Control')
}

/** The page as HTML text. */
export function answerPage(facts: AnswerPageFacts): string {
  const { decision, requestId, supportHint } = facts
  return renderPage({
    title: titles[decision.kind],
    assetOrigin: facts.origin,
    ...(requestId === '' ? {} : { requestId }),
    ...(decision.kind === 'unavailable' ? { refreshSeconds: answerRefreshSeconds } : {}),
    children: (
      <>
        <h1>{titles[decision.kind]}</h1>
        {body(decision, facts)}
        {supportHint === undefined ? null : <p>{supportHint}</p>}
        {decision.kind === 'forbid' || decision.kind === 'unavailable' ? (
          <p>
            <a href={statusUrl(facts.origin, facts.request?.host ?? null)}>Is it only me?</a>
          </p>
        ) : null}
        <p class="quiet">
          Reason <code>{decision.reason}</code>
        </p>
      </>
    ),
  })
}

/** Headings, in words for somebody who does not know what a gate is. */
const titles = {
  allow: 'You may enter',
  'sign-in': 'Please sign in',
  forbid: 'You are not allowed in here',
  unavailable: 'One moment, please',
  refuse: 'This request was refused',
} as const satisfies Readonly<Record<Decision['kind'], string>>

/** What is said below the heading. */
function body(decision: Decision, facts: AnswerPageFacts): VNode {
  const asked = facts.request === null ? null : addressOf(facts.request)
  switch (decision.kind) {
    case 'forbid':
      return (
        <Forbidden
          rule={decision.rule}
          asked={asked}
          identity={decision.identity}
          origin={facts.origin}
        />
      )
    case 'unavailable':
      return (
        <>
          <p>
            Who is signed in is kept in a store that does not answer just now. Nothing was lost and
            there is nothing that you need to do: this page loads itself again every{' '}
            {answerRefreshSeconds} seconds.
          </p>
          <Facts asked={asked} />
        </>
      )
    case 'sign-in':
      return (
        <>
          <p>{reasons[decision.reason].title}.</p>
          <Facts asked={asked} />
          <p class="actions">
            <a class="button" href={signInUrl(facts.origin, asked, false)}>
              Sign in
            </a>
          </p>
        </>
      )
    case 'allow':
    case 'refuse':
      return <Plain reason={decision.reason} asked={asked} origin={facts.origin} />
  }
}

/** A refusal: the reason and what helps, for whoever can change the configuration or the address. */
function Plain(properties: {
  readonly reason: Reason
  readonly asked: Asked | null
  readonly origin: string
}): VNode {
  const { title, fix } = reasons[properties.reason]
  return (
    <>
      <p>{title}.</p>
      {fix === '' ? null : <p>What helps: {fix}.</p>}
      <Facts asked={properties.asked} />
      <p class="actions">
        <a class="button plain" href={`${properties.origin}/_gatehouse/`}>
          Services that are open to you
        </a>
      </p>
    </>
  )
}

/** Signed in, but not allowed: never a redirect, or the person would go in circles. */
function Forbidden(properties: {
  readonly rule: Rule
  readonly asked: Asked | null
  readonly identity: Identity
  readonly origin: string
}): VNode {
  const { rule, asked, identity, origin } = properties
  return (
    <>
      <p>
        You are signed in, and signing in again would change nothing: this account is not among
        those that may enter.
      </p>
      <Facts asked={asked} identity={identity}>
        <dt>Who may enter</dt>
        <dd>
          <WhoMayEnter rule={rule} />
        </dd>
      </Facts>
      <p>Ask whoever runs this service to let you in, or use another account.</p>
      <p class="actions">
        <a class="button" href={signInUrl(origin, asked, true)}>
          Switch account
        </a>
        <a class="button plain" href={`${origin}/_gatehouse/`}>
          Services that are open to you
        </a>
      </p>
    </>
  )
}

/** Groups and domains are named; people are not, since the list of them is nobody else's business. */
function WhoMayEnter({ rule }: { readonly rule: Rule }): VNode {
  const ways: ComponentChildren[] = [
    ...rule.groups.map((group) => (
      <>
        members of the group <code>{group}</code>
      </>
    )),
    ...rule.emailDomains.map((domain) => (
      <>
        people with an address at <code>{domain}</code>
      </>
    )),
    ...(rule.users.length > 0 ? ['people named in the rule'] : []),
  ]
  if (ways.length === 0) return <>Nobody with this account</>
  return (
    <ul>
      {ways.map((way) => (
        <li>{way}</li>
      ))}
    </ul>
  )
}

/** Who is there and what was asked for, as far as either is known. */
function Facts(properties: {
  readonly asked: Asked | null
  readonly identity?: Identity
  readonly children?: ComponentChildren
}): VNode | null {
  const { asked, identity, children } = properties
  if (asked === null && identity === undefined) return null
  return (
    <dl class="facts">
      {identity === undefined ? null : (
        <>
          <dt>You are</dt>
          <dd>
            <b>{identity.user}</b>
            {identity.name === '' || identity.name === identity.user ? '' : ` (${identity.name})`}
          </dd>
        </>
      )}
      {asked === null ? null : (
        <>
          <dt>You asked for</dt>
          <dd>{asked.shown}</dd>
        </>
      )}
      {children}
    </dl>
  )
}

/** An address to go back to, and the part of it that may be shown: a query may hold secrets. */
interface Asked {
  readonly url: string
  readonly shown: string
}

/** Longest path that is printed. */
const shownLengthMax = 200

function addressOf(request: AnswerRequest): Asked {
  const authority = request.port === null ? request.host : `${request.host}:${request.port}`
  const path = request.target.split('?', 1)[0] ?? ''
  const shown = path.length > shownLengthMax ? `${path.slice(0, shownLengthMax)}…` : path
  return { url: `${request.scheme}://${authority}${request.target}`, shown: `${authority}${shown}` }
}

/** Absolute, since the page is shown on the service's host. */
function signInUrl(origin: string, asked: Asked | null, switchAccount: boolean): string {
  const url = new URL(`${origin}/_gatehouse/sign-in`)
  if (switchAccount) url.searchParams.set('prompt', 'switch')
  if (asked !== null) url.searchParams.set('rd', asked.url)
  return url.href
}
