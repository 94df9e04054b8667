// Cookies of the robot, as a browser would keep them (RFC 6265), within bounds. Values never leave but in Cookie.
import { isWithinDomain } from '../../model/host.ts'

/** Cookies of one jar, and bytes of one cookie; what is above is not kept. */
const cookiesMax = 60
const cookieBytesMax = 8192

interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  /** True: for exactly this host, since no domain was named. */
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
}

/** A jar. */
export interface CookieJar {
  /** Takes what an answer of `url` sets or deletes. `now` in epoch ms. */
  take(url: URL, setCookies: readonly string[], now: number): void
  /** Value of the header Cookie for `url`; empty for none. */
  header(url: URL): string
}

/** An empty jar. */
export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>()
  return {
    take: (url, setCookies, now) => {
      for (const line of setCookies) {
        const read = readSetCookie(url, line, now)
        if (read === null) continue
        const { cookie, isGone } = read
        const key = `${cookie.domain} ${cookie.path} ${cookie.name}`
        if (isGone) cookies.delete(key)
        else if (cookies.has(key) || cookies.size < cookiesMax) cookies.set(key, cookie)
      }
    },
    header: (url) =>
      [...cookies.values()]
        .filter((cookie) => isFor(cookie, url))
        // Longer paths first (RFC 6265 section 5.4).
        .toSorted((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
  }
}

function readSetCookie(
  url: URL,
  line: string,
  now: number,
): { readonly cookie: Cookie; readonly isGone: boolean } | null {
  if (line.length > cookieBytesMax) return null
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, Math.max(0, equals)).trim()
  if (name === '') return null
  const said = new Map(
    attributes.map((text): [string, string] => {
      const at = text.indexOf('=')
      const key = (at === -1 ? text : text.slice(0, at)).trim().toLowerCase()
      return [key, at === -1 ? '' : text.slice(at + 1).trim()]
    }),
  )
  const domain = (said.get('domain') ?? '').replace(/^\./, '').toLowerCase()
  // A host cannot set cookies for others.
  if (domain !== '' && !isWithinDomain(url.hostname, domain)) return null
  const path = said.get('path') ?? ''
  const cookie: Cookie = {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: domain === '' ? url.hostname : domain,
    hostOnly: domain === '',
    path: path.startsWith('/') ? path : defaultPath(url),
    secure: said.has('secure'),
  }
  return { cookie, isGone: isOver(said, now) }
}

/** Max-Age wins over Expires (RFC 6265 section 5.3). */
function isOver(said: ReadonlyMap<string, string>, now: number): boolean {
  const age = said.get('max-age')
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0
  const expires = Date.parse(said.get('expires') ?? '')
  return !Number.isNaN(expires) && expires <= now
}

function defaultPath({ pathname }: URL): string {
  const end = pathname.lastIndexOf('/')
  return end <= 0 ? '/' : pathname.slice(0, end)
}

function isFor({ domain, hostOnly, path, secure }: Cookie, url: URL): boolean {
  const { hostname, pathname, protocol } = url
  const isHost = hostOnly ? hostname === domain : isWithinDomain(hostname, domain)
  const isPath =
    pathname === path ||
    (pathname.startsWith(path) && (path.endsWith('/') || pathname.charAt(path.length) === '/'))
  // Names under localhost never leave the machine, so browsers send secure cookies there in clear.
  const isSafe = protocol === 'https:' || hostname.endsWith('localhost')
  return isHost && isPath && (!secure || isSafe)
}
