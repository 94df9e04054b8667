// The host that a monitor is about, from whatever it says of its target.
import { parseHost } from '../../model/host.ts'

/** Texts that stand for nothing: an empty label of Uptime Kuma is the word "null" or a bare scheme. */
const nothing = new Set(['', 'null', 'undefined', 'https://', 'http://'])

/** The first of `texts` (URLs, host names, perhaps with a port) that has a valid host; null: none. */
export function hostOf(...texts: readonly (string | null)[]): string | null {
  for (const text of texts) {
    if (text === null || nothing.has(text.trim())) continue
    const host = parseHost(authorityOf(text.trim()))
    if (host.ok) return host.value.host
  }
  return null
}

function authorityOf(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text.split('/', 1)[0] ?? ''
  return URL.parse(text)?.host ?? ''
}
