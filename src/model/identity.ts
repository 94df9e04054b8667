// Who a person is, as an identity provider or the built-in accounts told us.

/** A signed-in person. Strings may hold any Unicode but no control characters. */
export interface Identity {
  /** Stable name used in policy and in Remote-User. */
  readonly user: string
  /** Name to show; empty when unknown. */
  readonly name: string
  /** E-mail address; empty when unknown. */
  readonly email: string
  /** Groups in the provider's own spelling, each once. */
  readonly groups: readonly string[]
  /** Id of the configured provider that vouched for this, `accounts` for the built-in ones. */
  readonly provider: string
}
