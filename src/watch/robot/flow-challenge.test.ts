// Challenges of authentik: what the robot answers each, and what it makes of those that are none.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Answering, moveFor } from './flow-challenge.ts'

const credentials = { user: 'robot', password: 'hush-hush' }

function move(challenge: unknown, over: Partial<Answering> = {}) {
  return moveFor(JSON.stringify(challenge), {
    credentials,
    hasSeed: false,
    given: new Set(),
    ...over,
  })
}

const name = { component: 'ak-stage-identification', user_fields: ['username'] }
const password = { component: 'ak-stage-password', pending_user: 'robot' }
const factor = (...classes: readonly string[]) => ({
  component: 'ak-stage-authenticator-validate',
  device_challenges: classes.map((device) => ({ device_class: device, device_uid: '1' })),
})

describe('moveFor() answers', () => {
  test.each([
    ['a name', name, { uid_field: 'robot' }],
    [
      'name and password',
      { ...name, password_fields: true },
      { uid_field: 'robot', password: 'hush-hush' },
    ],
    ['a name where the captcha is none', { ...name, captcha_stage: null }, { uid_field: 'robot' }],
    ['a password', password, { password: 'hush-hush' }],
    ['a password without errors', { ...password, response_errors: {} }, { password: 'hush-hush' }],
    ['consent', { component: 'ak-stage-consent', token: 't' }, { token: 't' }],
    ['how long', { component: 'ak-stage-user-login' }, { remember_me: false }],
  ])('%s', (_, challenge, fields) => {
    const { component } = challenge
    expect(move(challenge)).toEqual({
      kind: 'answer',
      asks: component,
      json: { component, ...fields },
    })
  })

  test('with a code where there is a seed', () => {
    expect(move(factor('webauthn', 'totp'), { hasSeed: true })).toMatchObject({ kind: 'code' })
  })

  test('by going where it is led', () => {
    const to = 'https://app.example.com/callback?code=c'
    expect(move({ component: 'xak-flow-redirect', to })).toEqual({ kind: 'leave', to })
  })

  test('by posting a form that posts itself', () => {
    const challenge = { component: 'ak-stage-autosubmit', url: '/acs', attrs: { a: '1', b: null } }
    expect(move(challenge)).toEqual({ kind: 'post', to: '/acs', form: 'a=1&b=' })
  })

  test('a session that has ended', () => {
    expect(move({ component: 'ak-stage-session-end' })).toEqual({ kind: 'ended' })
  })
})

describe('moveFor() stops', () => {
  const said = { response_errors: { password: [{ string: 'hush-hush', code: 'invalid' }] } }
  const manyFields = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, 'x']))
  test.each<readonly [string, unknown, string, Partial<Answering>?]>([
    ['a password that is not taken', { ...password, ...said }, 'SIGN_IN_REFUSED'],
    ['a name that is not taken', { ...name, ...said }, 'SIGN_IN_REFUSED'],
    [
      'a password that is asked for twice',
      password,
      'SIGN_IN_REFUSED',
      { given: new Set(['ak-stage-password']) },
    ],
    [
      'a name that is asked for twice',
      name,
      'SIGN_IN_REFUSED',
      { given: new Set(['ak-stage-identification']) },
    ],
    ['a captcha beside the name', { ...name, captcha_stage: { site_key: 'x' } }, 'SIGN_IN_CAPTCHA'],
    ['a captcha', { component: 'ak-stage-captcha' }, 'SIGN_IN_CAPTCHA'],
    ['no field for a name', { ...name, user_fields: [] }, 'SIGN_IN_UNKNOWN_STAGE'],
    ['fields that are none', { ...name, user_fields: null }, 'SIGN_IN_UNKNOWN_STAGE'],
    ['a code without a seed', factor('totp'), 'SIGN_IN_MFA'],
    ['a key', factor('webauthn'), 'SIGN_IN_MFA', { hasSeed: true }],
    ['a recovery code', factor('static'), 'SIGN_IN_MFA', { hasSeed: true }],
    ['a factor to be set up', factor(), 'SIGN_IN_MFA', { hasSeed: true }],
    ['a kind of device that nobody knows', factor('tea-leaves'), 'SIGN_IN_MFA', { hasSeed: true }],
    [
      'a code that was not taken',
      factor('totp'),
      'SIGN_IN_MFA',
      { hasSeed: true, given: new Set(['ak-stage-authenticator-validate']) },
    ],
    ['a denial', { component: 'ak-stage-access-denied', error_message: 'x' }, 'SIGN_IN_DENIED'],
    ['an error', { component: 'ak-stage-flow-error', request_id: 'x' }, 'SIGN_IN_ERROR'],
    ['a shell', { component: 'xak-flow-shell', body: '<h1>' }, 'SIGN_IN_UNKNOWN_STAGE'],
    ['a stage of tomorrow', { component: 'ak-stage-mind-reader' }, 'SIGN_IN_UNKNOWN_STAGE'],
    ['a stage named like a method', { component: 'constructor' }, 'SIGN_IN_UNKNOWN_STAGE'],
    ['a stage named like a prototype', { component: '__proto__' }, 'SIGN_IN_UNKNOWN_STAGE'],
    ['a consent without a token', { component: 'ak-stage-consent' }, 'SIGN_IN_ERROR'],
    ['a way without an address', { component: 'xak-flow-redirect' }, 'SIGN_IN_ELSEWHERE'],
    [
      'a way without end',
      { component: 'xak-flow-redirect', to: 'x'.repeat(9000) },
      'SIGN_IN_ELSEWHERE',
    ],
    [
      'a form without end',
      { component: 'ak-stage-autosubmit', url: '/acs', attrs: manyFields },
      'SIGN_IN_ERROR',
    ],
    ['no component', {}, 'SIGN_IN_ERROR'],
    ['a list', [name], 'SIGN_IN_ERROR'],
    ['a number', 7, 'SIGN_IN_ERROR'],
    ['nothing', null, 'SIGN_IN_ERROR'],
  ])('at %s', (_, challenge, wanted, over = {}) => {
    const stopped = move(challenge, over)
    expect(stopped).toMatchObject({ kind: 'stop', class: wanted })
    expect(JSON.stringify(stopped)).not.toContain('hush')
  })

  test('at text that is no JSON', () => {
    const answering = { credentials, hasSeed: false, given: new Set<string>() }
    for (const text of ['', '<html>', '{"component":', '\u0000'])
      expect(moveFor(text, answering)).toMatchObject({ class: 'SIGN_IN_ERROR' })
  })

  test('without repeating the password, whatever a stage is called', () => {
    const stage = `ak-stage-${credentials.password}`
    expect(JSON.stringify(move({ component: stage }))).not.toContain(credentials.password)
    expect(move({ component: 'ak-stage-x\nlevel=error' })).toMatchObject({
      detail: 'Found the stage of a name that is none',
    })
  })
})

test('moveFor() gives the password only to the two stages that ask for it, whatever comes', () => {
  const component = fc.constantFrom(
    ...['ak-stage-identification', 'ak-stage-password', 'ak-stage-authenticator-validate'],
    ...['ak-stage-consent', 'ak-stage-user-login', 'xak-flow-redirect', 'ak-stage-autosubmit'],
    ...['ak-stage-captcha', 'xak-flow-frame', 'toString'],
  )
  const fields = fc.dictionary(
    fc.constantFrom(
      ...['user_fields', 'password_fields', 'captcha_stage', 'response_errors', 'to', 'url'],
      ...['attrs', 'token', 'device_challenges'],
    ),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(component, fields, fc.boolean(), (which, rest, hasSeed) => {
      const answered = JSON.stringify(move({ ...rest, component: which }, { hasSeed }))
      const mayAsk = which === 'ak-stage-identification' || which === 'ak-stage-password'
      expect(mayAsk || !answered.includes(credentials.password)).toBe(true)
    }),
  )
})
