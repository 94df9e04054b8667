// Names that people give their passkeys.

/** Longest name of a passkey. */
export const passkeyTitleLengthMax = 64

/** A name for a passkey: what was typed, without control characters, or a name of ours. */
export function passkeyTitle(typed: string): string {
  const title = typed.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').trim()
  return title === '' ? 'Passkey' : title.slice(0, passkeyTitleLengthMax)
}
