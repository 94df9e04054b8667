// The way back from a provider: what opens a session, and everything that does not.
import { describe, expect, test } from 'bun:test'
import { err, ok } from '../../std/result.ts'
import { testService } from '../testing.ts'
import { handleCallback } from './callback.ts'
import {
  cookiesOf,
  type FlowBench,
  flowBench,
  reasonOf,
  testOidcProvider,
  verified,
} from './flow.fixture.ts'
import { oidcFault, type OidcFaultCode } from './oidc-fault.ts'
import { handleSignIn } from './start.ts'
import { stateLifeMs } from './state.ts'

const wanted = 'https://app.example.com/reports?x=1'
const start = `/_gatehouse/sign-in?rd=${encodeURIComponent(wanted)}`

interface Sent {
  readonly cookie: string
  readonly state: string
}

/** Sends a browser to the provider: what it carries from then on, and the state that comes back. */
async function sendOff(bench: FlowBench, cookie = ''): Promise<Sent> {
  const answer = await handleSignIn(bench.flow, bench.request(start, { cookie }))
  expect(answer.status).toBe(303)
  const state = new URL(answer.headers.get('location') ?? '').searchParams.get('state') ?? ''
  return { cookie: [cookie, cookiesOf(answer)].filter((text) => text !== '').join('; '), state }
}

async function comeBack(bench: FlowBench, sent: Sent, more = '&code=c'): Promise<Response> {
  const target = `/_gatehouse/callback?state=${encodeURIComponent(sent.state)}${more}`
  return handleCallback(bench.flow, bench.request(target, { cookie: sent.cookie }))
}

/** Users that the gate has sessions of. */
async function signedIn(bench: FlowBench): Promise<readonly string[]> {
  const listed = await bench.store.list({}, 100)
  return listed.ok ? listed.value.map(({ identity }) => identity.user) : []
}

describe('handleCallback()', () => {
  test('opens a session and goes where the person wanted to', async () => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    const answer = await comeBack(bench, sent)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, wanted])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(await signedIn(bench)).toEqual(['alice'])
    expect(bench.outcomes).toEqual(['oidc success'])
    expect(bench.log.lines.at(-1)).toMatchObject({
      event: 'signed-in',
      fields: { user: 'alice', sealed: false },
    })
    // The log names no code, no state, no token.
    const log = JSON.stringify(bench.log.lines)
    for (const secret of ['token-alice', sent.state, '"c"']) expect(log).not.toContain(secret)
  })

  test('redeems with the nonce and verifier of this very attempt', async () => {
    const bench = flowBench()
    const first = await sendOff(bench)
    const second = await sendOff(bench, first.cookie)
    await comeBack(bench, second)
    expect(bench.oidc.redeemed).toEqual([
      expect.objectContaining({
        nonce: bench.oidc.asked[1]?.nonce,
        verifier: bench.oidc.asked[1]?.verifier,
        redirectUri: 'https://auth.example.com/_gatehouse/callback',
      }),
    ])
    expect(bench.oidc.asked[0]?.nonce).not.toBe(bench.oidc.asked[1]?.nonce)
  })

  test('opens the session under a fresh cookie whatever the browser brought (session fixation)', async () => {
    const bench = flowBench()
    const mallory = await bench.signIn('mallory')
    bench.config = {
      ...bench.config,
      services: [testService('app.example.com', { providers: ['main'] })],
    }
    const sent = await sendOff(bench, mallory)
    const answer = await comeBack(bench, sent)
    expect(cookiesOf(answer)).not.toContain(mallory.split('=')[1] ?? 'nothing')
    expect(await signedIn(bench)).toEqual(['alice'])
  })

  const nothing: readonly (readonly [what: string, (sent: Sent) => string, string])[] = [
    ['no state', () => '?code=c', 'bad-state'],
    ['an empty state', () => '?code=c&state=', 'bad-state'],
    ['two states', (sent) => `?code=c&state=${sent.state}&state=${sent.state}`, 'bad-state'],
    ['a state cut short', (sent) => `?code=c&state=${sent.state.slice(0, -1)}`, 'bad-state'],
    ['a state made longer', (sent) => `?code=c&state=${sent.state}A`, 'bad-state'],
    ['a state from elsewhere', () => `?code=c&state=${'A'.repeat(200)}`, 'bad-state'],
    ['an error and no state', () => '?error=access_denied', 'denied'],
    ['an error and a bad state', () => '?error=access_denied&state=x', 'denied'],
  ]
  test.each(nothing)('refuses %s and asks the provider nothing', async (_what, query, reason) => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    const request = bench.request(`/_gatehouse/callback${query(sent)}`, { cookie: sent.cookie })
    const answer = await handleCallback(bench.flow, request)
    expect([answer.status, reasonOf(bench)]).toEqual([reason === 'denied' ? 403 : 400, reason])
    expect(answer.headers.getSetCookie()).toEqual([])
    expect([bench.oidc.redeemed, await signedIn(bench)]).toEqual([[], []])
  })

  test('begins again, once, in a browser that brings no binding or another one', async () => {
    for (const other of ['', 'x=1', '__Host-gatehouse-binding=forged']) {
      const bench = flowBench()
      const sent = await sendOff(bench)
      const again = await comeBack(bench, { ...sent, cookie: other })
      expect(again.headers.get('location')).toStartWith('https://main.example.com/authorize')
      expect(bench.oidc.redeemed).toEqual([])
      const state = new URL(again.headers.get('location') ?? '').searchParams.get('state') ?? ''
      const refused = await comeBack(bench, { state, cookie: other })
      expect([refused.status, reasonOf(bench)]).toEqual([400, 'no-binding'])
      expect(await signedIn(bench)).toEqual([])
    }
  })

  test('never signs a browser in with the way back of another one (login CSRF)', async () => {
    const bench = flowBench()
    const mallory = await sendOff(bench)
    const alice = await sendOff(bench)
    const again = await comeBack(bench, { cookie: alice.cookie, state: mallory.state })
    expect(again.headers.get('location')).toStartWith('https://main.example.com/authorize')
    expect([bench.oidc.redeemed, await signedIn(bench)]).toEqual([[], []])
    // The second time round it says why.
    const state = new URL(again.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const bob = await sendOff(bench)
    const refused = await comeBack(bench, { cookie: bob.cookie, state })
    expect([refused.status, reasonOf(bench)]).toEqual([400, 'other-browser'])
  })

  test.each([
    [stateLifeMs - 1, 'redeemed'],
    [stateLifeMs, 'asked again'],
    [stateLifeMs * 10, 'asked again'],
  ])('after %p ms the attempt is %s', async (ms, outcome) => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    bench.clock.advance(ms)
    const answer = await comeBack(bench, sent)
    const isRedeemed = outcome === 'redeemed'
    expect(bench.oidc.redeemed).toHaveLength(isRedeemed ? 1 : 0)
    expect(answer.headers.get('location')).toStartWith(
      isRedeemed ? wanted : 'https://main.example.com/authorize',
    )
  })

  test('a way back that was used sends on who has the session, and refuses whoever has not', async () => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    const opened = await comeBack(bench, sent)
    const withSession = `${sent.cookie}; ${cookiesOf(opened)}`
    const again = await comeBack(bench, { ...sent, cookie: withSession })
    expect([again.status, again.headers.get('location')]).toEqual([303, wanted])
    const without = await comeBack(bench, sent)
    expect([without.status, reasonOf(bench)]).toEqual([400, 'used-state'])
    expect([bench.oidc.redeemed.length, await signedIn(bench)]).toEqual([1, ['alice']])
  })

  test('two at once with the same code: one is redeemed, the other told that it was used', async () => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    const slow = Promise.withResolvers<typeof bench.oidc.answer>()
    bench.oidc.answer = slow.promise.then((answer) => answer)
    const first = comeBack(bench, sent)
    const second = await comeBack(bench, sent)
    expect([second.status, reasonOf(bench)]).toEqual([400, 'used-state'])
    slow.resolve(ok(verified('alice')))
    expect((await first).status).toBe(303)
    expect([bench.oidc.redeemed.length, await signedIn(bench)]).toEqual([1, ['alice']])
  })

  test('129 at once: the last is told to wait, and makes no question of the provider', async () => {
    const bench = flowBench()
    const slow = Promise.withResolvers<typeof bench.oidc.answer>()
    bench.oidc.answer = slow.promise.then((answer) => answer)
    const sent: Sent[] = []
    for (let i = 0; i < 129; i++) sent.push(await sendOff(bench))
    const answers = sent.slice(0, 128).map((one) => comeBack(bench, one))
    const last = sent[128]
    expect((await comeBack(bench, last ?? { cookie: '', state: '' })).status).toBe(503)
    expect([reasonOf(bench), bench.oidc.redeemed.length]).toEqual(['busy', 128])
    slow.resolve(err(oidcFault('provider-down', 'gone')))
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(503)
    bench.oidc.answer = ok(verified('alice'))
    expect((await comeBack(bench, last ?? { cookie: '', state: '' })).status).toBe(303)
  })

  const faults: readonly (readonly [OidcFaultCode, number])[] = [
    ['provider-down', 503],
    ['provider-slow', 503],
    ['provider-answer', 503],
    ['bad-token', 403],
    ['missing-claim', 403],
    ['unusable-claim', 403],
  ]
  test.each(faults)(
    'a fault %s is a page with %p, no session and a way to retry',
    async (code, status) => {
      const bench = flowBench()
      const sent = await sendOff(bench)
      bench.oidc.answer = err(oidcFault(code, 'the detail'))
      const answer = await comeBack(bench, sent)
      expect([answer.status, reasonOf(bench)]).toEqual([status, code])
      expect(answer.headers.getSetCookie()).toEqual([])
      expect(await answer.text()).toContain(encodeURIComponent(wanted))
      expect(await signedIn(bench)).toEqual([])
      // The attempt is not spent: the same way back may be tried again while it lives.
      bench.oidc.answer = ok(verified('alice'))
      expect((await comeBack(bench, sent)).headers.get('location')).toBe(wanted)
    },
  )

  test.each([
    ['access_denied', 'denied', 403],
    ['login_required', 'denied', 403],
    ['server_error', 'provider-down', 503],
    ['temporarily_unavailable', 'provider-down', 503],
  ])('the error %s of a provider is %s', async (error, reason, status) => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    bench.oidc.answer = err({
      ...oidcFault('denied', 'The provider answered with an error'),
      error,
      description: '<b>no</b>',
    })
    const answer = await comeBack(bench, sent, `&error=${error}`)
    expect([answer.status, reasonOf(bench)]).toEqual([status, reason])
    const page = await answer.text()
    expect(page).toContain('&lt;b>no')
    expect(page).not.toContain('<b>no')
  })

  test('a code that the provider no longer takes is asked for anew once, then explained', async () => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    bench.oidc.answer = err(oidcFault('code-refused', 'used'))
    const again = await comeBack(bench, sent)
    expect(again.headers.get('location')).toStartWith('https://main.example.com/authorize')
    const state = new URL(again.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const refused = await comeBack(bench, { ...sent, state })
    expect([refused.status, reasonOf(bench)]).toEqual([400, 'code-refused'])
  })

  test('a provider that a reload took away opens nothing', async () => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    bench.config = {
      ...bench.config,
      identity: { oidc: [testOidcProvider('other')], accounts: null },
    }
    const answer = await comeBack(bench, sent)
    expect([answer.status, reasonOf(bench)]).toEqual([400, 'unknown-provider'])
    expect([bench.oidc.redeemed, await signedIn(bench)]).toEqual([[], []])
  })

  test('a target that a reload took away is not gone to, nor is anybody signed in for it', async () => {
    const bench = flowBench()
    const sent = await sendOff(bench)
    bench.config = { ...bench.config, services: [testService('else.example.com')] }
    const answer = await comeBack(bench, sent)
    expect([answer.status, reasonOf(bench)]).toEqual([400, 'bad-state'])
    expect(await signedIn(bench)).toEqual([])
  })
})
