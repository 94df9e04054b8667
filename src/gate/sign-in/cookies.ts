// Reading one cookie out of a Cookie header (RFC 6265 section 4.2), bounded.

/** Longest Cookie header that is looked at, in characters. */
const headerLengthMax = 16_384
/** Values of one name that are looked at; more than a few are an attempt to hide one. */
const valuesMax = 4

/** All values of the cookie `name`, in the order sent, at most four. */
export function cookieValues(header: string | null, name: string): readonly string[] {
  if (header === null || header.length > headerLengthMax) return []
  const values: string[] = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue
    values.push(pair.slice(equals + 1).trim())
    if (values.length === valuesMax) break
  }
  return values
}
