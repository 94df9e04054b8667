// What looks like a secret is not shown, and what only says where one is stays as it is.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  addressWithoutSecrets,
  textWithoutSecrets,
  withoutSecrets,
  withoutSecretsAt,
} from './secret-leaves.ts'

const key = new Uint8Array(32)

describe('textWithoutSecrets()', () => {
  test.each([
    ['https://ada:hunter2@example.com/x', 'hunter2', 'https://secret:'],
    ['postgres://ada:hunter2@db/x?ssl=1', 'hunter2', '@db/x?ssl=1'],
    ['https://ntfy.example.com@hunter2@x/', 'hunter2', 'https://secret:'],
    ['https://x.example.com/push?key=hunter2', 'hunter2', 'https://x.example.com/push?key=secret:'],
    ['https://x/?a=1&b=hunter2&c=hunter3', 'hunter', '?a=1&b=secret:'],
    ['--api-key=hunter2 --port=80', 'hunter2', '--port=80'],
    ['--token hunter2', '--token=', '--token hunter2'],
    ['password: hunter2', 'hunter2', 'password: secret:'],
    ['my_secret = "hunter2"; next()', 'hunter2', '; next()'],
    ["{'api_key': 'hunter2'}", 'hunter2', "{'api_key': 'secret:"],
    ['Authorization: Bearer hunter2hunter2', 'hunter2', 'Authorization: Bearer secret:'],
    ['Basic YWRhOmh1bnRlcjI=', 'YWRh', 'Basic secret:'],
    ['x eyJhbGciOi.eyJzdWIi.c2ln y', 'eyJ', ' y'],
  ])('hides what is one in %j', (text, hidden, kept) => {
    const shown = textWithoutSecrets(text, key)
    expect(shown).not.toContain(hidden)
    expect(shown).toContain(kept)
  })

  test.each([
    'https://grafana.example.com/d/x',
    'https://example.com/?page=2&size=100',
    'sum by (job) (rate(tokens_total{secret_name="x"}[5m])) > 0.5',
    'authentik_group["token holders"]',
    'days=28',
    'name@example.com',
    'The bearer of this',
    '',
  ])('leaves %j', (text) => expect(textWithoutSecrets(text, key)).toBe(text))

  test('hides each, whatever stands around it', () => {
    const piece = fc.constantFrom(
      ...['token=hunter2hunter2', 'https://a:hunter2@c/?q=hunter22', ' ', 'bearer hunter23', 'x'],
      ...['&', '"', 'password: secret:hunter2', 'secret:0123456789ab', '?key=', '://'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        expect(textWithoutSecrets(pieces.join(' '), key)).not.toContain('hunter2')
      }),
    )
  })

  test('leaves what stands for a secret already', () => {
    expect(textWithoutSecrets('secret:0123456789ab', key)).toBe('secret:0123456789ab')
    expect(textWithoutSecrets('secret:0123456789abc', key)).not.toContain('0123456789abc')
  })

  test('tells two secrets apart, and says nothing to who lacks the key', () => {
    const of = (text: string, secretKey = key): string => textWithoutSecrets(text, secretKey)
    expect(of('token=hunter2')).toBe(of('token=hunter2'))
    expect(of('token=hunter2')).not.toBe(of('token=hunter3'))
    expect(of('token=hunter2')).not.toBe(of('token=hunter2', new Uint8Array(32).fill(1)))
  })

  test('cuts what is too long to be looked through', () => {
    expect(textWithoutSecrets('x'.repeat(70_000), key)).toHaveLength(65_536)
  })

  test('is done with any text in a time that grows with its length', () => {
    for (const hostile of ['a://'.repeat(9000), '?a='.repeat(20_000), 'token'.repeat(13_000)])
      expect(textWithoutSecrets(hostile, key).length).toBeGreaterThan(0)
  })
})

test('addressWithoutSecrets() hides what stands in an address, and leaves the words around it', () => {
  const text = 'Cannot read the secret: "/run/x" of https://ada:hunter2@x/?key=hunter2'
  expect(addressWithoutSecrets(text, key)).toMatch(
    /^Cannot read the secret: "\/run\/x" of https:\/\/secret:\w+@x\/\?key=secret:\w+$/,
  )
})

describe('withoutSecrets()', () => {
  test.each<[string, unknown]>([
    ['a name', { api_token: 'hunter2' }],
    ['a name of two words', { clientSecret: 'hunter2' }],
    ['a short name', { basic_auth_pass: 'hunter2' }],
    ['a list', { tokens: ['hunter2'] }],
    ['a number', { password: 4711 }],
    ['a mapping', { credentials: { user: 'a', value: 'hunter2' } }],
    ['deep below', { a: [{ b: { privateKey: 'hunter2' } }] }],
  ])('hides the value below %s', (_what, value) => {
    const shown = JSON.stringify(withoutSecrets(value, key))
    expect(shown).not.toMatch(/hunter2|4711/)
    expect(shown).toContain('secret:')
  })

  test.each<[string, unknown]>([
    ['the place of a file', { token_file: '/run/token' }],
    ['the name of a place', { secretName: 'tls', kubernetes_ingress_secret_name: 'tls' }],
    ['a reference', { secret: { secretName: 'config', defaultMode: 420 } }],
    ['a key of a place', { secretKeyRef: { name: 'db', key: 'password' } }],
    ['names of places', { imagePullSecrets: [{ name: 'registry' }] }],
    ['how long one lives', { access_token_validity: 'days=7' }],
    ['a flag', { automountServiceAccountToken: false }],
    ['nothing', { password: null }],
  ])('leaves %s', (_what, value) => expect(withoutSecrets(value, key)).toEqual(value))

  test('replaces whole what is nested too deep to be looked at', () => {
    let deep: unknown = 'hunter2'
    for (let i = 0; i < 100; i++) deep = [deep]
    expect(JSON.stringify(withoutSecrets(deep, key))).not.toContain('hunter2')
  })
})

describe('withoutSecretsAt()', () => {
  test.each<[string, unknown, boolean]>([
    ['spec.token', 'hunter2', true],
    ['token.spec', 'hunter2', false],
    ['annotations.url', 'https://x/?key=hunter2', true],
    ['args', ['serve', '--password=hunter2'], true],
    ['env', [{ name: 'A', value: 'hunter2' }], false],
    ['env', [{ name: 'A', password: 'hunter2' }], true],
  ])('of %j and %j hides it: %p', (path, value, isHidden) => {
    expect(JSON.stringify(withoutSecretsAt(path, value, key)).includes('hunter2')).toBe(!isHidden)
  })
})
