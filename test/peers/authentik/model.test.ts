import { expect, test } from 'bun:test'
import { type Binding, mayUse, redirectUris, validitySeconds } from './model.ts'
import { addPerson, addProvider, newState } from './state.ts'

test('validitySeconds() reads durations as authentik writes them', () => {
  const cases = [
    ['minutes=10', 600],
    ['hours=1', 3600],
    ['days=30', 2_592_000],
    ['hours=1;minutes=30;seconds=5', 5405],
    ['seconds=0.5', 0.5],
  ] as const
  for (const [text, seconds] of cases)
    expect([text, validitySeconds(text)]).toEqual([text, seconds])
})

test('validitySeconds() refuses other text', () => {
  for (const text of ['', '1h', 'hours', 'hours=x', 'years=1', 'hours=-1'])
    expect(() => validitySeconds(text)).toThrow('is not like')
})

test('redirectUris() replaces the last segment of a path, as urljoin does', () => {
  const state = newState({})
  const cases = [
    ['https://app.example.com', 'https://app.example.com/outpost.goauthentik.io/callback'],
    ['https://app.example.com/sub', 'https://app.example.com/outpost.goauthentik.io/callback'],
    ['https://app.example.com/sub/', 'https://app.example.com/sub/outpost.goauthentik.io/callback'],
  ] as const
  for (const [host, callback] of cases) {
    const provider = addProvider(state, { name: host, external_host: host })
    expect(redirectUris(provider)).toEqual([
      `${callback}?X-authentik-auth-callback=true`,
      `${host}?X-authentik-auth-callback=true`,
    ])
  }
})

const staff: Binding = { group: 'staff' }
const admins: Binding = { group: 'admins' }

test.each([
  ['no binding lets everyone in', [], 'any', true],
  ['a group of the person', [staff], 'any', true],
  ['a group of others', [admins], 'any', false],
  ['any: one of two', [admins, staff], 'any', true],
  ['all: one of two', [admins, staff], 'all', false],
  ['the person by name', [{ user: 'ada' }], 'any', true],
  ['another person by name', [{ user: 'bob' }], 'any', false],
  ['negated', [{ group: 'staff', negate: true }], 'any', false],
  ['disabled counts as none', [{ group: 'admins', enabled: false }], 'any', true],
] as const)('mayUse(): %s', (_, bindings, policy_engine_mode, expected) => {
  const state = newState({})
  const person = addPerson(state, { username: 'ada', groups: ['staff'] })
  const { application } = addProvider(state, {
    name: 'app',
    external_host: 'https://app.example.com',
    application: { bindings: [...bindings], policy_engine_mode },
  })
  if (application === null) throw new Error('No application')
  expect(mayUse(person, application)).toBe(expected)
  person.is_active = false
  expect(mayUse(person, application)).toBe(false)
})

test('newState() with the same seed gives the same secrets', () => {
  const options = { providers: [{ name: 'app', external_host: 'https://app.example.com' }] }
  const secrets = (seed: number): unknown => {
    const { token, providers } = newState({ ...options, seed })
    return [token, providers[0]?.client_secret, providers[0]?.cookie_secret]
  }
  expect(secrets(7)).toEqual(secrets(7))
  expect(secrets(7)).not.toEqual(secrets(8))
  expect(newState(options).providers[0]?.cookie_secret).toMatch(/^[A-Z0-9]{32}$/)
})
