// What the gate answers, as data: one of five decisions, each with a reason from a closed table.
import type { Identity } from './identity.ts'
import type { Rule } from './service.ts'

/** Every reason code: its decision, a title for people and what to do about it. */
export const reasons = {
  'signed-in': { decision: 'allow', title: 'Anyone who is signed in may enter', fix: '' },
  member: {
    decision: 'allow',
    title: 'A group, user or e-mail domain of the rule matches',
    fix: '',
  },
  public: { decision: 'allow', title: 'This path is public', fix: '' },
  'own-sign-in': { decision: 'allow', title: 'The service has its own sign-in', fix: '' },
  open: { decision: 'allow', title: 'This path is deliberately open', fix: '' },
  'gate-page': { decision: 'allow', title: 'This is a page of the gate itself', fix: '' },
  'no-session': { decision: 'sign-in', title: 'Nobody is signed in', fix: 'Sign in' },
  'session-ended': {
    decision: 'sign-in',
    title: 'The session is unknown or has ended',
    fix: 'Sign in again',
  },
  'other-provider': {
    decision: 'sign-in',
    title: 'The service asks for another sign-in provider',
    fix: 'Sign in with the provider that the service names',
  },
  'not-member': {
    decision: 'forbid',
    title: 'You are signed in, but not allowed in here',
    fix: 'Ask the operator for one of the groups named, or switch account',
  },
  'session-store': {
    decision: 'unavailable',
    title: 'The session store does not answer',
    fix: 'Wait a moment; the page reloads by itself',
  },
  'untrusted-peer': {
    decision: 'refuse',
    title: 'The connection does not come from a trusted proxy',
    fix: 'Add the address of the proxy to trusted_proxies',
  },
  'missing-header': {
    decision: 'refuse',
    title: 'The proxy left out a header that says what was asked for',
    fix: 'Use the configuration that gatehouse snippet prints',
  },
  'duplicate-header': {
    decision: 'refuse',
    title: 'A header that says what was asked for came twice',
    fix: 'Use the configuration that gatehouse snippet prints',
  },
  'malformed-header': {
    decision: 'refuse',
    title: 'A header that says what was asked for cannot be read',
    fix: 'Use the configuration that gatehouse snippet prints',
  },
  'ambiguous-host': {
    decision: 'refuse',
    title: 'The host name is not a valid host name',
    fix: 'Check the address',
  },
  'unknown-host': {
    decision: 'refuse',
    title: 'No service is declared for this host',
    fix: 'Declare the host under services',
  },
  'ambiguous-path': {
    decision: 'refuse',
    title: 'The path could be read in more than one way',
    fix: 'Use the plain form of the address',
  },
  'too-long': {
    decision: 'refuse',
    title: 'The request line or a header is too long',
    fix: 'Use a shorter address',
  },
  'no-rule': {
    decision: 'refuse',
    title: 'No rule of the service covers this request',
    fix: 'Declare the path, method or network under the service',
  },
  'auth-endpoint': {
    decision: 'refuse',
    title: 'This endpoint is for the proxy, not for browsers',
    fix: 'Open the service itself',
  },
} as const satisfies Readonly<
  Record<string, { decision: DecisionKind; title: string; fix: string }>
>

/** The five decisions. */
export type DecisionKind = 'allow' | 'sign-in' | 'forbid' | 'unavailable' | 'refuse'

/** Every decision, in the order of counters and tables. */
export const decisionKinds = [
  'allow',
  'sign-in',
  'forbid',
  'unavailable',
  'refuse',
] as const satisfies readonly DecisionKind[]

/** Code of a reason, stable: scripts and dashboards rely on it. */
export type Reason = keyof typeof reasons

/** Codes that belong to decision `K`. */
export type ReasonOf<K extends DecisionKind> = {
  [R in Reason]: (typeof reasons)[R]['decision'] extends K ? R : never
}[Reason]

/** The verdict over one request. */
export type Decision =
  | {
      readonly kind: 'allow'
      readonly reason: ReasonOf<'allow'>
      readonly rule: Rule | null
      readonly identity: Identity | null
    }
  | { readonly kind: 'sign-in'; readonly reason: ReasonOf<'sign-in'>; readonly rule: Rule }
  | {
      readonly kind: 'forbid'
      readonly reason: ReasonOf<'forbid'>
      readonly rule: Rule
      readonly identity: Identity
    }
  | { readonly kind: 'unavailable'; readonly reason: ReasonOf<'unavailable'>; readonly rule: Rule }
  | { readonly kind: 'refuse'; readonly reason: ReasonOf<'refuse'>; readonly rule: Rule | null }
