// Planned probes that knock at no door, and those of the robot: what each comes to.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import type { ProbeAct } from '../plan/plan.ts'
import { closedDoor, sampleWatch } from '../plan/samples.fixture.ts'
import type { ProbeAnswer, ProbeFault, Prober, ResolveRequest } from '../probe/prober.ts'
import type { Robot } from '../robot/robot.ts'
import { type ExecuteContext, execute } from './execute.ts'

type Outcome = Result<ProbeAnswer, ProbeFault>

function answer(
  status: number,
  body = '',
  headers: readonly (readonly [string, string])[] = [],
): Outcome {
  return ok({
    status,
    headers: new Map(headers),
    setCookies: [],
    body,
    address: '10.0.20.5',
    certificate: null,
    ms: 7,
  })
}

const refused: Outcome = err({ class: 'CONNECT', detail: 'Refused', ms: 1 })

interface Given {
  /** Outcomes by address; what is not there is refused. */
  readonly pages?: Readonly<Record<string, Outcome>>
  /** Addresses by family and resolver. */
  readonly names?: (question: ResolveRequest) => readonly string[] | null
  readonly robot?: Robot
  /** By the cookies sent. */
  readonly signedIn?: Readonly<Record<string, Outcome>>
}

function context({ names, pages = {}, robot, signedIn = {} }: Given): ExecuteContext {
  const prober: Prober = {
    probe: async ({ host, port, scheme, target }) => {
      const usual = port === (scheme === 'https' ? 443 : 80)
      return pages[`${scheme}://${host}${usual ? '' : `:${port}`}${target}`] ?? refused
    },
    probeSignedIn: async ({ cookies }) => signedIn[cookies] ?? refused,
    resolve: async (question) => {
      const found = names?.(question) ?? null
      return found === null ? err({ class: 'DNS', detail: 'No such name', ms: 3 }) : ok(found)
    },
  }
  return {
    knocking: { prober, clock: { now: () => 1 }, mark: null, config: sampleWatch() },
    robot: robot ?? null,
  }
}

const run = (act: ProbeAct, given: Given) =>
  execute(context(given), { id: 'probe', act, everyMs: 60_000 })

describe('execute()', () => {
  const urls = ['https://one.example.org/', 'https://two.example.org/']

  test('sees while any independent address answers, whatever it answers', async () => {
    const act = { kind: 'control', urls } as const
    const one = await run(act, { pages: { 'https://two.example.org/': answer(503) } })
    expect(one).toMatchObject({ ok: true, status: 503, door: null })
    const none = await run(act, {})
    expect(none).toMatchObject({ ok: false, class: 'CONNECT', detail: 'Refused' })
  })

  test('finds a name with either family, at any resolver that answers', async () => {
    const act = { kind: 'dns', name: 'app.example.com', resolvers: ['9.9.9.9', '1.1.1.1'] } as const
    const six = await run(act, { names: ({ family }) => (family === 'ipv6' ? ['fd00::5'] : []) })
    expect(six).toMatchObject({ ok: false, class: 'DNS' })
    const onlySix = await run(act, {
      names: ({ family }) => (family === 'ipv6' ? ['fd00::5'] : null),
    })
    expect(onlySix).toMatchObject({ ok: true })
    const second = await run(act, {
      names: ({ resolver }) => (resolver === '1.1.1.1' ? ['10.0.0.1'] : null),
    })
    expect(second).toMatchObject({ ok: true, detail: 'app.example.com at 1.1.1.1: 1 addresses' })
    expect(await run(act, {})).toMatchObject({ ok: false, class: 'DNS' })
  })

  test('wants a page to answer 200 and to hold its marker', async () => {
    const url = 'https://id.example.com/'
    const act = (marker: string | null) => ({ kind: 'page', url, marker }) as const
    const page = (outcome: Outcome) => ({ pages: { [url]: outcome } })
    expect(await run(act(null), page(answer(200)))).toMatchObject({ ok: true, class: 'CONTENT' })
    expect(await run(act('Sign in'), page(answer(200, 'Please Sign in')))).toMatchObject({
      ok: true,
    })
    expect(await run(act('Sign in'), page(answer(200, 'Sorry')))).toMatchObject({
      ok: false,
      class: 'OTHER',
      detail: 'The page lacks "Sign in"',
    })
    expect(await run(act(null), page(answer(302)))).toMatchObject({ ok: false, status: 302 })
  })

  const discovery = 'https://id.example.com/.well-known/openid-configuration'
  const keysAt = 'https://id.example.com/keys'
  const jwks: readonly [body: string, isOk: boolean][] = [
    ['{"keys":[{"kty":"EC"}]}', true],
    ['{"keys":[]}', false],
    ['{"keys":{}}', false],
    ['{"other":[1]}', false],
    ['not json', false],
    ['[]', false],
    ['null', false],
  ]
  test.each(jwks)('judges the key set %p as %p', async (body, isOk) => {
    const act = { kind: 'keys', url: keysAt, discovery } as const
    expect(await run(act, { pages: { [keysAt]: answer(200, body) } })).toMatchObject({ ok: isOk })
  })

  test('finds the keys through the discovery document, and says when it cannot', async () => {
    const act = { kind: 'keys', url: null, discovery } as const
    const found = { [keysAt]: answer(200, '{"keys":[{}]}') }
    const document = (body: string, status = 200) => ({ [discovery]: answer(status, body) })
    const good = { ...found, ...document(JSON.stringify({ jwks_uri: keysAt })) }
    expect(await run(act, { pages: good })).toMatchObject({ ok: true })
    for (const body of ['{}', 'x', '{"jwks_uri":"file:///etc/passwd"}', '{"jwks_uri":5}'])
      expect(await run(act, { pages: { ...found, ...document(body) } })).toMatchObject({
        ok: false,
        detail: 'Answered 200 without "jwks_uri"',
      })
    expect(await run(act, {})).toMatchObject({ ok: false, class: 'CONNECT' })
  })

  test('takes an address that is none for a fault of the configuration, not for a defect', async () => {
    expect(await run({ kind: 'page', url: 'nonsense', marker: null }, {})).toMatchObject({
      ok: false,
      detail: 'The address is none',
    })
  })

  const robotAct: ProbeAct = { kind: 'robot', door: closedDoor, way: { vantage: 'edge' } }
  const toSignIn = answer(302, '', [['location', 'https://auth.example.com/_gatehouse/sign-in']])

  function robotWith(renewed: { cookies: string; isEarly: boolean } | null): Robot {
    return {
      session: async () => ({ cookiesFor: () => 'old' }),
      renew: async () =>
        renewed === null
          ? null
          : { session: { cookiesFor: () => renewed.cookies }, isEarly: renewed.isEarly },
      signInFully: async () => ({ ok: true, class: 'CONTENT', status: 200, ms: 90, detail: 'In' }),
      close: async () => {},
    }
  }

  const sessions: readonly [
    what: string,
    old: Outcome,
    renewed: { cookies: string; isEarly: boolean } | null,
    isOk: boolean,
  ][] = [
    ['a session that opens the door', answer(200, 'in'), null, true],
    [
      'a session that ended of age, once a new one opens',
      toSignIn,
      { cookies: 'new', isEarly: false },
      true,
    ],
    [
      'a session that ended too early, even if a new one opens',
      toSignIn,
      { cookies: 'new', isEarly: true },
      false,
    ],
    ['a session that cannot be renewed', toSignIn, null, false],
    [
      'an error of the service, without a new session',
      answer(500),
      { cookies: 'new', isEarly: false },
      false,
    ],
  ]
  test.each(sessions)('judges %s', async (_, old, renewed, isOk) => {
    const signedIn = { old, new: answer(200, 'in') }
    const seen = await run(robotAct, { robot: robotWith(renewed), signedIn })
    expect(seen).toMatchObject({ ok: isOk, probe: 'probe', vantage: 'edge' })
  })

  test('says nothing where nobody signs in', async () => {
    expect(await run(robotAct, {})).toBeNull()
    expect(
      await run({ kind: 'sign-in', door: closedDoor, way: { vantage: 'edge' } }, {}),
    ).toBeNull()
  })

  test('gives a full sign-in as one observation', async () => {
    const act: ProbeAct = { kind: 'sign-in', door: closedDoor, way: { vantage: 'edge' } }
    expect(await run(act, { robot: robotWith(null) })).toEqual({
      probe: 'probe',
      door: closedDoor,
      vantage: 'edge',
      replica: null,
      at: 1,
      ms: 90,
      class: 'CONTENT',
      status: 200,
      ok: true,
      detail: 'In',
    })
  })
})
