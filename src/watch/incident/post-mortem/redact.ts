// Takes people out of a text: names, e-mail addresses and network addresses, each by a placeholder that stays.
import { parseAddress } from '../../../model/network.ts'

/** Replaces what identifies people. The same thing has the same placeholder throughout one redactor. */
export type Redact = (text: string) => string

/** Names that are taken out; more than any estate has people would be a defect. */
const namesMax = 10_000
/** Shorter ones would take words apart. */
const nameLengthMin = 2

/**
 * A redactor. `names` are users' names and whatever else must not appear; they are found as whole words,
 * in whatever case. Addresses are IPv4 and IPv6, with and without port or zone; what only looks like one,
 * such as a time of day, stays.
 */
export function createRedactor(names: readonly string[]): Redact {
  const addresses = new Map<string, string>()
  const people = namesPattern(names)
  const numbered = (address: string): string => {
    const known = addresses.get(address)
    if (known !== undefined) return known
    const placeholder = `(address ${addresses.size + 1})`
    addresses.set(address, placeholder)
    return placeholder
  }
  return (text) => {
    const withoutMail = text.replaceAll(mailPattern, '(e-mail address)')
    const withoutSix = withoutMail.replaceAll(sixPattern, (candidate) => six(candidate, numbered))
    const withoutFour = withoutSix.replaceAll(fourPattern, (candidate) =>
      parseAddress(candidate) === null ? candidate : numbered(candidate),
    )
    return people === null ? withoutFour : withoutFour.replaceAll(people, '(a person)')
  }
}

/** RFC 5322's dot-atom form, with a domain that ends in letters: probes are named `idp@10.0.0.1`. */
const mailPattern = /[\p{L}\p{N}.!#$%&'*+/=?^_{}~-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/gu
const fourPattern = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d]|\.\d)/g
/** Hexadecimal digits and at least two colons, perhaps with an IPv4 tail (RFC 4291, section 2.2). */
const sixPattern =
  /(?<![\w:])(?:(?:[0-9A-Fa-f]{0,4}:){2,7}\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\w)|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?!\w))/g

function six(candidate: string, numbered: (address: string) => string): string {
  // A colon at the end may be punctuation: `fe80::1:`.
  for (const text of [candidate, candidate.replace(/:$/, '')])
    if (text.length > 2 && parseAddress(text) !== null)
      return numbered(text.toLowerCase()) + candidate.slice(text.length)
  return candidate
}

function namesPattern(names: readonly string[]): RegExp | null {
  const wanted = names
    .map((name) => name.trim())
    .filter((name) => name.length >= nameLengthMin)
    .slice(0, namesMax)
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  if (wanted.length === 0) return null
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${wanted.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
}
