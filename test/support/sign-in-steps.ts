// Steps of an OpenID sign-in, one at a time, for stories that interfere between them.
import { must } from '../../src/std/assert.ts'
import type { Browser, Seen } from './browser.ts'
import type { SignInGate } from './sign-in-gate.ts'

/** An authorization request, as the browser was sent off with it. */
export interface SentOff {
  readonly url: URL
  readonly state: string
  readonly nonce: string
}

/** Begins a sign-in for `target` and stops before the provider. */
export async function sendOff(
  browser: Browser,
  gate: SignInGate,
  target = `${gate.serviceOrigin('app')}/`,
): Promise<SentOff> {
  const rd = encodeURIComponent(target)
  return sentOff(await browser.visit(`${gate.origin}/_gatehouse/sign-in?rd=${rd}`))
}

/** Reads an authorization request out of a redirect. */
export function sentOff(seen: Seen): SentOff {
  const url = new URL(must(seen.location, `A redirect, not ${seen.status}: ${seen.text}`))
  return {
    url,
    state: must(url.searchParams.get('state'), 'A state'),
    nonce: must(url.searchParams.get('nonce'), 'A nonce'),
  }
}

/** Comes back from the provider with the given parameters. */
export function comeBack(
  browser: Browser,
  gate: SignInGate,
  parameters: Readonly<Record<string, string>>,
): Promise<Seen> {
  const query = new URLSearchParams(parameters).toString()
  return browser.visit(`${gate.origin}/_gatehouse/callback?${query}`)
}

/** Reason code that a page of the gate shows. */
export function reasonOf(seen: Seen): string | null {
  return /Reason <code>([a-z-]+)<\/code>/.exec(seen.text)?.[1] ?? null
}

/** Who a browser is, as the gate sees it; null for nobody. */
export async function whoIs(browser: Browser, gate: SignInGate): Promise<string | null> {
  const seen = await browser.visit(`${gate.origin}/_gatehouse/me`)
  if (seen.status !== 200) return null
  const identity: unknown = JSON.parse(seen.text)
  return typeof identity === 'object' && identity !== null && 'user' in identity
    ? String(identity.user)
    : null
}

/** True when an answer sets or keeps a session cookie. */
export function opensSession(seen: Seen): boolean {
  return seen.headers
    .getSetCookie()
    .some((line) => !line.includes('-binding=') && !/max-age=0/i.test(line))
}
