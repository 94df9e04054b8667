// Pages of signing in and out: the ways to choose from, what went wrong, sign-out.
import type { VNode } from 'preact'
import type { Identity } from '../../model/identity.ts'
import type { SignInFaultEntry } from '../sign-in/faults.ts'
import { statusUrl } from './status.tsx'
import { page, redirectTargets } from './layout.tsx'

/** Seconds after which trying again makes sense. */
export const retryAfterSeconds = 5

/** One way to sign in, as the chooser shows it. */
export interface Way {
  readonly title: string
  readonly href: string
}

/** A page to choose a way to sign in from. */
export function chooserPage(options: {
  readonly ways: readonly Way[]
  /** Host of the service that sent the person here; null for the gate's own pages. */
  readonly service: string | null
  readonly identity: Identity | null
  readonly requestId: string
}): Response {
  const { ways, service, identity, requestId } = options
  return page({
    title: 'Sign in',
    requestId,
    children: (
      <>
        <h1>Sign in</h1>
        {service === null ? null : (
          <p>
            to open <b>{service}</b>
          </p>
        )}
        {identity === null ? null : (
          <p class="note">
            You are signed in as <b>{identity.user}</b>. Choose how to sign in instead.
          </p>
        )}
        <ul class="ways">
          {ways.map((way) => (
            <li>
              <a class="button full" href={way.href}>
                {way.title}
              </a>
            </li>
          ))}
        </ul>
      </>
    ),
  })
}

/** What a page about a fault says beside the words of the table. */
export interface FaultPageOptions {
  readonly code: string
  readonly entry: SignInFaultEntry
  readonly requestId: string
  /** Address to try again at; null where trying again is of no use. */
  readonly retry: string | null
  /** What was observed, in our own words. */
  readonly observed: readonly string[]
  /** The provider's own words, tamed; shown as text. */
  readonly quoted: string
  readonly headers?: readonly (readonly [string, string])[]
}

/** A page about a sign-in that went wrong. */
export function faultPage(options: FaultPageOptions): Response {
  const { code, entry, requestId, retry, observed, quoted } = options
  const wait = entry.status === 503
  return page({
    title: entry.title,
    status: entry.status,
    requestId,
    headers: [
      ...(wait ? [['Retry-After', String(retryAfterSeconds)] as const] : []),
      ...(options.headers ?? []),
    ],
    children: (
      <>
        <h1>{entry.title}</h1>
        <p>{entry.text}</p>
        {quoted === '' ? null : (
          <p class="note">
            In the words of the provider: <q>{quoted}</q>
          </p>
        )}
        <List title="What was seen" items={observed} />
        <List title="What you can do" items={entry.helps} />
        <p class="actions">
          {retry === null ? null : (
            <a class="button" href={retry}>
              Try again
            </a>
          )}
          <a class={retry === null ? 'button' : 'button plain'} href="/_gatehouse/">
            Front page
          </a>
        </p>
        <p>
          <a href={statusUrl('', null)}>Is it only me?</a>
        </p>
        <p class="quiet">
          Reason <code>{code}</code>
        </p>
      </>
    ),
  })
}

/** A heading and a list, or nothing where the list is empty. */
function List(properties: {
  readonly title: string
  readonly items: readonly string[]
}): VNode | null {
  if (properties.items.length === 0) return null
  return (
    <>
      <h2>{properties.title}</h2>
      <ul>
        {properties.items.map((item) => (
          <li>{item}</li>
        ))}
      </ul>
    </>
  )
}

/** Asks whether to sign out. Nothing happens before the answer. */
export function signOutPage(options: {
  readonly identity: Identity
  readonly token: string
  /** Where to offer a way back to afterwards; empty for none. */
  readonly returnTo: string
  /** Title of the provider that will be told, and where; null for the built-in accounts. */
  readonly provider: { readonly title: string; readonly endpoint: string } | null
  readonly requestId: string
}): Response {
  const { identity, token, returnTo, provider, requestId } = options
  return page({
    title: 'Sign out',
    requestId,
    formTargets: provider === null ? [] : redirectTargets(provider.endpoint),
    children: (
      <>
        <h1>Sign out?</h1>
        <p>
          You are signed in as <b>{identity.user}</b>.
          {provider === null ? '' : ` You will be signed out at ${provider.title} as well.`}
        </p>
        <form method="post" action="/_gatehouse/sign-out">
          <input type="hidden" name="token" value={token} />
          {returnTo === '' ? null : <input type="hidden" name="rd" value={returnTo} />}
          <p class="actions">
            <button type="submit">Sign out</button>
            <a class="button plain" href="/_gatehouse/">
              Stay signed in
            </a>
          </p>
        </form>
      </>
    ),
  })
}

/** Says that nobody is signed in any more, or that somebody still is. */
export function signedOutPage(options: {
  readonly identity: Identity | null
  /** Title of the provider that confirmed the sign-out; null when none did. */
  readonly provider: string | null
  readonly returnTo: string
  readonly requestId: string
}): Response {
  const { identity, provider, returnTo, requestId } = options
  const title = identity === null ? 'You are signed out' : 'You are still signed in'
  return page({
    title,
    requestId,
    children: (
      <>
        <h1>{title}</h1>
        {identity === null ? (
          <p>
            {provider === null
              ? 'Your session here has ended. On a computer that others use, close the browser as well.'
              : `Your session here has ended, and so has the one at ${provider}.`}
          </p>
        ) : (
          <p>
            Somebody signed in again in this browser, as <b>{identity.user}</b>.
          </p>
        )}
        <p class="actions">
          <a class="button" href={returnTo}>
            {identity === null ? 'Sign in again' : 'Go on'}
          </a>
        </p>
      </>
    ),
  })
}
