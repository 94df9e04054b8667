// Text from outside made fit for one line of a message, and cut where a channel has a limit.

/** Control characters, line and paragraph separators, and the marks that turn the direction of text. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gu

/** One line: what is not printable becomes a space, spaces are one, and the rest is cut at `lengthMax`. */
export function oneLine(text: string, lengthMax: number): string {
  // Cut first, roughly, so that a text of any size costs little.
  const head = text.slice(0, lengthMax * 4)
  return cut(head.replace(unprintable, ' ').replace(/ {2,}/g, ' ').trim(), lengthMax)
}

/** At most `lengthMax` UTF-16 units, with an ellipsis where something is left out; never half a character. */
export function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text.toWellFormed()
  const head = text.slice(0, lengthMax - 1)
  const whole = /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head
  return `${whole.toWellFormed()}…`
}

/** At most `bytesMax` bytes of UTF-8, with an ellipsis where something is left out. */
export function cutBytes(text: string, bytesMax: number): string {
  if (byteLength(text) <= bytesMax) return text.toWellFormed()
  let length = Math.min(text.length, bytesMax)
  while (byteLength(cut(text, length)) > bytesMax) length = Math.floor(length * 0.9)
  return cut(text, length)
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** `text` without any of `secrets`, in whatever sentence of somebody else they stand. */
export function withoutSecrets(text: string, secrets: readonly (string | null)[]): string {
  const known = secrets.filter((secret) => secret !== null && secret.length >= secretLengthMin)
  // The longest first: an address holds the token that may stand alone too.
  return known
    .toSorted((a, b) => (b ?? '').length - (a ?? '').length)
    .reduce<string>((rest, secret) => rest.replaceAll(secret ?? '', '[hidden]'), text)
}

/** Shorter ones would tear ordinary words apart, and are no secrets. */
const secretLengthMin = 4
