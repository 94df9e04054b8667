// The steps of a sign-in that a browser seldom takes: old, used, foreign and repeated attempts, and the
// bindings of browsers; with a token endpoint of the test's own.
import { describe, expect, test } from 'bun:test'
import { SignJWT } from 'jose'
import { toUtf8 } from '../../../std/bytes.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import type { OutpostProvider } from '../outpost.ts'
import { testProvider } from '../testing.ts'
import { attemptLifeMs, restartsMax } from './attempt.ts'
import { type BenchAnswer, type CompatBench, compatBench } from './compat-bench.fixture.ts'

const provider = testProvider({ external: 'https://app.example.com' })
const other = testProvider({
  ...{ external: 'https://other.example.com', clientId: 'other', cookieSecret: 'ANOTHER' },
})
const prefix = '/outpost.goauthentik.io'

/** A token endpoint that answers with the nonce of the latest attempt. */
interface Endpoint {
  nonce: string
  status: number
  readonly http: HttpClient
}

function tokenEndpoint(now: () => number, of: OutpostProvider = provider): Endpoint {
  const endpoint = {
    nonce: '',
    status: 200,
    http: {
      send: async () => {
        const token = await new SignJWT({ nonce: endpoint.nonce, preferred_username: 'ada' })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer(of.endpoints.issuer)
          .setAudience(of.clientId)
          .setSubject('sub-ada')
          .setExpirationTime(Math.floor(now() / 1000) + 3600)
          .sign(toUtf8(of.clientSecret))
        const body = new Uint8Array(Buffer.from(JSON.stringify({ access_token: token })))
        return {
          ok: true,
          value: { status: endpoint.status, headers: new Headers(), body },
        } as const
      },
    },
  }
  return endpoint
}

interface Story {
  readonly bench: CompatBench
  readonly endpoint: Endpoint
  /** Begins to sign in: the binding cookie and the `state`. */
  start(cookie?: string): Promise<{ readonly cookie: string; readonly state: string }>
  callback(query: string, cookie?: string, host?: string): Promise<BenchAnswer>
}

function story(): Story {
  const place: { bench: CompatBench | null } = { bench: null }
  const endpoint = tokenEndpoint(() => place.bench?.clock.now() ?? 0)
  const bench = compatBench({ providers: [provider, other], http: endpoint.http })
  place.bench = bench
  return {
    bench,
    endpoint,
    start: async (Cookie = '') => {
      const target = encodeURIComponent('https://app.example.com/x')
      const answer = await bench.ask(`${prefix}/start?rd=${target}`, {
        headers: { Host: 'app.example.com', Cookie },
      })
      const location = answer.header('location')
      endpoint.nonce = bench.attempt(provider, location).nonce
      const state = new URL(location ?? '').searchParams.get('state') ?? ''
      return { cookie: answer.cookies[0]?.split(';')[0] ?? '', state }
    },
    callback: (query, Cookie = '', Host = 'app.example.com') =>
      bench.ask(`${prefix}/callback?X-authentik-auth-callback=true&${query}`, {
        headers: { Host, Cookie },
      }),
  }
}

describe('callback', () => {
  test('opens a session for a good attempt, with one cookie, and leads to the target', async () => {
    const { bench, start, callback } = story()
    const { cookie, state } = await start()
    const answer = await callback(`code=c&state=${state}`, cookie)
    expect([answer.status, answer.header('location')]).toEqual([302, 'https://app.example.com/x'])
    expect(answer.cookies).toHaveLength(1)
    expect(answer.cookies[0]).toMatch(
      /^authentik_proxy_[0-9a-f]{8}=1[\w-]{32}; Max-Age=3600; Path=\//,
    )
    expect(bench.outcomes).toEqual(['oidc success'])
    const body = new URLSearchParams(bench.calls[0]?.body)
    expect(Object.fromEntries(body)).toMatchObject({ grant_type: 'authorization_code', code: 'c' })
    expect(body.get('code_verifier')).toMatch(/^[\w-]{43}$/)
  })

  test.each(['traefik', 'caddy', 'envoy'])(
    'works on any address of the application, asked by %s',
    async (dialect) => {
      const { bench, start } = story()
      const { cookie, state } = await start()
      const uri = `/any/path?X-authentik-auth-callback=true&code=c&state=${state}`
      const answer =
        dialect === 'envoy'
          ? await bench.ask(`${prefix}/auth/envoy${uri}`, {
              headers: { Host: 'app.example.com', Cookie: cookie },
            })
          : await bench.ask(`${prefix}/auth/${dialect}`, {
              headers: {
                ...{ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'app.example.com' },
                ...{ 'X-Forwarded-Uri': uri, Cookie: cookie },
              },
            })
      expect([answer.status, answer.header('location')]).toEqual([302, 'https://app.example.com/x'])
      // One cookie: Envoy and others keep only one of several.
      expect(answer.cookies).toHaveLength(1)
      expect(answer.header('X-authentik-username')).toBe('')
    },
  )

  test.each([
    ['no state', 'code=c'],
    ['an empty state', 'code=c&state='],
    ['a forged state', 'code=c&state=forged'],
    ['two states', 'code=c&state=a&state=b'],
    ['a huge state', `code=c&state=${'a'.repeat(30_000)}`],
  ])('refuses %s', async (_, query) => {
    const { bench, callback } = story()
    const answer = await callback(query)
    expect([answer.status, answer.cookies]).toEqual([400, []])
    expect(bench.calls).toEqual([])
  })

  test('refuses the state of another provider', async () => {
    const { bench, start, callback } = story()
    const { cookie, state } = await start()
    const answer = await callback(`code=c&state=${state}`, cookie, 'other.example.com')
    expect(answer.status).toBe(400)
    expect(bench.calls).toEqual([])
  })

  test('begins again once, with a fresh binding, for a browser that brings none, and then explains', async () => {
    const { bench, start, callback, endpoint } = story()
    const first = await start()
    const again = await callback(`code=c&state=${first.state}`)
    expect(again.status).toBe(302)
    expect(again.header('location')).toStartWith('http://fake-auth.t.goauthentik.io/auth?')
    expect(again.cookies[0]).toContain('_start=')
    const state = new URL(again.header('location') ?? '').searchParams.get('state') ?? ''
    const last = await callback(`code=c&state=${state}`)
    expect(last.status).toBe(400)
    expect(bench.calls).toEqual([])
    // With the cookie that came with it, the second attempt is as good as any.
    endpoint.nonce = bench.attempt(provider, again.header('location')).nonce
    const cookie = again.cookies[0]?.split(';')[0]
    const good = await callback(`code=c&state=${state}`, cookie)
    expect(good.header('location')).toBe('https://app.example.com/x')
  })

  test('is not taken in by the attempt of another browser', async () => {
    const { start, callback, bench } = story()
    const attacker = await start()
    const victim = await start()
    const answer = await callback(`code=c&state=${attacker.state}`, victim.cookie)
    expect(answer.header('location')).toStartWith('http://fake-auth.t.goauthentik.io/auth?')
    expect(bench.calls).toEqual([])
    expect(bench.sessions.stats().opened).toBe(0)
  })

  test('begins again for an attempt that took more than ten minutes', async () => {
    const { bench, start, callback } = story()
    const { cookie, state } = await start()
    bench.clock.jump(attemptLifeMs)
    const answer = await callback(`code=c&state=${state}`, cookie)
    expect(answer.header('location')).toStartWith('http://fake-auth.t.goauthentik.io/auth?')
    expect(bench.calls).toEqual([])
  })

  test('takes an attempt once: later the person is let through or told, never signed in anew', async () => {
    const { bench, start, callback } = story()
    const { cookie, state } = await start()
    const query = `code=c&state=${state}`
    const first = await callback(query, cookie)
    const session = first.cookies[0]?.split(';')[0] ?? ''
    const back = await callback(query, `${cookie}; ${session}`)
    expect([back.status, back.header('location'), back.cookies]).toEqual([
      ...[302, 'https://app.example.com/x', []],
    ])
    expect((await callback(query, cookie)).status).toBe(400)
    expect(bench.calls).toHaveLength(1)
  })

  test('redeems a code that comes twice at once only once', async () => {
    const { bench, start, callback } = story()
    const { cookie, state } = await start()
    const query = `code=c&state=${state}`
    const answers = await Promise.all([callback(query, cookie), callback(query, cookie)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([302, 400])
    expect(bench.calls).toHaveLength(1)
  })

  test('begins again for a code that authentik refuses, once', async () => {
    const { bench, start, callback, endpoint } = story()
    endpoint.status = 400
    const { cookie, state } = await start()
    const again = await callback(`code=c&state=${state}`, cookie)
    expect(again.header('location')).toStartWith('http://fake-auth.t.goauthentik.io/auth?')
    const next = new URL(again.header('location') ?? '').searchParams.get('state') ?? ''
    const binding = again.cookies[0]?.split(';')[0] ?? ''
    const last = await callback(`code=c&state=${next}`, binding)
    expect(last.status).toBe(400)
    expect(last.body).toContain('The sign-in was refused by authentik')
    expect(bench.sessions.stats().opened).toBe(0)
  })

  test('tells of a loop after a few beginnings within a minute', async () => {
    const { bench, start, callback } = story()
    let cookie = ''
    let seen = ''
    for (let round = 0; round <= restartsMax; round++) {
      const stranger = await start()
      const answer = await callback(`code=c&state=${stranger.state}`, cookie)
      cookie = answer.cookies[0]?.split(';')[0] ?? cookie
      seen = answer.body
    }
    expect(seen).toContain('Signing in goes in circles')
    bench.clock.jump(61_000)
    const later = await callback(`code=c&state=${(await start()).state}`, cookie)
    expect(later.status).toBe(302)
  })

  test.each([
    ['access_denied', 403],
    ['server_error', 403],
  ])('shows a page for the error %s, and never redirects', async (error, status) => {
    const { start, callback } = story()
    const { cookie, state } = await start()
    const answer = await callback(`error=${error}&state=${state}`, cookie)
    expect([answer.status, answer.header('location')]).toEqual([status, null])
  })

  test('tells of an authentik in trouble with 503', async () => {
    const { start, callback, endpoint } = story()
    endpoint.status = 502
    const { cookie, state } = await start()
    expect((await callback(`code=c&state=${state}`, cookie)).status).toBe(503)
  })
})

describe('begin', () => {
  test('keeps the address of a redirect within what authentik reads, however long the target', async () => {
    const { bench } = story()
    for (const length of [10, 1900, 1999, 2500, 8000]) {
      const rd = `https://app.example.com/${'a'.repeat(length)}`
      const answer = await bench.ask(`${prefix}/start?rd=${encodeURIComponent(rd)}`, {
        headers: { Host: 'app.example.com' },
      })
      expect(answer.header('location')?.length).toBeLessThan(4000)
    }
  })

  test('keeps the binding that a browser has, for every tab, and gives one to a browser without', async () => {
    const { start } = story()
    const first = await start()
    expect(first.cookie).toMatch(/^authentik_proxy_[0-9a-f]{8}_start=/)
    expect((await start(first.cookie)).cookie).toBe('')
    expect((await start('authentik_proxy_x_start=forged')).cookie).not.toBe('')
  })

  test('gives none to what fetches without a person, and 401 where the operator wants that', async () => {
    const { bench } = story()
    const ask = (mode: string): Promise<BenchAnswer> =>
      bench.ask(`${prefix}/auth/traefik`, {
        headers: {
          ...{ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'app.example.com' },
          ...{ 'X-Forwarded-Uri': '/', 'Sec-Fetch-Mode': mode },
        },
      })
    for (const mode of ['cors', 'no-cors', 'same-origin', 'websocket']) {
      const answer = await ask(mode)
      expect([mode, answer.status, answer.cookies]).toEqual([mode, 302, []])
    }
    expect((await ask('navigate')).cookies).toHaveLength(1)
    bench.refusesFetches = true
    expect([(await ask('cors')).status, (await ask('navigate')).status]).toEqual([401, 302])
  })
})
