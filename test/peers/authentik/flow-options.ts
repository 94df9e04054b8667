// How the authentication flow of the stand-in is made up; the default is that of a fresh authentik.

/** What stages the authentication flow has, and what goes wrong in it. */
export interface FlowOptions {
  /** Name and password in one stage, as the default of authentik, or in two. */
  readonly passwordBeside: boolean
  readonly captcha: 'none' | 'beside' | 'stage'
  /** Classes of devices that are asked for; empty: no second factor. */
  readonly devices: readonly string[]
  /** Seed that codes of class `totp` are checked against. */
  readonly totpSeed: string
  /** Asks whether to stay signed in. */
  readonly rememberMe: boolean
  /** A stage in place of the last one, as a new version may bring: `ak-stage-endpoint-agent`. */
  readonly strange: string | null
  /** A policy denies everyone at the end. */
  readonly denied: boolean
  /** Takes people who are not active, as some backends do: then nobody is signed in afterwards. */
  readonly takesInactive: boolean
  /** Every application asks for consent. */
  readonly consent: boolean
}

/** The flow of an authentik as it is installed. */
export const defaultFlow: FlowOptions = {
  passwordBeside: false,
  captcha: 'none',
  devices: [],
  totpSeed: '',
  rememberMe: false,
  strange: null,
  denied: false,
  takesInactive: false,
  consent: false,
}
