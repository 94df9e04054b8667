// Answers to strangers come out of templates: they say exactly what the one renderer says.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Decision } from '../model/decision.ts'
import { SignInTemplate, httpDate, renderAnswer, signInAddress } from './answer.ts'
import { canonicalTarget } from './canonical.ts'
import { dialectNames } from './dialect/dialect.ts'
import { dialects } from './dialect/registry.ts'
import { parseHost } from '../model/host.ts'
import type { AccessRequest } from './request.ts'
import { testConfig, testRule } from './testing.ts'

const config = testConfig()
const date = httpDate(1_800_000_000_000)
const identityLines = 'Remote-User: \r\nRemote-Groups: \r\n'

const hosts = ['app.example.com', 'a-b_c.example.com', '10.0.0.1', '[fd00::1]'].map((text) => {
  const parsed = parseHost(text)
  if (!parsed.ok) throw new TypeError(`"${text}" is no host`)
  return parsed.value.host
})

/** Every byte that a canonical target may hold. */
const targets = fc
  .string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  .map((text) => `/${text}`)
  .filter((text) => canonicalTarget(text).ok)

const requests: fc.Arbitrary<AccessRequest> = fc
  .record({
    scheme: fc.constantFrom('http' as const, 'https' as const),
    host: fc.constantFrom(...hosts),
    port: fc.constantFrom(null, 8443),
    target: targets,
    navigation: fc.boolean(),
  })
  .map((parts) => ({ ...parts, path: '/', method: 'GET', clientAddress: null, cookie: null }))

const decisions: readonly Decision[] = (
  ['no-session', 'session-ended', 'other-provider'] as const
).map((reason) => ({ kind: 'sign-in', reason, rule: testRule('app.example.com') }))

const templates = dialectNames.flatMap((name) =>
  decisions.flatMap((decision) =>
    [true, false].map((navigation) => {
      const shape = dialects[name].shape(decision, navigation)
      const template = new SignInTemplate({ config, decision, shape, identityLines })
      return { decision, navigation, shape, template }
    }),
  ),
)

test('SignInTemplate writes what renderAnswer writes, for every dialect, reason and request', () => {
  fc.assert(
    fc.property(requests, fc.stringMatching(/^[\w-]{1,20}$/), (asked, requestId) => {
      for (const { decision, navigation, shape, template } of templates) {
        const request = { ...asked, navigation }
        const parts = { config, decision, shape, identityLines, request, requestId, isHead: false }
        const text = renderAnswer(parts).replace(/^Date: .*$/m, `Date: ${date.text}`)
        const signIn = signInAddress(config, request)
        expect(template.fill({ date, requestId, signIn }).toString('utf8')).toBe(text)
      }
    }),
  )
})

test('signInAddress is the percent-encoded address, whatever the host and port', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const { host, port, scheme } = request
      const origin = `${scheme}://${host}${port === null ? '' : `:${port}`}`
      const back = `${origin}${request.navigation ? request.target : '/'}`
      const query = new URL(signInAddress(config, request)).searchParams
      expect(query.get('rd')).toBe(back)
      expect(signInAddress(config, request)).toEndWith(`?rd=${encodeURIComponent(back)}`)
    }),
  )
})
