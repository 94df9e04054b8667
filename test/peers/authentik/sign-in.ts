// A person at a browser, as far as a redirect chain needs one: a jar of cookies, and the sign-in page
// filled in. For tests that use no real browser.

/** Redirects that are followed at most before something is wrong. */
const hopsMax = 10
const signInPath = '/if/flow/default-authentication-flow/'

/** Cookies of one browser by host; attributes other than deletion are not looked at. */
export class CookieJar {
  readonly #byHost = new Map<string, Map<string, string>>()

  /** The `Cookie` header for `url`; empty without cookies. */
  header(url: URL): string {
    const cookies = this.#byHost.get(url.hostname) ?? new Map<string, string>()
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Takes over the cookies of an answer. */
  take(url: URL, answer: Response): void {
    const cookies = this.#byHost.get(url.hostname) ?? new Map<string, string>()
    this.#byHost.set(url.hostname, cookies)
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';')
      const at = pair.indexOf('=')
      const gone = attributes.some((attribute) => /^\s*max-age=(0|-\d+)\s*$/i.test(attribute))
      if (gone) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }

  /** One request without following redirects. */
  async fetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address)
    const headers = new Headers(init.headers)
    const cookie = this.header(url)
    if (cookie !== '') headers.set('cookie', cookie)
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    this.take(url, answer)
    return answer
  }
}

/** How {@link signInAt} ended. */
export type SignInEnd =
  /** authentik sends the browser back to the outpost: the callback with code and state. */
  | { readonly kind: 'back'; readonly url: URL }
  /** authentik keeps the browser and shows a page of its own. */
  | { readonly kind: 'page'; readonly status: number; readonly text: string }

/** Who signs in. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/**
 * Opens an authorize address, fills in the sign-in page if there is one, and stops at the first redirect
 * that leaves authentik; that address is not requested.
 */
export async function signInAt(
  authorizeUrl: string,
  credentials: Credentials,
  jar: CookieJar = new CookieJar(),
): Promise<SignInEnd> {
  const { origin } = new URL(authorizeUrl)
  let url = new URL(authorizeUrl)
  for (let hop = 0; hop < hopsMax; hop++) {
    const isPage = url.pathname.endsWith(signInPath)
    const answer = await jar.fetch(url, isPage ? submit(credentials) : {})
    const location = answer.headers.get('location')
    if (location === null) return { kind: 'page', status: answer.status, text: await answer.text() }
    url = new URL(location, url)
    if (url.origin !== origin) return { kind: 'back', url }
  }
  throw new Error(`More than ${hopsMax} redirects from "${authorizeUrl}"`)
}

function submit({ username, password }: Credentials): RequestInit {
  return { method: 'POST', body: new URLSearchParams({ username, password }) }
}
