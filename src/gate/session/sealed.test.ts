// Sealed sessions: the record in the cookie, small enough for browsers, closed to everyone else.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { realRandom } from '../../world/random.ts'
import { createSealer } from '../seal.ts'
import { sessionKey, setSessionCookie } from './cookie.ts'
import { alice, sampleSession, sampleStart } from './samples.fixture.ts'
import { openSealedSession, sealSession } from './sealed.ts'

const random = realRandom()
const sealer = createSealer(random.bytes(32), random)
const seal = { at: sampleStart, until: sampleStart + 3_600_000 }
const scope = { domain: 'example.com', secure: true }

describe('sealSession', () => {
  test('gives a cookie from which the session can be read back', () => {
    const sealed = sealSession(sealer, sampleSession('draft', { idTokenHint: 'x' }), {
      seal,
      scope,
    })
    const opened = openSealedSession(sealer, sealed.value)
    expect(sealed.session).toEqual(
      sampleSession('draft', { key: sessionKey(sealed.value), idTokenHint: '' }),
    )
    expect(opened).toEqual({ session: sealed.session, seal })
    expect(sealed.groupsLeftOut).toBe(0)
  })

  test('keeps within the limit of browsers by leaving groups out, from the end', () => {
    const groups = Array.from({ length: 2000 }, (_, i) => `group-${i}-日本`)
    const draft = sampleSession('draft', { identity: { ...alice, groups } })
    const sealed = sealSession(sealer, draft, { seal, scope })
    const kept = sealed.session.identity.groups
    expect(setSessionCookie(scope, sealed.value, 7 * 86_400_000).length).toBeLessThanOrEqual(4000)
    expect(kept.length).toBeGreaterThan(50)
    expect(kept).toEqual(groups.slice(0, kept.length))
    expect(sealed.groupsLeftOut).toBe(2000 - kept.length)
    expect(openSealedSession(sealer, sealed.value)?.session.identity.groups).toEqual(kept)
  })

  test('never keeps a group that was not there, and fits, for any groups', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), (groups) => {
        const draft = sampleSession('draft', { identity: { ...alice, groups } })
        const { value, session } = sealSession(sealer, draft, { seal, scope })
        expect(value.length).toBeLessThan(4000)
        expect(session.identity.groups).toEqual(groups.slice(0, session.identity.groups.length))
      }),
      { numRuns: 50 },
    )
  })
})

describe('openSealedSession gives null for', () => {
  const { value } = sealSession(sealer, sampleSession('draft'), { seal, scope })

  test('one character changed anywhere', () => {
    for (let at = 3; at < value.length; at += 7) {
      const other = value[at] === 'A' ? 'B' : 'A'
      const changed = value.slice(0, at) + other + value.slice(at + 1)
      expect(openSealedSession(sealer, changed)).toBeNull()
    }
  })

  const foreign = createSealer(random.bytes(32), random)
  const table = [
    ['a plain value', `1${'a'.repeat(32)}`],
    ['a truncated one', value.slice(0, -8)],
    [
      'one sealed with another secret',
      sealSession(foreign, sampleSession('x'), { seal, scope }).value,
    ],
    ['one sealed for another purpose', `s1.${sealer.seal('form', '[1,{},{}]')}`],
    ['a record of another format', `s1.${sealer.seal('session', '[2,{},{}]')}`],
    ['a record that is not an array', `s1.${sealer.seal('session', '{"0":1}')}`],
    ['a record that is not JSON', `s1.${sealer.seal('session', 'no')}`],
    ['random bytes', `s1.${'x'.repeat(400)}`],
  ] as const
  for (const [title, forged] of table)
    test(title, () => {
      expect(openSealedSession(sealer, forged)).toBeNull()
    })
})
