// What an outpost did with sessions until 2026.5: one file for each request that brings no cookie, kept
// until it is as old as the session lifetime. Here for the comparison of what a flood leaves behind.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, realClock } from '../../../src/world/clock.ts'
import { type Random, seededRandom } from '../../../src/world/random.ts'
import { hex } from './chance.ts'

/** How often expired files are looked for, as the cleanup of 2025.8 does. */
export const sweepIntervalMs = 300_000

/** What a store is started with. */
export interface LegacyStoreOptions {
  /** Where the files go; for the real failure, a tmpfs of 64 MiB. */
  readonly directory: string
  /** Bytes of one file. Measured upstream: about 300 before login, a page of 4 KiB on disk. */
  readonly entryBytes: number
  /** Lifetime of a file. Upstream: access_token_validity and one second. */
  readonly maxAgeMs: number
  readonly clock?: Clock
  readonly random?: Random
  /**
   * Where no small file system can be mounted: so many files fit, then writing fails with ENOSPC as a
   * full tmpfs fails. Default: only the file system decides.
   */
  readonly filesMax?: number
}

/** What is said to one request. */
export interface LegacyAnswer {
  /** 302 to authorize (401 for nginx), 400 when the session could not be saved. */
  readonly status: 302 | 400 | 401
  /** Cookie of a session that was made for this request. */
  readonly cookie: string | null
}

/** The store without a listener, so that a week of probes needs no sockets. */
export class LegacyStore {
  readonly #options: LegacyStoreOptions
  readonly #clock: Clock
  readonly #random: Random
  /** Files with the time at which each was written, oldest first. */
  readonly #ages: { readonly id: string; readonly at: number }[] = []
  #failed = 0

  constructor(options: LegacyStoreOptions) {
    this.#options = options
    this.#clock = options.clock ?? realClock()
    this.#random = options.random ?? seededRandom(1)
    mkdirSync(options.directory, { recursive: true })
  }

  /** Files that are there; writes that failed for want of space. */
  counts(): { files: number; failed: number } {
    return { files: this.#ages.length, failed: this.#failed }
  }

  /** Answers one unauthenticated request; `cookie` is the id that the client brought, if any. */
  request(cookie: string | null, dialect: 'redirect' | 'nginx' = 'redirect'): LegacyAnswer {
    const status = dialect === 'nginx' ? 401 : 302
    if (cookie !== null && /^[0-9a-f]{64}$/.test(cookie) && existsSync(this.#path(cookie)))
      return { status, cookie: null }
    const id = hex(this.#random, 32)
    if (!this.#write(id)) {
      this.#failed += 1
      return { status: 400, cookie: null }
    }
    return { status, cookie: id }
  }

  /** Removes the files that are older than the lifetime, and says how many. */
  sweep(): number {
    const limit = this.#clock.now() - this.#options.maxAgeMs
    const expired = this.#ages.findIndex(({ at }) => at > limit)
    const gone = this.#ages.splice(0, expired === -1 ? this.#ages.length : expired)
    for (const { id } of gone) rmSync(this.#path(id), { force: true })
    return gone.length
  }

  #path(id: string): string {
    return join(this.#options.directory, `session_${id}`)
  }

  #write(id: string): boolean {
    if (this.#ages.length >= (this.#options.filesMax ?? Infinity)) return false
    const path = this.#path(id)
    try {
      writeFileSync(path, new Uint8Array(this.#options.entryBytes).fill(0x61), { mode: 0o600 })
      // The age is the clock's, not the file's: a week passes in seconds here.
      this.#ages.push({ id, at: this.#clock.now() })
      return true
    } catch (error) {
      if (!isNoSpace(error)) throw error
      rmSync(path, { force: true })
      return false
    }
  }
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC'
}

/** A store that listens. */
export interface LegacyOutpost {
  readonly url: string
  readonly store: LegacyStore
  close(): Promise<void>
}

const cookieName = 'authentik_proxy_legacy'

/** Serves a store on a loopback port with an outpost's paths; nobody ever gets past it. */
export function startLegacyOutpost(options: LegacyStoreOptions): LegacyOutpost {
  const store = new LegacyStore(options)
  const clock = options.clock ?? realClock()
  const cancel = clock.every(sweepIntervalMs, () => store.sweep())
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/outpost.goauthentik.io/ping'))
        return new Response(null, { status: 204 })
      const pattern = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]*)`)
      const cookie = pattern.exec(request.headers.get('cookie') ?? '')?.[1] ?? null
      const dialect = pathname.endsWith('/auth/nginx') ? 'nginx' : 'redirect'
      return toResponse(store.request(cookie, dialect))
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    store,
    close: async () => {
      cancel()
      await server.stop(true)
    },
  }
}

function toResponse({ status, cookie }: LegacyAnswer): Response {
  const headers = new Headers()
  if (status === 302)
    headers.set('location', 'https://authentik.example.com/application/o/authorize/')
  if (cookie !== null)
    headers.set('set-cookie', `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Lax`)
  return new Response(null, { status, headers })
}
