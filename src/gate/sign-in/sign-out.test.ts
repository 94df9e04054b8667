// Signing out: who is asked, what proves that the person meant it, and where the browser goes.
import { describe, expect, test } from 'bun:test'
import { cookiesOf, type FlowBench, flowBench, reasonOf } from './flow.fixture.ts'
import { formTokenLifeMs } from './form-token.ts'
import { handleSignedOut, handleSignOut, handleSignOutQuestion } from './sign-out.ts'

const wanted = 'https://app.example.com/x'

async function question(bench: FlowBench, cookie: string, headers: Record<string, string> = {}) {
  const request = bench.request('/_gatehouse/sign-out', { cookie, headers })
  return handleSignOutQuestion(bench.flow, request)
}

/** The token of the page that asks. */
async function tokenFor(bench: FlowBench, cookie: string): Promise<string> {
  const page = await (await question(bench, cookie)).text()
  return /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

interface Post {
  readonly cookie: string
  readonly body: string
  readonly headers?: Record<string, string>
}

async function post(bench: FlowBench, { cookie, body, headers = {} }: Post): Promise<Response> {
  const request = bench.request('/_gatehouse/sign-out', { cookie, body, headers })
  return handleSignOut(bench.flow, request)
}

async function isSignedIn(bench: FlowBench, cookie: string): Promise<boolean> {
  return (await bench.sessions.find(cookie)).kind === 'found'
}

describe('handleSignOutQuestion()', () => {
  test('asks who is signed in, names them, and ends nothing', async () => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const answer = await question(bench, cookie)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    expect(await answer.text()).toContain('alice')
    expect(await isSignedIn(bench, cookie)).toBe(true)
  })

  test('has nothing to ask of nobody', async () => {
    const bench = flowBench()
    for (const cookie of ['', '__Secure-gatehouse=nonsense']) {
      const answer = await question(bench, cookie)
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        '/_gatehouse/signed-out',
      ])
    }
  })

  test.each([
    ['cross-site', 'no-cors', 'refused'],
    ['cross-site', 'cors', 'refused'],
    ['cross-site', null, 'refused'],
    ['cross-site', 'navigate', 'asked'],
    ['same-site', 'no-cors', 'asked'],
    ['same-origin', 'navigate', 'asked'],
    [null, null, 'asked'],
  ] as const)('from %p with mode %p it is %s', async (site, mode, outcome) => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const answer = await question(bench, cookie, {
      ...(site === null ? {} : { 'sec-fetch-site': site }),
      ...(mode === null ? {} : { 'sec-fetch-mode': mode }),
    })
    expect(answer.status).toBe(outcome === 'asked' ? 200 : 403)
    expect(reasonOf(bench)).toBe(outcome === 'asked' ? null : 'cross-site')
  })

  test('says that it cannot know while the store does not answer', async () => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    bench.clock.advance(10_000_000)
    bench.store.reads = false
    const answer = await question(bench, cookie.replace(/.$/, 'A'))
    expect([answer.status, reasonOf(bench)]).toEqual([503, 'session-store'])
  })
})

describe('handleSignOut()', () => {
  test('ends the session of the browser and no other, and clears its cookies', async () => {
    const bench = flowBench()
    const alice = await bench.signIn('alice')
    const bob = await bench.signIn('bob')
    const token = await tokenFor(bench, alice)
    const answer = await post(bench, { cookie: alice, body: `token=${token}` })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/_gatehouse/signed-out'])
    expect(cookiesOf(answer)).toBe('')
    expect(answer.headers.getSetCookie().length).toBeGreaterThan(0)
    expect([await isSignedIn(bench, alice), await isSignedIn(bench, bob)]).toEqual([false, true])
    expect(bench.log.lines.at(-1)).toMatchObject({ event: 'signed-out', fields: { user: 'alice' } })
  })

  const foreign: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '' },
    { origin: 'https://evil.test' },
    { origin: 'https://auth.example.com.evil.test' },
    { origin: 'http://auth.example.com' },
    { origin: 'https://auth.example.com', 'sec-fetch-site': 'cross-site' },
  ]
  test.each(foreign)('is refused from %p even with the right token', async (headers) => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const token = await tokenFor(bench, cookie)
    const answer = await post(bench, { cookie, body: `token=${token}`, headers })
    expect([answer.status, reasonOf(bench)]).toEqual([403, 'cross-site'])
    expect(await isSignedIn(bench, cookie)).toBe(true)
  })

  const own: readonly Record<string, string>[] = [
    {},
    { origin: 'null' },
    { origin: 'https://auth.example.com' },
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
  ]
  test.each(own)('is done from our own page, which says %p', async (headers) => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const token = await tokenFor(bench, cookie)
    expect((await post(bench, { cookie, body: `token=${token}`, headers })).status).toBe(303)
    expect(await isSignedIn(bench, cookie)).toBe(false)
  })

  test('is refused without a token, with a changed one, that of another session or an old one', async () => {
    const bench = flowBench()
    const alice = await bench.signIn('alice')
    const bob = await bench.signIn('bob')
    const token = await tokenFor(bench, alice)
    const bodies = ['', 'token=', `token=${token}x`, `token=${await tokenFor(bench, bob)}`]
    for (const body of bodies) {
      const answer = await post(bench, { cookie: alice, body })
      expect([body.slice(0, 9), answer.status, reasonOf(bench)]).toEqual([
        body.slice(0, 9),
        403,
        'stale-form',
      ])
    }
    bench.clock.advance(formTokenLifeMs)
    expect((await post(bench, { cookie: alice, body: `token=${token}` })).status).toBe(403)
    expect(await isSignedIn(bench, alice)).toBe(true)
  })

  test('goes on to the provider where it has a sign-out, with the hint and our way back', async () => {
    const bench = flowBench()
    bench.oidc.exit = 'https://main.example.com/logout?ui=de'
    const cookie = await bench.signIn('alice', {
      identity: { user: 'alice', name: '', email: '', groups: [], provider: 'main' },
      idToken: 'the-id-token',
    })
    const token = await tokenFor(bench, cookie)
    const body = new URLSearchParams({ token, rd: wanted }).toString()
    const answer = await post(bench, { cookie, body })
    const url = new URL(answer.headers.get('location') ?? '')
    expect(`${url.origin}${url.pathname}`).toBe('https://main.example.com/logout')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ui: 'de',
      id_token_hint: 'the-id-token',
      client_id: 'client-of-main',
      post_logout_redirect_uri: 'https://auth.example.com/_gatehouse/signed-out',
      state: expect.stringMatching(/^[\w-]+$/),
    })
    expect(await isSignedIn(bench, cookie)).toBe(false)
    // The way back says who confirmed it, and leads where the person wanted to.
    const state = url.searchParams.get('state') ?? ''
    const back = bench.request(`/_gatehouse/signed-out?state=${state}`)
    const page = await (await handleSignedOut(bench.flow, back)).text()
    expect(page).toContain('Provider main')
    expect(page).toContain(`href="${wanted}"`)
  })

  test('takes a return address only where a rule would let the person go', async () => {
    for (const target of ['https://evil.test/', '//evil.test', 'javascript:1']) {
      const bench = flowBench()
      const cookie = await bench.signIn('alice')
      const token = await tokenFor(bench, cookie)
      const body = new URLSearchParams({ token, rd: target }).toString()
      const answer = await post(bench, { cookie, body })
      expect(answer.headers.get('location')).toBe('/_gatehouse/signed-out')
    }
  })
})

describe('handleSignedOut()', () => {
  test.each(['x', '', 'A'.repeat(400)])('shrugs at the state "%s"', async (state) => {
    const bench = flowBench()
    const request = bench.request(`/_gatehouse/signed-out?state=${state}`)
    const answer = await handleSignedOut(bench.flow, request)
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain('Provider main')
  })

  test('takes no state of a sign-in for a confirmation, nor an old confirmation', async () => {
    const bench = flowBench()
    const { sealer } = bench.flow.context
    const now = bench.clock.now()
    const sealed = (fields: unknown): string => sealer.seal('sign-in-state', JSON.stringify(fields))
    const bad = [
      ['sign-out', 'Provider main', wanted],
      ['sign-out', 'Provider main', wanted, String(now)],
      ['sign-in', 'Provider main', wanted, now],
      ['sign-out', 7, wanted, now],
      ['sign-out', 'Provider main', wanted, now - 600_000],
      { kind: 'sign-out' },
      null,
    ]
    for (const fields of bad) {
      const request = bench.request(`/_gatehouse/signed-out?state=${sealed(fields)}`)
      expect(await (await handleSignedOut(bench.flow, request)).text()).not.toContain(
        'Provider main',
      )
    }
    const good = sealed(['sign-out', 'Provider main', wanted, now - 599_999])
    const request = bench.request(`/_gatehouse/signed-out?state=${good}`)
    expect(await (await handleSignedOut(bench.flow, request)).text()).toContain('Provider main')
  })

  test('judges the target of a confirmation once more', async () => {
    const bench = flowBench()
    const { sealer } = bench.flow.context
    const fields = ['sign-out', 'Provider main', 'https://evil.test/', bench.clock.now()]
    const state = sealer.seal('sign-in-state', JSON.stringify(fields))
    const request = bench.request(`/_gatehouse/signed-out?state=${state}`)
    expect(await (await handleSignedOut(bench.flow, request)).text()).not.toContain('evil')
  })
})
