// Contracts by tier: what keeps them, what breaks them, and what people are told.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { err, ok } from '../../std/result.ts'
import type { AuthTier } from '../../model/service.ts'
import type { Door } from '../door.ts'
import type { ProbeAnswer } from '../probe/prober.ts'
import { type AnswerContext, classify } from './classify.ts'
import { judge } from './judge.ts'
import { testAnswer, testContext, testDoor } from './testing.ts'

function judged(answer: ProbeAnswer, over: Partial<AnswerContext> = {}) {
  const context = testContext(over)
  return judge(classify(ok(answer), context), ok(answer), context)
}

const door = (tier: AuthTier, over: Partial<Door> = {}): { readonly door: Door } => ({
  door: testDoor({ tier, ...over }),
})

const html = { 'content-type': 'text/html' }
const signIn = testAnswer(302, {
  location: 'https://auth.example.com/_gatehouse/sign-in?rd=https%3A%2F%2Fapp.example.com%2F',
  'x-gatehouse-decision': 'sign-in; no-session',
})
const page = testAnswer(200, html, { body: '<h1>Welcome to the app</h1>' })
const signIn401 = testAnswer(401, { 'x-gatehouse-decision': 'sign-in; no-session' })
const anubis = testAnswer(200, html, { body: '<script id="anubis_challenge">' })
const basic = testAnswer(401, { 'www-authenticate': 'Basic realm="x"', 'x-auth-fallback': 'true' })
const traefik404 = testAnswer(
  404,
  { 'content-type': 'text/plain' },
  { body: '404 page not found\n' },
)

function redirect(location: string, status = 302): ProbeAnswer {
  return testAnswer(status, { location })
}

describe('judge() of a guarded door', () => {
  test.each<readonly [what: string, answer: ProbeAnswer]>([
    ['the sign-in of the gate', signIn],
    ['the identity provider', redirect('https://id.example.com/application/o/authorize/?x=y')],
    ['its port, written out', redirect('https://id.example.com:443/')],
    ['its name in capitals', redirect('HTTPS://ID.EXAMPLE.COM/x')],
    ['303', redirect('https://id.example.com/', 303)],
  ])('takes a redirect to %s', (_what, answer) => {
    expect(judged(answer).ok).toBe(true)
  })

  test.each([
    'https://id.example.com.evil.test/',
    'https://evil.test/https://id.example.com/',
    'https://evil.test/?https://id.example.com/',
    'https://evil.test#https://id.example.com/',
    'https://id.example.com@evil.test/',
    'https://anybody@id.example.com/',
    'https://id.example.com:8443/',
    'http://id.example.com/',
    'https://xid.example.com/',
    'https://id.example.com./',
    'https://example.com/',
    '//evil.test/',
    'https:\\\\evil.test\\id.example.com',
    'javascript:location="https://id.example.com/"',
    'data:text/html,https://id.example.com/',
    'https://',
    '',
    '/_gatehouse/sign-in',
    'https://auth.example.com/',
    'https://auth.example.com/_gatehouse/sign-in/',
    'https://auth.example.com/_gatehouse/sign-in/../sign-out',
    'https://auth.example.com/_gatehouse/sign-inx',
    'https://auth.example.com/_Gatehouse/sign-in',
    'https://app.example.com/login',
    'https://www.id.example.com/',
  ])('refuses a redirect to %j', (location) => {
    const { ok: kept, detail } = judged(redirect(location))
    expect(kept).toBe(false)
    expect(detail).toContain('promised a redirect to https://auth.example.com/_gatehouse/sign-in')
  })

  test('refuses every status that is no redirect: 400 is red, whatever 200 to 499 may mean elsewhere', () => {
    for (let status = 200; status < 600; status++) {
      if ([301, 302, 303, 307, 308].includes(status)) continue
      expect([status, judged(testAnswer(status)).ok]).toEqual([status, false])
      const located = testAnswer(status, { location: 'https://id.example.com/' })
      expect([status, judged(located).ok]).toEqual([status, false])
    }
  })

  test.each<readonly [answer: ProbeAnswer, detail: string]>([
    [testAnswer(400), 'Answered 400 by the gate, or who asks it'],
    [testAnswer(400, {}, { setCookies: ['authentik_proxy_1=x'] }), 'Answered 400 by authentik'],
    [page, 'Answered 200 with content'],
    [anubis, 'Answered 200 with a challenge page of Anubis'],
    [basic, 'Answered 401 by the fallback of the gate'],
    [signIn401, 'Answered 401 by the gate'],
    [testAnswer(429), 'Answered 429, too many requests'],
    [traefik404, 'Answered 404 by Traefik'],
    [redirect('https://evil.test/x?token=secret'), 'Redirected (302) to https://evil.test/x'],
  ])('says of %# what came and what was promised', (answer, detail) => {
    const promise =
      'promised a redirect to https://auth.example.com/_gatehouse/sign-in or https://id.example.com'
    expect(judged(answer)).toEqual({ ok: false, detail: `${detail}, ${promise}` })
  })

  test('says why there is no answer', () => {
    const fault = err({ class: 'TIMEOUT', detail: 'No answer in 5000 ms', ms: 5000 } as const)
    const over = { signInOrigins: ['https://id.example.com'] }
    expect(judge('TIMEOUT', fault, testContext(over))).toEqual({
      ok: false,
      detail: 'No answer, promised a redirect to https://id.example.com: No answer in 5000 ms',
    })
  })

  test('is kept by the exact sign-in and by nothing else', () => {
    const origins = ['https://id.example.com', 'https://auth.example.com/_gatehouse/sign-in']
    const piece = fc.constantFrom(
      ...[
        'https://',
        'http://',
        '//',
        '/',
        'id.example.com',
        '.evil.test',
        'evil.test',
        '@',
        ':443',
      ],
      ...['auth.example.com', '/_gatehouse/sign-in', '?', '#', '..', '%2e', '\\', 'javascript:'],
    )
    const location = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
    const status = fc.constantFrom(200, 301, 302, 303, 304, 307, 308, 400)
    fc.assert(
      fc.property(location, status, (to, code) => {
        const { ok: kept } = judged(redirect(to, code), { signInOrigins: origins })
        const isRedirect = ![200, 304, 400].includes(code)
        const url = URL.canParse(to, 'https://app.example.com/')
          ? new URL(to, 'https://app.example.com/')
          : null
        const plain = url !== null && url.username === '' && url.password === ''
        const atProvider = url?.origin === 'https://id.example.com'
        const atGate =
          url?.origin === 'https://auth.example.com' && url.pathname === '/_gatehouse/sign-in'
        expect(kept).toBe(isRedirect && plain && (atProvider || atGate))
      }),
      { numRuns: 5000 },
    )
  })

  test('gives the service to the robot, and no doorstep', () => {
    const at = { signedIn: true }
    const marked = { ...at, ...door('required', { marker: 'Welcome' }) }
    expect(judged(page, at).ok).toBe(true)
    expect(judged(page, marked).ok).toBe(true)
    expect(judged(testAnswer(200, html, { body: 'Sign in' }), marked).ok).toBe(false)
    expect(judged(signIn, at)).toEqual({
      ok: false,
      detail:
        'Redirected (302) to https://auth.example.com/_gatehouse/sign-in, walled off by a sign-in, ' +
        'promised an answer of the service',
    })
    expect(judged(signIn, { ...at, ...door('required', { statuses: [302] }) }).ok).toBe(false)
    expect(judged(redirect('/login'), at).ok).toBe(false)
    expect(judged(testAnswer(401), at).ok).toBe(false)
    expect(judged(testAnswer(403, { 'x-gatehouse-decision': 'forbid; x' }), at).ok).toBe(false)
    expect(judged(testAnswer(500), at).ok).toBe(false)
  })
})

describe.each(['none', 'public', 'app'] as const)('judge() of a door of tier %s', (tier) => {
  const at = door(tier)

  test.each<readonly [what: string, answer: ProbeAnswer]>([
    ['content', page],
    ['no content', testAnswer(204)],
    ['a redirect on its own host', redirect('/login')],
    ['a redirect to another port of it', redirect('https://app.example.com:8443/')],
    ['a sign-in of its own', testAnswer(401, { 'www-authenticate': 'Bearer' })],
    ['the waiting page of Sablier', testAnswer(200, { 'x-sablier-session-status': 'not-ready' })],
  ])('takes %s', (_what, answer) => {
    expect(judged(answer, at).ok).toBe(true)
  })

  test.each<readonly [what: string, answer: ProbeAnswer]>([
    ['the sign-in of the gate', signIn],
    ['the identity provider', redirect('https://id.example.com/x')],
    ['401 of the gate', signIn401],
    ['403 of the gate', testAnswer(403, { 'x-gatehouse-decision': 'forbid; no-rule' })],
    ['a refusal of the gate', testAnswer(403, { 'x-gatehouse-decision': 'refuse; no-rule' })],
    ['a challenge with success in its status', anubis],
    ['the fallback of the gate', basic],
    ['403', testAnswer(403)],
    ['404', testAnswer(404, html, { body: 'nothing here' })],
    ["Traefik's 404", traefik404],
    ['429', testAnswer(429)],
    ['500', testAnswer(500)],
    ["Traefik's 502", testAnswer(502, {}, { body: 'Bad Gateway' })],
    ["Cloudflare's 530", testAnswer(530, { server: 'cloudflare' })],
    ["Caddy's success for names that it does not know", testAnswer(200, { server: 'Caddy' })],
  ])('refuses %s', (_what, answer) => {
    expect(judged(answer, at).ok).toBe(false)
  })

  test('takes what is declared and nothing else', () => {
    const declared = door(tier, { statuses: [302, 404, 503] })
    for (const answer of [redirect('https://id.example.com/x'), traefik404, testAnswer(503)])
      expect(judged(answer, declared).ok).toBe(true)
    for (const answer of [page, testAnswer(401), testAnswer(530, { server: 'cloudflare' })])
      expect(judged(answer, declared).ok).toBe(false)
    expect(judged(testAnswer(503, { 'x-gatehouse-decision': 'unavailable; x' }), declared).ok).toBe(
      false,
    )
    const broken = testAnswer(503, {}, { body: 'no available server\n' })
    expect(judged(broken, declared).ok).toBe(false)
  })

  test('wants the text that is declared', () => {
    const marked = door(tier, { marker: 'Welcome to' })
    expect(judged(page, marked)).toEqual({ ok: true, detail: 'Answered 200 with content' })
    for (const answer of [
      redirect('/login'),
      testAnswer(401),
      testAnswer(200, html, { body: 'Log in' }),
    ])
      expect(judged(answer, marked).ok).toBe(false)
    expect(judged(testAnswer(200, { 'x-sablier-session-status': 'not-ready' }), marked).ok).toBe(
      false,
    )
    expect(judged(testAnswer(200, html, { body: 'parked' }), marked).detail).toBe(
      'Answered 200 with content, without the text "Welcome to", promised an answer of the service, text "Welcome to" in it',
    )
    expect(judged(redirect('/login'), door(tier, { marker: 'x', statuses: [302] })).ok).toBe(true)
  })
})

test('judge() lets a service with a sign-in of its own send people elsewhere, and no open one', () => {
  const elsewhere = redirect('https://accounts.google.com/o/oauth2')
  expect(judged(elsewhere, door('app')).ok).toBe(true)
  for (const tier of ['none', 'public'] as const)
    expect(judged(elsewhere, door(tier)).ok).toBe(false)
})

describe('judge() of the gate itself', () => {
  const at = { vantage: 'gate' } as const
  const told = (address: string): ProbeAnswer =>
    testAnswer(401, { 'x-gatehouse-decision': 'sign-in; x', 'x-gatehouse-sign-in': address })

  test.each<readonly [what: string, answer: ProbeAnswer, kept: boolean]>([
    ['the redirect', signIn, true],
    ['401 for proxies that redirect themselves', signIn401, true],
    ['401 with the address', told('https://auth.example.com/_gatehouse/sign-in?rd=x'), true],
    [
      '401 with another address',
      told('https://auth.example.com.evil.test/_gatehouse/sign-in'),
      false,
    ],
    ["authentik's 401 for nginx", testAnswer(401, {}, { body: 'unauthorized request' }), true],
    ['consent', testAnswer(200, { 'x-gatehouse-decision': 'allow; open' }), false],
    ['400', testAnswer(400), false],
    ['503', testAnswer(503), false],
    ['403', testAnswer(403, { 'x-gatehouse-decision': 'forbid; x' }), false],
    ['another redirect', redirect('https://evil.test/'), false],
  ])('about a guarded door: %s', (_what, answer, kept) => {
    expect(judged(answer, at).ok).toBe(kept)
  })

  test.each(['none', 'public', 'app'] as const)('about a door of tier %s: consent', (tier) => {
    const open = { ...at, ...door(tier) }
    expect(judged(testAnswer(200), open).ok).toBe(true)
    for (const answer of [signIn, signIn401, testAnswer(403), testAnswer(400), testAnswer(503)])
      expect(judged(answer, open).ok).toBe(false)
    expect(judged(signIn401, open).detail).toBe(
      'Answered 401 by the gate, promised that the gate lets this through',
    )
  })
})

describe('judge() of a service that is asked past everything', () => {
  const at = { vantage: 'upstream' } as const

  test('takes any sign of life, and no other', () => {
    for (const status of [200, 204, 302, 401, 403, 404, 405])
      expect([status, judged(testAnswer(status, { location: '/' }), at).ok]).toEqual([status, true])
    for (const status of [400, 408, 429, 431, 500, 502, 503])
      expect([status, judged(testAnswer(status), at).ok]).toEqual([status, false])
  })

  test('takes what is declared, with the text that is declared', () => {
    const declared = { ...at, ...door('required', { statuses: [200], marker: 'Welcome' }) }
    expect(judged(page, declared).ok).toBe(true)
    expect(judged(testAnswer(200), declared).ok).toBe(false)
    expect(judged(testAnswer(401), declared).ok).toBe(false)
  })
})

/** Section 4.9 of the study: what a stranger saw at a guarded door, or where told so at an open one. */
const library: readonly (readonly [incident: string, answer: ProbeAnswer, tier?: AuthTier])[] = [
  ['2026-04-18, the outpost whose disk is full', testAnswer(400)],
  ['2026-06-10, the fallback to basic authentication', basic],
  ['2026-05-12, a replica that knows no routes', traefik404],
  ['authentik #23001', testAnswer(400, { 'x-powered-by': 'authentik' })],
  ['Authelia #8548', testAnswer(401, {}, { body: '401 Unauthorized' })],
  ['Cloudflare 2025-06-12', testAnswer(500, { server: 'cloudflare', 'cf-ray': 'x' })],
  ['Google 2021-11-16', testAnswer(404, {}, { body: '<title>Error 404 (Not Found)!!1</title>' })],
  ['Fastly 2021-06-08', testAnswer(503, {}, { body: '<h3>Guru Mediation:</h3>' }), 'none'],
  ['Auth0 2021-04-20, public pages too', testAnswer(500), 'none'],
  ['Anubis 2026-07-14, success in the status', anubis, 'none'],
  ['an outage page of a Worker', testAnswer(503, { 'retry-after': '120', 'x-failover': 'mx2' })],
  ['a path that was walled off', signIn, 'none'],
]

test.each(library)('judge() is red in the incident %s', (_incident, answer, tier = 'required') => {
  expect(judged(answer, door(tier)).ok).toBe(false)
})

test('judge() keeps its words short and printable, whatever the target says', () => {
  const long = `https://evil.test/${'a'.repeat(5000)}\u00e9`
  const { detail } = judged(redirect(long), { signInOrigins: [long, long, long, long] })
  expect(detail.length).toBeLessThanOrEqual(300)
  expect(detail).toMatch(/^[\x20-\x7e\u2026]*$/)
})
