// The sealed state: what it carries, how long, and that no byte of it can be changed.
import { describe, expect, test } from 'bun:test'
import { rule, service } from '../../../test/support/policy.ts'
import { parseHost } from '../../model/host.ts'
import { must } from '../../std/assert.ts'
import { seededRandom } from '../../world/random.ts'
import { compilePolicy } from '../policy/compile.ts'
import { createSealer } from '../seal.ts'
import { parseReturnTo, type ReturnToRules } from './return-to.ts'
import { openState, sealState, type SignInState, stateLifeMs } from './state.ts'

const host = parseHost('auth.example.com')
const rules: ReturnToRules = {
  config: {
    origin: 'https://auth.example.com',
    host: must(host.ok ? host.value.host : null, 'A host'),
    secure: true,
  },
  policy: compilePolicy([service('app.example.com', [rule('/**')])]),
}
const sealer = createSealer(new Uint8Array(32).fill(1), seededRandom(2))
const state: SignInState = {
  target: must(parseReturnTo(['https://app.example.com/x?y=%C3%BC'], rules), 'A target'),
  verifier: 'v'.repeat(43),
  nonce: 'n'.repeat(32),
  provider: 'main',
  binding: 'b'.repeat(43),
  issuedAt: 1_800_000_000_000,
  restarts: 1,
  replaces: true,
}
const sealed = sealState(sealer, state)

function open(text: string | null, now = state.issuedAt): ReturnType<typeof openState> {
  return openState(sealer, text, { now, rules })
}

describe('openState', () => {
  test('gives back what was sealed', () => {
    expect(open(sealed)).toEqual({ kind: 'good', state })
  })

  test('tells an expired state from a bad one, to the millisecond', () => {
    expect(open(sealed, state.issuedAt + stateLifeMs - 1).kind).toBe('good')
    expect(open(sealed, state.issuedAt + stateLifeMs)).toEqual({ kind: 'expired', state })
    expect(open(sealed, state.issuedAt + 11 * 60_000).kind).toBe('expired')
  })

  test('refuses every change of one character, and every cut', () => {
    for (let i = 0; i < sealed.length; i++) {
      const other = sealed[i] === 'A' ? 'B' : 'A'
      expect(open(`${sealed.slice(0, i)}${other}${sealed.slice(i + 1)}`).kind).toBe('bad')
      expect(open(sealed.slice(0, i)).kind).toBe('bad')
    }
  })

  test('refuses nothing, other texts, and seals of another purpose or secret', () => {
    const other = createSealer(new Uint8Array(32).fill(9), seededRandom(3))
    for (const text of [
      null,
      '',
      'x',
      `${sealed}=`,
      ` ${sealed}`,
      sealState(other, state),
      sealer.seal('form', '[]'),
      sealer.seal('sign-in-state', '[]'),
      sealer.seal('sign-in-state', '["sign-out","Main","",1]'),
      sealer.seal('sign-in-state', '{}'),
    ])
      expect(open(text).kind).toBe('bad')
  })

  test('refuses a target that the policy no longer knows', () => {
    const reloaded = { ...rules, policy: compilePolicy([]) }
    expect(openState(sealer, sealed, { now: state.issuedAt, rules: reloaded }).kind).toBe('bad')
  })
})
