// Flows of authentik on a walk: where the password goes and where it does not, and how everything else ends.
import { describe, expect, test } from 'bun:test'
import { fakeClock } from '../../world/clock.ts'
import { codeOf, seedBytes, stepAt } from './one-time-code.ts'
import { flowOf, oneTimeCodes } from './flow.ts'
import { type Page, site } from './site.fixture.ts'
import { type WalkContext, walk } from './walk.ts'

const start = new URL('https://app.example.com/')
const origin = 'https://id.example.net'
const authentik = { origin, codes: null }
const executor = 'id.example.net/api/v3/flows/executor/sign-in/'

function json(challenge: object): Page {
  return { body: JSON.stringify(challenge) }
}

const askName = json({ component: 'ak-stage-identification', user_fields: ['username'] })
const askPassword = json({ component: 'ak-stage-password' })
const goOn = (to: string): Page => json({ component: 'xak-flow-redirect', to })
const again: Page = {
  location: '/api/v3/flows/executor/sign-in/?query=next%3D%252Fauthorize%253Fa%253D1',
}

/** Over the outpost to authentik, through its flow, and back. */
const pages = {
  'GET app.example.com/': [
    { location: 'https://id.example.net/authorize?a=1' },
    { body: 'Welcome' },
  ],
  'GET id.example.net/authorize': [
    { location: '/if/flow/sign-in/?next=%2Fauthorize%3Fa%3D1' },
    { location: 'https://app.example.com/callback?code=c' },
  ],
  'GET id.example.net/if/flow/sign-in/': {
    body: '<ak-flow-executor>',
    setCookies: ['authentik_csrf=abc; Path=/'],
  },
  [`GET ${executor}`]: [{ ...askName, setCookies: ['authentik_session=1; Path=/'] }, askPassword],
  [`POST ${executor}`]: [again, goOn('/authorize?a=1')],
  'GET app.example.com/callback': { location: '/', setCookies: ['app=s'] },
}

function sent(over: Readonly<Record<string, Page | readonly Page[]>> = {}, context = {}) {
  const made = site({ ...pages, ...over }, { authentik, ...context })
  return { ...made, walked: walk(made.context, start) }
}

/** Hosts that ever got the password. */
function given(asked: ReturnType<typeof site>['asked']): readonly string[] {
  const told = asked.filter(({ body, cookies, request }) =>
    `${body?.text ?? ''}${cookies}${request.target}${JSON.stringify(request.headers)}`.includes(
      'secret',
    ),
  )
  return [...new Set(told.map(({ request }) => request.host))]
}

describe('a walk through authentik', () => {
  test('arrives, as the page of authentik would have driven it', async () => {
    const { asked, trail, walked } = sent()
    const arrived = await walked
    expect(arrived.ok && arrived.value.answer.body).toBe('Welcome')
    const query = '?query=next%3D%252Fauthorize%253Fa%253D1'
    expect(trail()).toEqual([
      'GET app.example.com/',
      'GET id.example.net/authorize?a=1',
      'GET id.example.net/if/flow/sign-in/?next=%2Fauthorize%3Fa%3D1',
      `GET ${executor}${query}`,
      `POST ${executor}${query}`,
      `GET ${executor}${query}`,
      `POST ${executor}${query}`,
      'GET id.example.net/authorize?a=1',
      'GET app.example.com/callback?code=c',
      'GET app.example.com/',
    ])
    const [first, second] = asked.filter(({ body }) => body !== null)
    expect(first?.body).toEqual({
      type: 'application/json',
      text: '{"component":"ak-stage-identification","uid_field":"robot"}',
    })
    expect(second?.body?.text).toContain('"password":"secret"')
    expect(second?.cookies).toBe('authentik_csrf=abc; authentik_session=1')
    expect(second?.request.headers).toMatchObject({
      'X-authentik-CSRF': 'abc',
      Origin: origin,
      Accept: 'application/json',
    })
    expect(given(asked)).toEqual(['id.example.net'])
  })

  test('follows an executor that names its own address as the way on', async () => {
    const { walked } = sent({
      [`POST ${executor}`]: [
        goOn('/api/v3/flows/executor/sign-in/?query=x'),
        goOn('/authorize?a=1'),
      ],
    })
    expect((await walked).ok).toBe(true)
  })

  const hostile: readonly [
    what: string,
    over: Readonly<Record<string, Page | readonly Page[]>>,
    wanted: string,
    context?: Partial<WalkContext>,
  ][] = [
    [
      'a flow that leads to a stranger',
      { [`POST ${executor}`]: [again, goOn('https://evil.example/steal')] },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a flow that leads to a stranger without a scheme',
      { [`POST ${executor}`]: [again, goOn('//evil.example/steal')] },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a flow that leads to a program',
      { [`POST ${executor}`]: [again, goOn('javascript:fetch("//evil.example")')] },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a flow that leads to a file',
      { [`POST ${executor}`]: [again, goOn('file:///etc/passwd')] },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a form that posts itself to a stranger',
      {
        [`POST ${executor}`]: [
          again,
          json({
            component: 'ak-stage-autosubmit',
            url: 'https://evil.example/',
            attrs: { c: '1' },
          }),
        ],
      },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'an executor that redirects to a stranger',
      { [`POST ${executor}`]: { location: 'https://evil.example/api/v3/flows/executor/sign-in/' } },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'an executor that redirects to another flow',
      { [`POST ${executor}`]: { location: '/api/v3/flows/executor/other/' } },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a sign-in that is led to a stranger at once',
      { 'GET app.example.com/': { location: 'https://evil.example/if/flow/sign-in/' } },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'the declared host at another port',
      { 'GET app.example.com/': { location: 'https://id.example.net:8443/if/flow/sign-in/' } },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'the declared host in clear',
      { 'GET app.example.com/': { location: 'http://id.example.net/if/flow/sign-in/' } },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a flow on the host of a service',
      { 'GET app.example.com/': { location: 'https://auth.example.com/if/flow/sign-in/' } },
      'arrived',
    ],
    [
      'a circle of redirects',
      { 'GET id.example.net/authorize': { location: '/authorize?a=1' } },
      'SIGN_IN_LOOP',
    ],
    [
      'a circle within the executor',
      { [`GET ${executor}`]: { location: '/api/v3/flows/executor/sign-in/' } },
      'SIGN_IN_LOOP',
    ],
    [
      'a flow that leads to itself',
      { [`GET ${executor}`]: goOn('/if/flow/sign-in/') },
      'SIGN_IN_LOOP',
    ],
    [
      'a consent without end',
      {
        [`GET ${executor}`]: json({ component: 'ak-stage-consent', token: 't' }),
        [`POST ${executor}`]: again,
      },
      'SIGN_IN_LOOP',
    ],
    [
      'a flow that forgets who signed in',
      {
        [`GET ${executor}`]: askName,
        [`POST ${executor}`]: goOn('/if/flow/sign-in/'),
      },
      'SIGN_IN_DEACTIVATED',
    ],
    [
      'a page of authentik in place of the way back',
      {
        'GET id.example.net/authorize': [
          { location: '/if/flow/sign-in/?next=%2Fauthorize%3Fa%3D1' },
          { body: 'Permission denied' },
        ],
      },
      'SIGN_IN_DENIED',
    ],
    [
      'an authentik that is down on the way back',
      {
        'GET id.example.net/authorize': [
          { location: '/if/flow/sign-in/?next=%2Fauthorize%3Fa%3D1' },
          { status: 502 },
        ],
      },
      'SIGN_IN_ERROR',
    ],
    ['an executor that is not there', { [`GET ${executor}`]: { status: 404 } }, 'SIGN_IN_ERROR'],
    ['an executor with an error', { [`GET ${executor}`]: { status: 500 } }, 'SIGN_IN_ERROR'],
    ['an executor that is overrun', { [`GET ${executor}`]: { status: 429 } }, 'RATE_LIMITED'],
    [
      'a page of a flow that is not there',
      { 'GET id.example.net/if/flow/sign-in/': { status: 404 } },
      'SIGN_IN_ERROR',
    ],
    ['a challenge that is a page', { [`GET ${executor}`]: { body: '<html>' } }, 'SIGN_IN_ERROR'],
    [
      'a challenge that was cut',
      { [`GET ${executor}`]: { body: '{"component":"ak' } },
      'SIGN_IN_ERROR',
    ],
  ]
  test.each(hostile)('meets %s', async (_, over, wanted, context = {}) => {
    const { asked, walked } = sent(over, context)
    const ended = await walked
    expect(ended.ok ? 'arrived' : ended.error.class).toBe(wanted)
    expect(given(asked).filter((host) => host !== 'id.example.net')).toEqual([])
    expect(asked.filter(({ request }) => request.host === 'evil.example')).toEqual([])
    expect(asked.length).toBeLessThan(60)
    const said = ended.ok ? '' : ended.error.detail
    expect(said).not.toMatch(/secret|code=|query=/)
    expect(said.length).toBeLessThanOrEqual(300)
  })

  test('fills in no other form, wherever it stands', async () => {
    const form = '<form method=post action="/in"><input name=u><input type=password name=p></form>'
    const { asked, walked } = sent({
      'GET app.example.com/': { location: 'https://auth.example.com/_gatehouse/sign-in' },
      'GET auth.example.com/_gatehouse/sign-in': { body: form },
    })
    const ended = await walked
    expect(ended.ok ? '' : ended.error.detail).toContain('for authentik alone')
    expect(given(asked)).toEqual([])
  })

  test('takes no longer than a minute and a half in all, however slow each answer is', async () => {
    const clock = fakeClock(0)
    const made = site(pages, { authentik, monotonic: clock.monotonic })
    const slow = {
      ...made.context,
      prober: {
        ...made.context.prober,
        probeSignedIn: (request: Parameters<typeof made.context.prober.probeSignedIn>[0]) => {
          clock.advance(20_000)
          return made.context.prober.probeSignedIn(request)
        },
      },
    }
    const ended = await walk(slow, start)
    expect(ended.ok ? 'arrived' : ended.error.class).toBe('TIMEOUT')
    expect(made.asked.length).toBe(5)
  })

  test('signs out without giving anything to anybody', async () => {
    const made = site(pages, { authentik, isSigningIn: false })
    const out = await walk(made.context, new URL('https://id.example.net/if/flow/sign-in/'))
    expect(out.ok).toBe(true)
    expect(made.asked.filter(({ body }) => body !== null)).toEqual([])
  })
})

describe('flowOf()', () => {
  test.each([
    ['/if/flow/default-authentication-flow/', { base: '/', slug: 'default-authentication-flow' }],
    ['/sso/if/flow/x/', { base: '/sso/', slug: 'x' }],
    ['/if/flow/x', null],
    ['/if/flow//', null],
    ['/if/flow/x/y/', null],
    ['/if/flow/%2e%2e/', null],
    ['/if/user/', null],
    [`/if/flow/${'x'.repeat(201)}/`, null],
  ])('%s', (path, wanted) => {
    expect(flowOf(new URL(path, origin))).toEqual(wanted)
  })
})

describe('oneTimeCodes()', () => {
  const seed = seedBytes('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ') ?? new Uint8Array()

  test('gives no code twice: the second waits for the next step', async () => {
    const clock = fakeClock(10_000)
    const codes = oneTimeCodes(seed, clock)
    expect(await codes.next()).toBe(codeOf(seed, 0))
    let second = ''
    const waiting = codes.next().then((code) => (second = code))
    clock.advance(19_999)
    await Promise.resolve()
    expect(second).toBe('')
    clock.advance(1)
    await waiting
    expect(second).toBe(codeOf(seed, 1))
  })

  test('waits for nothing when the clock was set back for hours', async () => {
    const clock = fakeClock(100 * 3_600_000)
    const codes = oneTimeCodes(seed, clock)
    await codes.next()
    clock.jump(-50 * 3_600_000)
    expect(await codes.next()).toBe(codeOf(seed, stepAt(clock.now())))
  })
})
