// The thing that we replace, as small as it can be: a gate that keeps one file for every request without a cookie.
import { toBase64Url } from '../../../std/bytes.ts'
import type { Files } from '../../../world/files.ts'
import type { Random } from '../../../world/random.ts'

/** Where proxies ask it. */
export const legacyAuthPath = '/outpost.goauthentik.io/auth/caddy'
/** Pattern of its files. */
export const legacyFiles = 'session_*'
const cookieName = 'legacy_session'
/** What a session holds before anybody has signed in: measured upstream at about this. */
const emptySession = 'x'.repeat(300)

/** What it needs. */
export interface LegacyOptions {
  /** Where its files go: the small disk. */
  readonly directory: string
  readonly port: number
  /** Where strangers are sent. */
  readonly signIn: string
  readonly files: Files
  readonly random: Random
}

/** A running one. */
export interface LegacyOutpost {
  /** Signs somebody in and gives the Cookie header; null when there is no room. */
  signIn(user: string): string | null
  close(): Promise<void>
}

/** Starts it on loopback. */
export function startLegacyOutpost(options: LegacyOptions): LegacyOutpost {
  const { directory, files, port, random } = options
  const pathOf = (id: string): string => `${directory}/session_${id}`
  const write = (text: string): string | null => {
    const id = toBase64Url(random.bytes(24))
    return files.writeAtomic(pathOf(id), text, 0o600).ok ? id : null
  }
  const userOf = (header: string | null): string | null => {
    const id = new RegExp(`(?:^|; )${cookieName}=([\\w-]{32})(?:;|$)`).exec(header ?? '')?.[1]
    const session = id === undefined ? null : files.readText(pathOf(id))
    if (session === null || !session.ok) return null
    return /^user=(\w+)/.exec(session.value)?.[1] ?? null
  }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    fetch: ({ headers, url }) => {
      if (new URL(url).pathname !== legacyAuthPath) return new Response(null, { status: 404 })
      const user = userOf(headers.get('cookie'))
      if (user !== null) return new Response(null, { headers: { 'remote-user': user } })
      // The fault itself: state for somebody who has not shown that there will be a second request.
      const id = write(emptySession)
      if (id === null) return new Response('failed to save session\n', { status: 400 })
      const setCookie = `${cookieName}=${id}; Path=/; HttpOnly`
      return new Response(null, {
        status: 302,
        headers: { location: options.signIn, 'set-cookie': setCookie },
      })
    },
  })
  return {
    signIn: (user) => {
      const id = write(`user=${user}\n`)
      return id === null ? null : `${cookieName}=${id}`
    },
    close: async () => server.stop(true),
  }
}
