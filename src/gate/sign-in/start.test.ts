// The start of a sign-in: which ways are offered to whom, and when nobody is sent round once more.
import { describe, expect, test } from 'bun:test'
import { testService } from '../testing.ts'
import { loopPassagesMax, loopWindowSeconds } from './binding.ts'
import { cookiesOf, type FlowBench, flowBench, reasonOf, testOidcProvider } from './flow.fixture.ts'
import { oidcFault } from './oidc-fault.ts'
import { handleProviderStart, handleSignIn } from './start.ts'

const wanted = 'https://app.example.com/x'
const rd = `rd=${encodeURIComponent(wanted)}`
const accounts = {
  file: null,
  hashesMax: 1,
  hashQueueMax: 1,
  attemptsMax: 1,
  attemptWindowMs: 1000,
}
const two = {
  identity: { oidc: [testOidcProvider('main'), testOidcProvider('other')], accounts },
}

function signIn(bench: FlowBench, query: string, cookie = ''): Promise<Response> {
  return handleSignIn(bench.flow, bench.request(`/_gatehouse/sign-in${query}`, { cookie }))
}

function startAt(bench: FlowBench, query: string, cookie = ''): Promise<Response> {
  return handleProviderStart(
    bench.flow,
    bench.request(`/_gatehouse/sign-in/oidc${query}`, { cookie }),
  )
}

describe('handleSignIn()', () => {
  test('goes straight to the only provider, with everything sealed and one host cookie', async () => {
    const bench = flowBench()
    const answer = await signIn(bench, `?${rd}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toStartWith('https://main.example.com/authorize?state=')
    const [cookie = '', ...rest] = answer.headers.getSetCookie()
    expect(rest).toEqual([])
    expect(cookie).toMatch(
      /^__Host-gatehouse-binding=[\w-]+; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure$/,
    )
    const [question] = bench.oidc.asked
    // RFC 7636 section 4.1: 43 to 128 characters.
    expect(question?.verifier).toMatch(/^[\w-]{43}$/)
    expect(question?.nonce).toMatch(/^[\w-]{32}$/)
    expect(question?.redirectUri).toBe('https://auth.example.com/_gatehouse/callback')
    expect(decodeURIComponent(question?.state ?? '')).not.toContain('app.example.com')
  })

  test('asks the provider for another account where the person switches, and only then', async () => {
    const bench = flowBench()
    for (const query of ['', '?prompt=login', '?prompt=switch']) await signIn(bench, query)
    expect(bench.oidc.asked.map(({ switchAccount }) => switchAccount)).toEqual([false, false, true])
  })

  test('stores nothing for strangers, however many come', async () => {
    const bench = flowBench()
    for (let i = 0; i < 200; i++) await signIn(bench, `?${rd}`, `__Host-gatehouse-binding=x${i}`)
    expect([bench.flow.used.size, bench.flow.underWay.size]).toEqual([0, 0])
    expect(bench.store.asked.create).toBe(0)
  })

  test('shows the ways in the order of the configuration, accounts last, and sets no cookie', async () => {
    const bench = flowBench(two)
    const answer = await signIn(bench, `?${rd}`)
    const page = await answer.text()
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    const hrefs = [...page.matchAll(/href="(\/_gatehouse\/sign-in[^"]*)"/g)].map((match) =>
      (match[1] ?? '').replaceAll('&amp;', '&'),
    )
    expect(hrefs).toEqual([
      `/_gatehouse/sign-in/oidc?provider=main&${rd}`,
      `/_gatehouse/sign-in/oidc?provider=other&${rd}`,
      `/_gatehouse/sign-in/accounts?${rd}`,
    ])
    expect(bench.oidc.asked).toEqual([])
  })

  const narrowed: readonly (readonly [providers: string[], ways: string])[] = [
    [['main'], 'https://main.example.com/authorize'],
    [['other'], 'https://other.example.com/authorize'],
    [['accounts'], '/_gatehouse/sign-in/accounts'],
    [['main', 'accounts'], 'chooser: main accounts'],
    [['elsewhere'], 'no-way-in'],
  ]
  test.each(narrowed)('offers for a service of %p only %s', async (providers, ways) => {
    const bench = flowBench({ ...two, services: [testService('app.example.com', { providers })] })
    const answer = await signIn(bench, `?${rd}`)
    if (ways === 'no-way-in') {
      expect([answer.status, reasonOf(bench)]).toEqual([503, 'no-way-in'])
    } else if (ways.startsWith('chooser')) {
      const page = await answer.text()
      expect(page).toContain('provider=main')
      expect(page).toContain('/_gatehouse/sign-in/accounts')
      expect(page).not.toContain('provider=other')
    } else expect(answer.headers.get('location')).toStartWith(ways)
  })

  test('a person who is signed in is sent on at once, also to the portal', async () => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    expect((await signIn(bench, `?${rd}`, cookie)).headers.get('location')).toBe(wanted)
    const portal = await signIn(bench, '', cookie)
    expect(portal.headers.get('location')).toBe('https://auth.example.com/_gatehouse/')
    expect(portal.headers.getSetCookie()).toEqual([])
    expect(bench.oidc.asked).toEqual([])
  })

  test('a session of a provider that the service does not take is replaced', async () => {
    const bench = flowBench({
      ...two,
      services: [testService('app.example.com', { providers: ['other'] })],
    })
    const cookie = await bench.signIn('alice')
    const answer = await signIn(bench, `?${rd}`, cookie)
    expect(answer.headers.get('location')).toStartWith('https://other.example.com/authorize')
  })

  const hostile = [
    'https://evil.test/',
    '//evil.test/',
    'https://app.example.com@evil.test/',
    'javascript:alert(1)',
    'https://app.example.com.evil.test/',
    'http://app.example.com/',
    'https://auth.example.com/_gatehouse/sign-out',
  ]
  test.each(hostile)('a person who is signed in is never sent to %s', async (target) => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const answer = await signIn(bench, `?rd=${encodeURIComponent(target)}`, cookie)
    expect(answer.headers.get('location')).toBe('https://auth.example.com/_gatehouse/')
  })

  test('two targets are none: the portal, not the first and not the last', async () => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const answer = await signIn(bench, `?${rd}&${rd}`, cookie)
    expect(answer.headers.get('location')).toBe('https://auth.example.com/_gatehouse/')
  })

  test(`stops a loop with a session after ${loopPassagesMax} passages, with what was seen`, async () => {
    const bench = flowBench()
    const session = await bench.signIn('alice')
    let cookie = session
    for (let i = 0; i < loopPassagesMax; i++) {
      const answer = await signIn(bench, `?${rd}`, cookie)
      expect([i, answer.headers.get('location')]).toEqual([i, wanted])
      cookie = `${session}; ${cookiesOf(answer)}`
    }
    const stopped = await signIn(bench, `?${rd}`, cookie)
    expect([stopped.status, reasonOf(bench)]).toEqual([400, 'session-not-seen'])
    const page = await stopped.text()
    expect(page).toContain('does not pass on the Cookie header')
    expect(page).toContain('retry=1')
    // Another target is no loop, and neither is the same one a minute later or when asked to.
    const elsewhere = `?rd=${encodeURIComponent('https://app.example.com/other')}`
    expect((await signIn(bench, elsewhere, cookie)).status).toBe(303)
    expect((await signIn(bench, `?${rd}&retry=1`, cookie)).status).toBe(303)
    bench.clock.advance(loopWindowSeconds * 1000)
    expect((await signIn(bench, `?${rd}`, cookie)).status).toBe(303)
  })

  test('says that a provider cannot be asked, with a way to try again and no cookie', async () => {
    const bench = flowBench()
    bench.oidc.trouble = oidcFault('provider-down', 'ECONNREFUSED')
    const answer = await signIn(bench, `?${rd}`)
    expect([answer.status, reasonOf(bench)]).toEqual([503, 'provider-down'])
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(bench.outcomes).toEqual(['oidc provider-error'])
    expect(await answer.text()).not.toContain('ECONNREFUSED')
  })
})

describe('handleProviderStart()', () => {
  test('starts with the provider that was chosen', async () => {
    const bench = flowBench(two)
    const answer = await startAt(bench, `?provider=other&${rd}`)
    expect(answer.headers.get('location')).toStartWith('https://other.example.com/authorize')
  })

  test.each(['', '?provider=', '?provider=none', '?provider=accounts', '?provider=MAIN'])(
    'refuses "%s", which names no provider',
    async (query) => {
      const bench = flowBench(two)
      expect((await startAt(bench, query)).status).toBe(400)
      expect([reasonOf(bench), bench.oidc.asked]).toEqual(['unknown-provider', []])
    },
  )

  test('refuses a provider that the service does not take', async () => {
    const bench = flowBench({
      ...two,
      services: [testService('app.example.com', { providers: ['other'] })],
    })
    expect((await startAt(bench, `?provider=main&${rd}`)).status).toBe(400)
    expect(reasonOf(bench)).toBe('unknown-provider')
    expect((await startAt(bench, `?provider=other&${rd}`)).status).toBe(303)
  })
})
