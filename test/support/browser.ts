// A browser as far as signing in goes: cookies by host, redirects on demand, forms. No script.

/** An answer as the browser has it before it acts on it. */
export interface Seen {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Location, made absolute; null when there is none. */
  readonly location: string | null
}

/** What a request may add. */
export interface VisitOptions {
  readonly method?: string
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

interface Cookie {
  readonly value: string
  /** The host itself, or the domain below which it is sent. */
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
}

/** Redirects followed in a row before a browser gives up, as browsers do. */
const redirectsMax = 20

/** Where on this machine an address is answered; null: at the port that it says, by the scheme it says. */
export type Reach = (url: URL) => string | null

/** One browser with a jar of its own. Names under `.localhost` are found on 127.0.0.1. */
export class Browser {
  readonly #jar = new Map<string, Cookie>()
  readonly #reach: Reach
  /** Every address visited, in order. */
  readonly history: string[] = []
  /** Cookies with these names are dropped, as a browser that blocks them does. */
  readonly blocked = new Set<string>()

  /** `reach` gives origins for addresses whose port is not the one of a test: a router, or TLS, in between. */
  constructor(reach: Reach = () => null) {
    this.#reach = reach
  }

  /** One request; cookies are sent and kept, a redirect is not followed. */
  async visit(url: string, options: VisitOptions = {}): Promise<Seen> {
    const target = new URL(url)
    this.history.push(url)
    const origin = this.#reach(target)
    const onMachine =
      origin === null ? new URL(url) : new URL(target.pathname + target.search, origin)
    if (onMachine.hostname.endsWith('.localhost')) onMachine.hostname = '127.0.0.1'
    const cookie = this.cookieHeader(target.hostname, target.pathname)
    const response = await fetch(onMachine, {
      method: options.method ?? (options.form === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: {
        host: target.host,
        accept: 'text/html',
        ...(cookie === '' ? {} : { cookie }),
        ...options.headers,
      },
      ...(options.form === undefined ? {} : { body: new URLSearchParams(options.form) }),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line, target.hostname)
    const location = response.headers.get('location')
    return {
      url,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? null : new URL(location, url).href,
    }
  }

  /** Goes to `url` and follows redirects until there is a page, or until `stop` says so. */
  async open(url: string, stop: (location: string) => boolean = () => false): Promise<Seen> {
    let seen = await this.visit(url)
    for (let i = 0; seen.location !== null && !stop(seen.location); i++) {
      if (i === redirectsMax) throw new Error(`Too many redirects at ${seen.location}`)
      seen = await this.visit(seen.location)
    }
    return seen
  }

  /** Fills in the form on a page and goes on from there. */
  async submit(
    page: Seen,
    fields: Readonly<Record<string, string>>,
    stop?: (location: string) => boolean,
  ): Promise<Seen> {
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1] ?? page.url
    const url = new URL(action, page.url).href
    const seen = await this.visit(url, {
      form: {
        ...Object.fromEntries(hidden.map(([, name, value]) => [name ?? '', value ?? ''])),
        ...fields,
      },
      headers: { origin: new URL(page.url).origin },
    })
    return seen.location === null || stop?.(seen.location) === true
      ? seen
      : this.open(seen.location, stop)
  }

  /** The Cookie header for a host and path. */
  cookieHeader(host: string, path = '/'): string {
    return [...this.#jar]
      .filter(([, cookie]) => isSentTo(cookie, host, path))
      .map(([key, cookie]) => `${key.split(' ')[0] ?? ''}=${cookie.value}`)
      .join('; ')
  }

  /** Names of all cookies that the jar holds. */
  cookieNames(): readonly string[] {
    return [...this.#jar.keys()].map((key) => key.split(' ')[0] ?? '')
  }

  /** Forgets cookies of a name, everywhere. */
  forget(name: string): void {
    for (const key of this.#jar.keys()) if (key.startsWith(`${name} `)) this.#jar.delete(key)
  }

  #keep(line: string, host: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    if (this.blocked.has(name)) return
    const attribute = (wanted: string): string | null => {
      for (const text of attributes) {
        const [key = '', value = ''] = text.split('=')
        if (key.toLowerCase() === wanted) return value
      }
      return null
    }
    const domain = attribute('domain')?.replace(/^\./, '') ?? null
    if (domain !== null && host !== domain && !host.endsWith(`.${domain}`)) return
    const path = attribute('path') ?? '/'
    const key = `${name} ${domain ?? host} ${path}`
    const maxAge = attribute('max-age')
    const expires = attribute('expires')
    const gone =
      maxAge === null ? expires !== null && Date.parse(expires) < Date.now() : Number(maxAge) <= 0
    if (gone) this.#jar.delete(key)
    else
      this.#jar.set(key, {
        value: pair.slice(equals + 1),
        domain: domain ?? host,
        hostOnly: domain === null,
        path,
      })
  }
}

function isSentTo(cookie: Cookie, host: string, path: string): boolean {
  const { domain, hostOnly } = cookie
  if (host !== domain && (hostOnly || !host.endsWith(`.${domain}`))) return false
  const folder = cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`
  return path === cookie.path || path.startsWith(folder)
}
