// Basic and Bearer: what is read as a credential, how often authentik is asked, and for how long it holds.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { toUtf8 } from '../../../std/bytes.ts'
import { err, ok } from '../../../std/result.ts'
import { fakeClock } from '../../../world/clock.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { testProvider } from '../testing.ts'
import {
  HeaderAuth,
  parseCredential,
  refusalsPerAddressMax,
  refusalsPerProviderMax,
  rememberedMs,
} from './header-auth.ts'
import { TokenClient } from './tokens.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('parseCredential()', () => {
  const bearer = (token: string) => ({ kind: 'bearer', token }) as const
  const basic = (username: string, password: string) =>
    ({ kind: 'basic', username, password }) as const
  const cases: readonly (readonly [string, ReturnType<typeof parseCredential>])[] = [
    ['Bearer abc', bearer('abc')],
    ['bearer abc', bearer('abc')],
    ['BEARER   abc', bearer('abc')],
    ['Bearer a.b-c_d~e+f/g=', bearer('a.b-c_d~e+f/g=')],
    [`Basic ${base64('alice:secret')}`, basic('alice', 'secret')],
    [`basic ${base64('alice:a:b')}`, basic('alice', 'a:b')],
    [`Basic ${base64(':')}`, basic('', '')],
    [`Basic ${base64('ünï:pässword')}`, basic('ünï', 'pässword')],
    [`Basic ${base64('goauthentik.io/token:the-token')}`, bearer('the-token')],
    [`Basic ${base64('goauthentik.io/tokenx:p')}`, basic('goauthentik.io/tokenx', 'p')],
    [`Basic ${base64('no-colon')}`, null],
    [`Basic ${Buffer.from([0xff, 0x3a, 0x41]).toString('base64')}`, null],
    ['Basic a:b', null],
    ['Basic ====', null],
    ['Basic ', null],
    ['Basic', null],
    ['Bearer', null],
    ['Bearer ', null],
    ['Bearer a b', null],
    [' Bearer abc', null],
    ['Bearer abc ', null],
    ['Bearer\tabc', null],
    ['Digest username="alice"', null],
    ['Negotiate abc', null],
    ['Bearer, abc', null],
    ['', null],
    [`Bearer ${'a'.repeat(16_377)}`, bearer('a'.repeat(16_377))],
    [`Bearer ${'a'.repeat(16_378)}`, null],
  ]
  test.each(cases.map(([text, expected]) => [text.slice(0, 50), text, expected] as const))(
    'reads "%s"',
    (_shown, text, expected) => {
      expect(parseCredential(text)).toEqual(expected)
    },
  )

  test('reads back whatever name and password there are', () => {
    const name = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .filter((text) => !text.includes(':'))
    fc.assert(
      fc.property(name, fc.string({ unit: 'grapheme', maxLength: 30 }), (username, password) => {
        fc.pre(username !== 'goauthentik.io/token')
        expect(parseCredential(`Basic ${base64(`${username}:${password}`)}`)).toEqual(
          basic(username, password),
        )
      }),
    )
  })

  test('never throws, whatever the header holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        parseCredential(text)
        parseCredential(`Basic ${text}`)
      }),
    )
  })
})

/** Answers to introspection by token: `good…` is somebody, `down…` is trouble, all else is refused. */
function bench() {
  const clock = fakeClock(1_790_000_000_000)
  const asked: string[] = []
  const made: { held: Promise<void> | null; lifeMs: number } = { held: null, lifeMs: 3_600_000 }
  const http: HttpClient = {
    send: async ({ body = '' }) => {
      const token = new URLSearchParams(body).get('token') ?? ''
      asked.push(token)
      await made.held
      if (token.startsWith('down')) return err({ code: 'unreachable', detail: 'x' })
      const json = token.startsWith('good')
        ? {
            active: true,
            sub: `sub-of-${token}`,
            sid: `sid-of-${token}`,
            exp: (clock.now() + made.lifeMs) / 1000,
          }
        : { active: false }
      return ok({ status: 200, headers: new Headers(), body: toUtf8(JSON.stringify(json)) })
    },
  }
  const auth = new HeaderAuth(new TokenClient(http, clock), clock)
  const provider = testProvider()
  const ask = async (
    token: string,
    client = '203.0.113.7',
    of = provider,
  ): Promise<string | null> => (await auth.claims(of, `Bearer ${token}`, client))?.sub ?? null
  return Object.assign(made, { clock, asked, auth, ask })
}

describe('HeaderAuth', () => {
  test('asks once for a good credential and knows it for a minute', async () => {
    const { ask, asked, clock } = bench()
    for (let i = 0; i < 50; i++) expect(await ask('good')).toBe('sub-of-good')
    clock.advance(rememberedMs - 1)
    await ask('good')
    expect(asked).toEqual(['good'])
    clock.advance(1)
    expect(await ask('good')).toBe('sub-of-good')
    expect(asked).toEqual(['good', 'good'])
  })

  test('asks once for a bad credential and knows that for a minute', async () => {
    const { ask, asked, clock } = bench()
    for (let i = 0; i < 50; i++) expect(await ask('bad')).toBeNull()
    expect(asked).toEqual(['bad'])
    clock.advance(rememberedMs)
    expect(await ask('bad')).toBeNull()
    expect(asked).toEqual(['bad', 'bad'])
  })

  test('a token that runs out within the minute is not good beyond its own end', async () => {
    const made = bench()
    made.lifeMs = 30_000
    expect(await made.ask('good')).toBe('sub-of-good')
    made.clock.advance(29_999)
    expect(await made.ask('good')).toBe('sub-of-good')
    made.clock.advance(1)
    made.lifeMs = -1
    expect(await made.ask('good')).toBeNull()
  })

  test('trouble of authentik is no verdict: asked again at once', async () => {
    const { ask, asked } = bench()
    for (let i = 0; i < 3; i++) expect(await ask('down')).toBeNull()
    expect(asked).toHaveLength(3)
  })

  test('what is malformed is not asked about', async () => {
    const { asked, auth } = bench()
    for (const text of ['', 'Basic x', 'Digest y', 'Bearer'])
      expect(await auth.claims(testProvider(), text, '203.0.113.7')).toBeNull()
    expect([asked, auth.limited]).toEqual([[], 0])
  })

  test('the same credential at once is one question', async () => {
    const made = bench()
    const gate = Promise.withResolvers<void>()
    made.held = gate.promise
    const answers = Array.from({ length: 20 }, () => made.ask('good'))
    gate.resolve()
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['sub-of-good']))
    expect(made.asked).toEqual(['good'])
  })

  test('a credential of one provider says nothing at another', async () => {
    const { ask, asked } = bench()
    await ask('good')
    await ask('good', undefined, testProvider({ clientId: 'another' }))
    await ask('good', undefined, testProvider({ clientSecret: 'another secret with enough bytes' }))
    expect(asked).toHaveLength(3)
  })

  test('an address that was refused ten times is not asked for any more that minute', async () => {
    const { ask, asked, auth, clock } = bench()
    for (let i = 0; i < refusalsPerAddressMax; i++) await ask(`bad${i}`)
    expect(await ask('good-but-late')).toBeNull()
    expect([asked.length, auth.limited]).toEqual([refusalsPerAddressMax, 1])
    // Another address may ask.
    expect(await ask('good', '198.51.100.1')).toBe('sub-of-good')
    clock.advance(60_000)
    expect(await ask('good-but-late')).toBe('sub-of-good-but-late')
  })

  test('good credentials are no refusals, however many one address has', async () => {
    const { ask, auth } = bench()
    for (let i = 0; i < refusalsPerAddressMax * 3; i++)
      expect(await ask(`good${i}`)).toBe(`sub-of-good${i}`)
    expect(auth.limited).toBe(0)
  })

  test('trouble counts like a refusal, so that an outage is not made worse', async () => {
    const { ask, asked } = bench()
    for (let i = 0; i < refusalsPerAddressMax + 5; i++) await ask('down')
    expect(asked).toHaveLength(refusalsPerAddressMax)
  })

  test('a credential that was good may be asked about from an address that is shut', async () => {
    const { ask, clock } = bench()
    expect(await ask('good')).toBe('sub-of-good')
    clock.advance(rememberedMs)
    for (let i = 0; i < refusalsPerAddressMax; i++) await ask(`bad${i}`)
    expect(await ask('good')).toBe('sub-of-good')
    // An hour later it is a credential like any other.
    clock.advance(3_600_000)
    for (let i = 0; i < refusalsPerAddressMax; i++) await ask(`bad${i}`)
    expect(await ask('good')).toBeNull()
  })

  test('a hundred refusals of a provider shut it for all that are not proven, whatever the address', async () => {
    const { ask, asked, auth } = bench()
    await ask('good', '198.51.100.200')
    for (let i = 0; i < refusalsPerProviderMax; i++) await ask(`bad${i}`, `198.51.100.${i}`)
    const before = asked.length
    expect(await ask('good-new', '203.0.113.99')).toBeNull()
    expect([asked.length, auth.limited]).toEqual([before, 1])
    const other = testProvider({ clientId: 'another' })
    expect(await ask('good-new', '203.0.113.99', other)).toBe('sub-of-good-new')
  })

  test('no more than sixteen questions are under way, and the next is asked once there is room', async () => {
    const made = bench()
    const gate = Promise.withResolvers<void>()
    made.held = gate.promise
    const running = Array.from({ length: 16 }, (_, i) => made.ask(`good${i}`, `198.51.100.${i}`))
    expect(await made.ask('good-more', '203.0.113.99')).toBeNull()
    expect(made.auth.limited).toBe(1)
    gate.resolve()
    await Promise.all(running)
    expect(await made.ask('good-more', '203.0.113.99')).toBe('sub-of-good-more')
  })

  test('a session that authentik ended is asked about again at once, others are not', async () => {
    const { ask, asked, auth } = bench()
    await ask('good1')
    await ask('good2')
    auth.forgetSession('sid-of-good1')
    auth.forgetSession('sid of nobody')
    await ask('good1')
    await ask('good2')
    expect(asked).toEqual(['good1', 'good2', 'good1'])
  })
})
