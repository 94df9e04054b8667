// What a provider, or somebody between, may send in place of a good ID token (cases F7 of the study).
import { describe, expect } from 'bun:test'
import { exportSPKI, importJWK } from 'jose'
import { toUtf8 } from '../../src/std/bytes.ts'
import type { TokenPlan } from '../peers/hostile-provider.ts'
import { scenario } from '../scenario.ts'
import { Browser, type Seen } from '../support/browser.ts'
import { hostileStage } from '../support/hostile-stage.ts'
import { comeBack, opensSession, reasonOf, sendOff, whoIs } from '../support/sign-in-steps.ts'

const stage = hostileStage()

async function signIn(browser: Browser, more: Record<string, string> = {}): Promise<Seen> {
  const { state, nonce } = await sendOff(browser, stage.gate)
  return comeBack(browser, stage.gate, { state, code: nonce, ...more })
}

type Change = (plan: TokenPlan) => TokenPlan | Promise<TokenPlan>

interface Case {
  readonly name: string
  readonly token?: Change
  readonly metadata?: Record<string, unknown>
  readonly parameters?: Record<string, string>
}

function claims(change: (now: number) => Record<string, unknown>): Change {
  return (plan) => ({
    ...plan,
    claims: { ...plan.claims, ...change(Math.floor(stage.gate.clock.now() / 1000)) },
  })
}

function header(change: Record<string, unknown>): Change {
  return (plan) => ({ ...plan, header: { ...plan.header, ...change } })
}

const everyAlgorithm = {
  id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
}

async function signedWithPublicKey(plan: TokenPlan): Promise<TokenPlan> {
  const key = await importJWK(stage.peer.keys.publicJwk, 'RS256', { extractable: true })
  const pem = key instanceof Uint8Array ? '' : await exportSPKI(key)
  return { ...plan, header: { ...plan.header, alg: 'HS256' }, key: toUtf8(pem) }
}

const refused: readonly Case[] = [
  {
    name: 'no algorithm',
    token: (plan) => ({ ...plan, header: { alg: 'none' }, key: 'none' }),
  },
  {
    name: 'no algorithm, though the metadata offers that',
    metadata: everyAlgorithm,
    token: (plan) => ({ ...plan, header: { alg: 'none' }, key: 'none' }),
  },
  {
    name: 'HS256 with the public key as the secret, though the metadata offers HS256',
    metadata: everyAlgorithm,
    token: signedWithPublicKey,
  },
  {
    name: 'HS256 with our own client secret, though the metadata offers HS256',
    metadata: everyAlgorithm,
    token: (plan) => ({
      ...plan,
      header: { ...plan.header, alg: 'HS256' },
      key: toUtf8('a secret of-the.peer'),
    }),
  },
  { name: 'an unknown key id', token: header({ kid: 'elsewhere' }) },
  {
    name: 'the key of somebody else under the name of the provider’s',
    token: (plan) => ({ ...plan, key: stage.peer.keys.strangerSigning }),
  },
  {
    name: 'a header that points to keys elsewhere (jku)',
    token: (plan) => ({
      ...plan,
      header: { ...plan.header, jku: `${stage.peer.issuer}/other-keys` },
      key: stage.peer.keys.strangerSigning,
    }),
  },
  {
    name: 'a header that points to keys elsewhere, over a genuine signature',
    token: header({ jku: 'https://evil.test/jwks' }),
  },
  {
    name: 'a header that points to certificates (x5u)',
    token: header({ x5u: 'https://evil.test/' }),
  },
  {
    name: 'a header that brings its own key (jwk)',
    token: (plan) => ({
      ...plan,
      header: { ...plan.header, jwk: stage.peer.keys.strangerJwk },
      key: stage.peer.keys.strangerSigning,
    }),
  },
  { name: 'a critical extension that we do not know', token: header({ crit: ['b64'], b64: true }) },
  { name: 'another issuer', token: claims(() => ({ iss: 'https://evil.test' })) },
  { name: 'another audience', token: claims(() => ({ aud: 'other' })) },
  { name: 'no audience', token: claims(() => ({ aud: undefined })) },
  { name: 'a list of audiences without us', token: claims(() => ({ aud: ['other', 'third'] })) },
  {
    name: 'us among others, without saying for whom',
    token: claims(() => ({ aud: ['gatehouse', 'other'] })),
  },
  {
    name: 'us among others, issued to another',
    token: claims(() => ({ aud: ['gatehouse', 'other'], azp: 'other' })),
  },
  { name: 'us alone, issued to another', token: claims(() => ({ azp: 'other' })) },
  { name: 'another nonce', token: claims(() => ({ nonce: 'other' })) },
  { name: 'no nonce', token: claims(() => ({ nonce: undefined })) },
  { name: 'no subject', token: claims(() => ({ sub: undefined })) },
  { name: 'expired 61 seconds ago', token: claims((now) => ({ exp: now - 61 })) },
  { name: 'no expiry', token: claims(() => ({ exp: undefined })) },
  { name: 'an expiry that is no number', token: claims(() => ({ exp: '9999999999' })) },
  { name: 'issued 61 seconds in the future', token: claims((now) => ({ iat: now + 61 })) },
  { name: 'not valid for another 61 seconds', token: claims((now) => ({ nbf: now + 61 })) },
  { name: 'a response from another issuer (RFC 9207)', parameters: { iss: 'https://evil.test' } },
  {
    name: 'a response that does not name its issuer, though the provider always does (RFC 9207)',
    metadata: { authorization_response_iss_parameter_supported: true },
  },
]

const taken: readonly Case[] = [
  { name: 'a plain good one' },
  { name: 'expired 59 seconds ago', token: claims((now) => ({ exp: now - 59 })) },
  { name: 'issued 59 seconds in the future', token: claims((now) => ({ iat: now + 59 })) },
  {
    name: 'us among others, issued to us',
    token: claims(() => ({ aud: ['x', 'gatehouse'], azp: 'gatehouse' })),
  },
  { name: 'us as the only one of a list', token: claims(() => ({ aud: ['gatehouse'] })) },
]

describe('an ID token', () => {
  for (const { name, token, metadata, parameters } of refused)
    scenario(`is refused with ${name}`, {}, async () => {
      stage.peer.script = {
        ...(token === undefined ? {} : { token }),
        ...(metadata === undefined ? {} : { metadata }),
      }
      const browser = new Browser()
      const seen = await signIn(browser, parameters)
      expect(reasonOf(seen)).toBe('bad-token')
      expect(seen.status).toBe(403)
      expect(opensSession(seen)).toBe(false)
      expect(seen.text).not.toContain('    at ')
      expect(await whoIs(browser, stage.gate)).toBeNull()
      expect(stage.gate.outcomes.at(-1)).toBe('oidc bad-token')
    })

  for (const { name, token } of taken)
    scenario(`is taken with ${name}`, {}, async () => {
      stage.peer.script = token === undefined ? {} : { token }
      const browser = new Browser()
      const seen = await signIn(browser)
      expect(seen.location).toBe(`${stage.gate.serviceOrigin('app')}/`)
      expect(await whoIs(browser, stage.gate)).toBe('alice')
    })

  scenario('goes by the gate’s own clock, an hour off the machine’s', {}, async () => {
    stage.gate.clock.jump(3_600_000)
    const browser = new Browser()
    await signIn(browser)
    expect(await whoIs(browser, stage.gate)).toBe('alice')
    stage.gate.clock.jump(-3_600_000)
  })
})

describe('the keys of a provider', () => {
  scenario('are asked for again when a token names one that is not known', {}, async () => {
    const browser = new Browser()
    await signIn(browser)
    expect(await whoIs(browser, stage.gate)).toBe('alice')
    await stage.peer.rotate('rotated')
    const asked = stage.peer.asked.get('/jwks') ?? 0
    const other = new Browser()
    await signIn(other)
    expect(await whoIs(other, stage.gate)).toBe('alice')
    expect(stage.peer.asked.get('/jwks')).toBe(asked + 1)
  })

  scenario(
    'are asked for at most once in five seconds, however many tokens name others',
    {},
    async () => {
      await signIn(new Browser())
      stage.peer.script.token = header({ kid: 'nowhere' })
      const asked = stage.peer.asked.get('/jwks') ?? 0
      for (let i = 0; i < 10; i++) expect(reasonOf(await signIn(new Browser()))).toBe('bad-token')
      expect(stage.peer.asked.get('/jwks') ?? 0).toBeLessThanOrEqual(asked + 1)
      stage.gate.clock.advance(5000)
      await signIn(new Browser())
      expect(stage.peer.asked.get('/jwks') ?? 0).toBeLessThanOrEqual(asked + 2)
    },
  )
})

describe('the claims of a provider', () => {
  const incomplete = claims(() => ({ groups: undefined, email: undefined }))

  scenario('are completed from the UserInfo endpoint only where some are missing', {}, async () => {
    stage.peer.script = { userInfo: { sub: 'sub-1', groups: ['other'] } }
    const asked = stage.peer.asked.get('/userinfo') ?? 0
    await signIn(new Browser())
    expect(stage.peer.asked.get('/userinfo') ?? 0).toBe(asked)
    stage.peer.script = {
      token: incomplete,
      userInfo: { sub: 'sub-1', groups: ['admins'], preferred_username: 'mallory' },
    }
    const browser = new Browser()
    await signIn(browser)
    expect(await whoIs(browser, stage.gate)).toBe('alice')
    const me = await browser.visit(`${stage.gate.origin}/_gatehouse/me`)
    expect(me.text).toContain('"groups":["admins"]')
  })

  scenario('of another person at the UserInfo endpoint are refused', {}, async () => {
    stage.peer.script = {
      token: incomplete,
      userInfo: { sub: 'sub-2', groups: ['admins'] },
    }
    const seen = await signIn(new Browser())
    expect(reasonOf(seen)).toBe('provider-answer')
    expect(opensSession(seen)).toBe(false)
  })

  scenario('without a name, or with one that could be another’s, sign nobody in', {}, async () => {
    const cases = [
      [undefined, 'missing-claim'],
      ['root ', 'unusable-claim'],
      ['ro\u0000ot', 'unusable-claim'],
    ] as const
    for (const [name, reason] of cases) {
      const token = claims(() => ({ preferred_username: name }))
      stage.peer.script = { token, userInfo: { sub: 'sub-1' } }
      const seen = await signIn(new Browser())
      expect(reasonOf(seen)).toBe(reason)
      expect(opensSession(seen)).toBe(false)
    }
  })
})
