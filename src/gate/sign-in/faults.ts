// Every way in which a sign-in can end badly: status, words and counter, in one table.
import type { SignInOutcome } from './sign-in.ts'

/** One entry: `title` and `text` for the person, `helps` what they can do, in order of likelihood. */
export interface SignInFaultEntry {
  /** 400 begin anew, 403 no, 503 not now. */
  readonly status: number
  /** Null where nothing was attempted. */
  readonly outcome: SignInOutcome | null
  readonly title: string
  readonly text: string
  readonly helps: readonly string[]
}

const tryAgain = 'Try again'
const tellOperator = 'Tell whoever runs this gate; the request id below is in its log'

/** Codes are stable: the log, the pages and the documentation use them. */
export const signInFaults = {
  // The way back: the address, the browser, the time.
  'bad-state': {
    status: 400,
    outcome: 'bad-state',
    title: 'This sign-in cannot be continued',
    text: 'The address that brought you here does not belong to a sign-in that was begun here, or it was changed on the way.',
    helps: ['Open the service that you wanted and sign in from there'],
  },
  'no-binding': {
    status: 400,
    outcome: 'no-binding',
    title: 'Your browser did not bring back our cookie',
    text: 'A sign-in has to end in the browser that began it. To know it again, the gate gives it a cookie, and that cookie did not come back, not even at the second attempt.',
    helps: [
      'Allow cookies for this site',
      'Finish the sign-in in the browser and the window in which you began it',
    ],
  },
  'other-browser': {
    status: 400,
    outcome: 'no-binding',
    title: 'This sign-in was begun in another browser',
    text: 'A sign-in has to end in the browser that began it. The address that brought you here comes from another one, or your cookies were cleared on the way.',
    helps: ['Open the service that you wanted and sign in from there'],
  },
  expired: {
    status: 400,
    outcome: 'expired',
    title: 'This sign-in took too long',
    text: 'More than ten minutes lay between its beginning and its end.',
    helps: [tryAgain],
  },
  'used-state': {
    status: 400,
    outcome: 'bad-state',
    title: 'This sign-in has been used already',
    text: 'The address that brought you here works once. It probably comes from the history of the browser.',
    helps: [tryAgain],
  },
  'code-refused': {
    status: 400,
    outcome: 'expired',
    title: 'The sign-in provider no longer knows this sign-in',
    text: 'It has been used already, or it is too old.',
    helps: [tryAgain],
  },
  // Circles: what was seen in the request is added by observe.ts.
  'session-not-kept': {
    status: 400,
    outcome: 'loop',
    title: 'You are going in circles',
    text: 'You have signed in several times within a minute, each time with success, and each time the session was gone when you came back. Sending you round once more would not help.',
    helps: [],
  },
  'session-not-seen': {
    status: 400,
    outcome: 'loop',
    title: 'You are going in circles',
    text: 'You are signed in here, but the service that you want to open does not see it and keeps sending you back. Sending you there once more would not help.',
    helps: [],
  },
  // The provider: its verdict, its trouble, its tokens.
  denied: {
    status: 403,
    outcome: 'denied-by-provider',
    title: 'The sign-in provider did not sign you in',
    text: 'It sent you back without saying who you are.',
    helps: ['Try again with another account', 'Ask whoever runs the provider for access'],
  },
  'provider-down': {
    status: 503,
    outcome: 'provider-error',
    title: 'The sign-in provider does not answer',
    text: 'The gate cannot reach it, or it is in trouble. People who are signed in already are not affected.',
    helps: ['Wait a moment and try again'],
  },
  'provider-slow': {
    status: 503,
    outcome: 'provider-error',
    title: 'The sign-in provider takes too long',
    text: 'It did not answer within five seconds. People who are signed in already are not affected.',
    helps: ['Wait a moment and try again'],
  },
  'provider-answer': {
    status: 503,
    outcome: 'provider-error',
    title: 'The sign-in provider gave an answer that cannot be used',
    text: 'The gate asked it and does not understand what came back. People who are signed in already are not affected.',
    helps: ['Wait a moment and try again', tellOperator],
  },
  busy: {
    status: 503,
    outcome: 'busy',
    title: 'Too many people are signing in at this moment',
    text: 'The gate asks the provider for a limited number of people at a time.',
    helps: ['Wait a moment and try again'],
  },
  'bad-token': {
    status: 403,
    outcome: 'bad-token',
    title: 'What the sign-in provider said could not be verified',
    text: 'Its answer is not one that the gate can trust: it is signed by an unknown key, meant for somebody else, or from another time.',
    helps: [tryAgain, tellOperator],
  },
  'missing-claim': {
    status: 403,
    outcome: 'bad-token',
    title: 'The sign-in provider did not say who you are',
    text: 'You have signed in there, but the name that this gate knows people by was missing from its answer.',
    helps: ['Complete your profile at the provider, with a verified e-mail address', tellOperator],
  },
  'unusable-claim': {
    status: 403,
    outcome: 'bad-token',
    title: 'The name that the sign-in provider gave cannot be used',
    text: 'It is too long, begins or ends with a blank, or holds characters that could be taken for another name.',
    helps: [tellOperator],
  },
  // What the address or the configuration asks for cannot be had.
  'unknown-provider': {
    status: 400,
    outcome: 'bad-state',
    title: 'There is no such sign-in provider',
    text: 'The address names a provider that this gate does not have, or that the service does not accept.',
    helps: ['Open the service that you wanted and sign in from there'],
  },
  'no-way-in': {
    status: 503,
    outcome: null,
    title: 'There is no way to sign in for this service',
    text: 'The service accepts only sign-in providers that this gate does not have.',
    helps: [tellOperator],
  },
  // Signing out, and everything that needs to know who is there.
  'cross-site': {
    status: 403,
    outcome: null,
    title: 'This request came from another site',
    text: 'Signing out is something that only you may ask for, on a page of this gate.',
    helps: ['Open the page of the gate and sign out there'],
  },
  'stale-form': {
    status: 403,
    outcome: null,
    title: 'This form is no longer good',
    text: 'It was open for more than an hour, or belongs to another session.',
    helps: ['Open the page again'],
  },
  'session-store': {
    status: 503,
    outcome: null,
    title: 'One moment, please',
    text: 'Who is signed in is kept in a store that does not answer just now.',
    helps: ['Wait a moment and try again'],
  },
} as const satisfies Readonly<Record<string, SignInFaultEntry>>

/** Code of a fault. */
export type SignInFaultCode = keyof typeof signInFaults
