// People sign in through an outpost of authentik: the real gate, the stand-in of authentik, a proxy that
// asks as Traefik or nginx do, and a browser.
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { Browser } from '../support/browser.ts'
import {
  type OutpostEstate,
  type OutpostEstateOptions,
  type Welcome,
  startOutpostEstate,
} from '../support/outpost-estate.ts'
import { until } from '../support/until.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const single = 'app.home.localhost'
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function estateOf(over: Partial<OutpostEstateOptions> = {}): Promise<OutpostEstate> {
  const estate = await startOutpostEstate({
    people: [
      {
        username: 'ada',
        name: 'Ada Łovelace',
        groups: ['staff', 'admins'],
        entitlements: ['edit'],
      },
      { username: 'guest', groups: ['guests'] },
    ],
    providers: (port) => [
      { name: 'app', mode: 'forward_single', external_host: `http://${single}:${port}` },
      {
        name: 'home',
        mode: 'forward_domain',
        external_host: `http://auth.domain.localhost:${port}`,
        cookie_domain: 'domain.localhost',
      },
    ],
    ...over,
  })
  cleanUps.push(() => estate.close())
  estate.authentik.control.autoSignIn('ada')
  return estate
}

function welcomed(text: string): Welcome {
  const welcome: Welcome = JSON.parse(text)
  return welcome
}

describe.each(['traefik', 'nginx'] as const)('asked as %s does', (dialect) => {
  test('a person signs in, comes back to the address with its query, and is known', async () => {
    const estate = await estateOf({ dialect })
    const browser = new Browser()
    const url = estate.url(single, '/a%20b?x=1&y=%2F&z')
    const seen = await browser.open(url)
    expect([seen.status, seen.url]).toEqual([200, url])
    const { headers } = welcomed(seen.text)
    expect(headers).toMatchObject({
      'x-authentik-username': 'ada',
      'x-authentik-groups': 'staff|admins',
      'x-authentik-entitlements': 'edit',
      'x-authentik-name': 'Ada Łovelace',
      'x-authentik-meta-app': 'app',
      'x-authentik-meta-provider': 'app',
      'x-authentik-meta-outpost': 'test outpost',
      'x-authentik-meta-version': 'goauthentik.io/outpost/2026.8.6',
    })
    expect(headers['x-authentik-jwt']?.split('.')).toHaveLength(3)
    expect(headers['x-authentik-uid']).toMatch(/^[0-9a-f]{64}$/)
    expect(estate.authentik.control.violations()).toEqual([])
    expect(estate.gate.sessions.stats()).toMatchObject({ opened: 1, storeSessions: 1 })
    for (const answer of estate.authAnswers)
      expect(answer.headers.getSetCookie().length).toBeLessThanOrEqual(dialect === 'nginx' ? 0 : 1)
    const again = await browser.visit(estate.url(single, '/again'))
    expect(welcomed(again.text).headers['x-authentik-username']).toBe('ada')
    expect(estate.authentik.control.calls('token')).toBe(1)
  })

  test('in a domain one sign-in opens every host of it, and none outside', async () => {
    const estate = await estateOf({ dialect })
    const browser = new Browser()
    // nginx's own /start is on the host that was asked for: it has a route to the outpost.
    const seen = await browser.open(estate.url('one.domain.localhost', '/x?y=1'))
    expect(seen.url).toBe(estate.url('one.domain.localhost', '/x?y=1'))
    expect((await browser.visit(estate.url('two.domain.localhost'))).status).toBe(200)
    expect((await browser.visit(estate.url(single))).status).toBe(302)
    expect((await browser.visit(estate.url('evildomain.localhost'))).status).toBe(
      dialect === 'nginx' ? 500 : 400,
    )
  })

  test('signing out ends the sessions of the person everywhere, and leads to authentik', async () => {
    const estate = await estateOf({ dialect })
    const [here, there] = [new Browser(), new Browser()]
    await here.open(estate.url(single))
    await there.open(estate.url('one.domain.localhost'))
    const out = await here.visit(estate.url(single, '/outpost.goauthentik.io/sign_out'))
    expect(out.status).toBe(302)
    expect(out.headers.getSetCookie()).toHaveLength(1)
    expect(out.location).toMatch(/\/application\/o\/app\/end-session\/\?id_token_hint=ey/)
    expect((await here.open(out.location ?? '')).text).toContain('logged out of app')
    expect((await here.visit(estate.url(single))).status).toBe(302)
    expect((await there.visit(estate.url('one.domain.localhost'))).status).toBe(302)
    expect(estate.authentik.control.violations()).toEqual([])
    // Upstream's answer to a second time: the way in.
    const twice = await here.visit(estate.url(single, '/outpost.goauthentik.io/sign_out'))
    expect(twice.location).toContain('/outpost.goauthentik.io/start?rd=')
  })
})

test('a session that ends at authentik is over soon, and no other', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  const [ada, guest] = [new Browser(), new Browser()]
  await ada.open(estate.url(single))
  control.autoSignIn('guest')
  await guest.open(estate.url(single))
  control.foreignSessionEnds(50)
  control.endSessions('ada')
  await until(async () => (await ada.visit(estate.url(single))).status !== 200)
  expect((await guest.visit(estate.url(single))).status).toBe(200)
})

test('who may not use the application is kept by authentik, and a refusal is a page, not a loop', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  control.answerAuthorize('access_denied')
  const browser = new Browser()
  const seen = await browser.open(estate.url(single))
  expect(seen.status).toBe(403)
  expect(seen.text).toContain('You were not let in by authentik')
  expect(control.calls('authorize')).toBe(1)
  control.answerAuthorize('normal')
  const retry = /<a href="([^"]+)"/.exec(seen.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect((await browser.open(retry)).status).toBe(200)
})

test('two tabs at once both arrive', async () => {
  const estate = await estateOf()
  const browser = new Browser()
  const first = await browser.visit(estate.url(single, '/first'))
  const second = await browser.visit(estate.url(single, '/second'))
  for (const [tab, path] of [
    [second, '/second'],
    [first, '/first'],
  ] as const) {
    const seen = await browser.open(tab.location ?? '')
    expect([seen.status, seen.url]).toEqual([200, estate.url(single, path)])
  }
})

test('what a page fetches beside the person does not replace the cookie of the sign-in', async () => {
  const estate = await estateOf()
  const browser = new Browser()
  const page = await browser.visit(estate.url(single), {
    headers: { 'sec-fetch-mode': 'navigate' },
  })
  const stranger = new Browser()
  const image = await stranger.visit(estate.url(single, '/icon.png'), {
    headers: { 'sec-fetch-mode': 'no-cors' },
  })
  expect([image.status, image.headers.getSetCookie()]).toEqual([302, []])
  expect((await browser.open(page.location ?? '')).status).toBe(200)
})

test('somebody sent to the callback with the code of another is not signed in as that one', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  const attacker = new Browser()
  const attempt = await attacker.open(estate.url(single), (location) => location.includes('code='))
  control.autoSignIn('guest')
  const victim = new Browser()
  const seen = await victim.open(attempt.location ?? '')
  expect(welcomed(seen.text).headers['x-authentik-username']).toBe('guest')
})

test('a browser that keeps no cookies gets a page after one more try, not a loop', async () => {
  const estate = await estateOf()
  const browser = new Browser()
  const name = estate.gate.outpost?.current()?.providers[0]?.cookieName ?? ''
  browser.blocked.add(`${name}_start`)
  const seen = await browser.open(estate.url(single))
  expect(seen.status).toBe(400)
  expect(seen.text).toContain('This browser did not begin the sign-in')
  expect(estate.authentik.control.calls('token')).toBe(0)
})

test.each([
  ['another nonce', { set: { nonce: 'x' } }],
  ['no nonce', { unset: ['nonce'] }],
  ['another issuer', { set: { iss: 'https://evil.example.com/' } }],
  ['another audience', { set: { aud: 'other' } }],
  ['another key', { wrongKey: true }],
  ['no signature', { alg: 'none' }],
  ['another algorithm', { alg: 'HS512' }],
  ['the key of the server', { alg: 'RS256' }],
  ['the past', { set: { exp: 1 } }],
  ['no end', { unset: ['exp'] }],
  ['no subject', { unset: ['sub'] }],
] as const)('a token with %s opens nothing', async (_, fault) => {
  const estate = await estateOf()
  estate.authentik.control.tokenFault({
    ...fault,
    ...('unset' in fault ? { unset: [...fault.unset] } : {}),
  })
  const seen = await new Browser().open(estate.url(single))
  expect(seen.status).toBe(400)
  expect(estate.gate.sessions.stats().opened).toBe(0)
})

test('an authentik that is down, slow to die or talking nonsense costs nobody a session', async () => {
  const estate = await estateOf()
  const known = new Browser()
  await known.open(estate.url(single))
  for (const fault of [
    { kind: 'status', status: 500 },
    { kind: 'garbage' },
    { kind: 'cut' },
    { kind: 'huge', bytes: 3_000_000 },
  ] as const) {
    estate.authentik.control.fault('token', fault)
    const seen = await new Browser().open(estate.url(single))
    expect([fault.kind, seen.status]).toEqual([fault.kind, 503])
    estate.authentik.control.heal()
  }
  expect((await known.visit(estate.url(single))).status).toBe(200)
  expect(estate.gate.sessions.stats().opened).toBe(1)
})

test('RS256 tokens are verified by the keys of the provider', async () => {
  const estate = await estateOf({
    providers: (port) => [
      {
        name: 'app',
        mode: 'forward_single',
        external_host: `http://${single}:${port}`,
        signing: 'RS256',
      },
    ],
  })
  const browser = new Browser()
  expect((await browser.open(estate.url(single))).status).toBe(200)
  const secret = estate.authentik.control.provider('app').client_secret
  estate.authentik.control.tokenFault({ alg: 'HS256', hmacKey: secret })
  expect((await new Browser().open(estate.url(single))).status).toBe(400)
  expect(estate.authentik.control.calls('jwks')).toBe(1)
})
