// A provider that is down, slow, huge, elsewhere or garbled: a page that says so, never a 500, and
// nobody who is signed in notices (F13).
import { describe, expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { Browser, type Seen } from '../support/browser.ts'
import { hostileStage } from '../support/hostile-stage.ts'
import { providerConfig } from '../support/sign-in-gate.ts'
import { comeBack, opensSession, reasonOf, sendOff, whoIs } from '../support/sign-in-steps.ts'

const stage = hostileStage()
const discovery = '/.well-known/openid-configuration'

interface Trouble {
  readonly name: string
  readonly answer: () => Response | Promise<Response>
  readonly reason: string
}

const never = (): Promise<Response> => new Promise(() => {})
const troubles: readonly Trouble[] = [
  {
    name: 'answers 500',
    answer: () => new Response('x', { status: 500 }),
    reason: 'provider-down',
  },
  {
    name: 'answers 503 with JSON',
    answer: () => Response.json({}, { status: 503 }),
    reason: 'provider-down',
  },
  {
    name: 'answers 404',
    answer: () => new Response('', { status: 404 }),
    reason: 'provider-answer',
  },
  {
    name: 'answers 10 MB',
    answer: () => new Response('x'.repeat(10_000_000)),
    reason: 'provider-answer',
  },
  { name: 'answers no JSON', answer: () => new Response('<html>'), reason: 'provider-answer' },
  {
    name: 'answers half a JSON',
    answer: () => new Response('{"issuer":'),
    reason: 'provider-answer',
  },
  { name: 'answers a list', answer: () => Response.json([]), reason: 'provider-answer' },
  { name: 'answers null', answer: () => Response.json(null), reason: 'provider-answer' },
  {
    name: 'sends us to a private address',
    answer: () => Response.redirect('http://169.254.169.254/latest/', 302),
    reason: 'provider-answer',
  },
  {
    name: 'sends us to itself for ever',
    answer: () => Response.redirect(`${stage.peer.issuer}${discovery}`, 307),
    reason: 'provider-answer',
  },
]

function expectTrouble(seen: Seen, reason: string): void {
  expect(reasonOf(seen)).toBe(reason)
  expect(seen.status).toBe(503)
  expect(seen.headers.get('retry-after')).toBe('5')
  expect(seen.text).toContain('Try again')
  expect(seen.text).not.toMatch(/\bat .*:\d+:\d+|Error:/)
  expect(opensSession(seen)).toBe(false)
  expect(stage.gate.outcomes.at(-1)).toBe('oidc provider-error')
  const id = /Request <code>([^<]+)/.exec(seen.text)?.[1]
  const line = stage.gate.log.lines.find((entry) => entry.fields['request_id'] === id)
  expect(line).toMatchObject({ event: 'sign-in-refused', fields: { reason, provider: 'main' } })
}

function start(browser: Browser): Promise<Seen> {
  const rd = encodeURIComponent(`${stage.gate.serviceOrigin('app')}/x`)
  return browser.visit(`${stage.gate.origin}/_gatehouse/sign-in?rd=${rd}`)
}

describe('a provider in trouble', () => {
  for (const { name, answer, reason } of troubles) {
    scenario(`that ${name} at discovery`, {}, async () => {
      stage.peer.script = { answer: { [discovery]: answer } }
      expectTrouble(await start(new Browser()), reason)
    })

    scenario(`that ${name} at the token endpoint`, {}, async () => {
      const browser = new Browser()
      const { state, nonce } = await sendOff(browser, stage.gate)
      stage.peer.script = { answer: { '/token': answer } }
      const seen = await comeBack(browser, stage.gate, { state, code: nonce })
      // An answer that is JSON, but not a token, is refused as such.
      if (reasonOf(seen) === 'bad-token') expect(seen.status).toBe(403)
      else expectTrouble(seen, reason)
      expect(opensSession(seen)).toBe(false)
    })

    scenario(`that ${name} at its keys`, {}, async () => {
      const browser = new Browser()
      const { state, nonce } = await sendOff(browser, stage.gate)
      stage.peer.script = { answer: { '/jwks': answer } }
      const seen = await comeBack(browser, stage.gate, { state, code: nonce })
      if (reasonOf(seen) === 'bad-token') expect(seen.status).toBe(403)
      else expectTrouble(seen, reason)
      expect(opensSession(seen)).toBe(false)
    })
  }

  scenario('that never answers is given up, by everyone at once', {}, async () => {
    stage.peer.script = { answer: { [discovery]: never } }
    const asked = stage.peer.asked.get(discovery) ?? 0
    const all = await Promise.all(Array.from({ length: 20 }, () => start(new Browser())))
    for (const seen of all) expectTrouble(seen, 'provider-slow')
    expect(stage.peer.asked.get(discovery)).toBe(asked + 1)
  })

  scenario('is left alone for two seconds, and then works again', {}, async () => {
    stage.peer.script = { answer: { [discovery]: () => new Response('', { status: 502 }) } }
    expectTrouble(await start(new Browser()), 'provider-down')
    const asked = stage.peer.asked.get(discovery) ?? 0
    stage.peer.script = {}
    expectTrouble(await start(new Browser()), 'provider-down')
    expect(stage.peer.asked.get(discovery)).toBe(asked)
    stage.gate.clock.advance(2000)
    expect((await start(new Browser())).status).toBe(303)
  })

  scenario('does not trouble people who are signed in', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    await comeBack(browser, stage.gate, { state, code: nonce })
    stage.gate.clock.advance(120_000)
    stage.peer.script = { answer: { [discovery]: () => new Response('', { status: 500 }) } }
    expect((await browser.open(`${stage.gate.serviceOrigin('app')}/x`)).text).toBe('hello alice')
    expect(await whoIs(browser, stage.gate)).toBe('alice')
    expectTrouble(await start(new Browser()), 'provider-down')
  })

  scenario(
    'whose discovery fails while a person is away still lets that person come back',
    {},
    async () => {
      const browser = new Browser()
      const { state, nonce } = await sendOff(browser, stage.gate)
      stage.gate.clock.advance(300_000)
      stage.peer.script = { answer: { [discovery]: () => new Response('', { status: 500 }) } }
      const seen = await comeBack(browser, stage.gate, { state, code: nonce })
      expect(seen.location).toBe(`${stage.gate.serviceOrigin('app')}/`)
    },
  )
})

describe('the metadata of a provider', () => {
  const bad: readonly (readonly [string, Record<string, unknown>])[] = [
    ['of another issuer', { issuer: 'https://evil.test' }],
    ['without a token endpoint', { token_endpoint: undefined }],
    ['with an authorization endpoint that is no address', { authorization_endpoint: 'x' }],
    [
      'with an authorization endpoint that is a script',
      { authorization_endpoint: 'javascript:alert(1)' },
    ],
    ['with keys in a file', { jwks_uri: 'file:///etc/passwd' }],
    [
      'that offers only algorithms with a shared secret',
      { id_token_signing_alg_values_supported: ['HS256', 'none'] },
    ],
    ['whose algorithms are no list', { id_token_signing_alg_values_supported: 'RS256' }],
  ]
  for (const [name, metadata] of bad)
    scenario(`${name} is not used`, {}, async () => {
      stage.peer.script = { metadata }
      expectTrouble(await start(new Browser()), 'provider-answer')
    })

  scenario(
    'of an issuer with one slash more is named in the log, found and wanted',
    {},
    async () => {
      stage.peer.script = { metadata: { issuer: `${stage.peer.issuer}/x` } }
      expectTrouble(await start(new Browser()), 'provider-answer')
      expect(stage.gate.log.lines.at(-1)?.fields['detail']).toBe(
        `The provider calls itself "${stage.peer.issuer}/x", not "${stage.peer.issuer}"`,
      )
    },
  )

  scenario('by http is not used where the configuration does not permit that', {}, async () => {
    stage.gate.providers[0] = providerConfig('main', stage.peer.issuer, {
      allowInsecureIssuer: false,
    })
    stage.gate.clock.advance(2 * 86_400_000)
    const asked = stage.peer.asked.get(discovery) ?? 0
    expectTrouble(await start(new Browser()), 'provider-answer')
    expect(stage.peer.asked.get(discovery) ?? 0).toBe(asked)
    stage.gate.providers[0] = providerConfig('main', stage.peer.issuer)
  })

  scenario('is asked for once a minute, by one request at a time', {}, async () => {
    const asked = stage.peer.asked.get(discovery) ?? 0
    await Promise.all(Array.from({ length: 30 }, () => start(new Browser())))
    stage.gate.clock.advance(59_000)
    await start(new Browser())
    expect(stage.peer.asked.get(discovery)).toBe(asked + 1)
    stage.gate.clock.advance(1000)
    await start(new Browser())
    expect(stage.peer.asked.get(discovery)).toBe(asked + 2)
  })
})
