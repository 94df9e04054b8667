// Where a posted form may come from, and whose form it is.
import { expect, test } from 'bun:test'
import { seededRandom } from '../../world/random.ts'
import { createSealer } from '../seal.ts'
import { formToken, formTokenLifeMs, isFormToken, isSameOrigin } from './form-token.ts'
import type { PageRequest } from '../page.ts'

const origin = 'https://auth.example.com'

const cases: readonly (readonly [name: string, headers: Record<string, string>, same: boolean])[] =
  [
    [
      'a form of ours, as browsers send it from a page without referrer',
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      true,
    ],
    ['a form of ours in a browser without Fetch Metadata', { origin: 'null' }, true],
    ['a form of ours with its origin', { origin }, true],
    ['a client that sends neither', {}, true],
    [
      'a form of another site',
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
      false,
    ],
    [
      'a form of a service beside us',
      { 'sec-fetch-site': 'same-site', origin: 'https://app.example.com' },
      false,
    ],
    ['a foreign form that claims our origin', { 'sec-fetch-site': 'cross-site', origin }, false],
    ['a post typed by hand, which browsers cannot', { 'sec-fetch-site': 'none' }, false],
    ['a foreign origin without Fetch Metadata', { origin: 'https://evil.test' }, false],
    ['our host on another port', { origin: `${origin}:8443` }, false],
  ]

for (const [name, headers, same] of cases)
  test(`isSameOrigin is ${same} for ${name}`, () => {
    expect(isSameOrigin(request(headers), origin)).toBe(same)
  })

const sealer = createSealer(new Uint8Array(32).fill(1), seededRandom(4))
const use = { form: 'sign-out', holder: 'session-1', now: 1_800_000_000_000 }

test('isFormToken takes a token for the same form, holder and hour, and for nothing else', () => {
  const token = formToken(sealer, use)
  const last = use.now + formTokenLifeMs - 1
  expect(isFormToken(sealer, token, use)).toBe(true)
  expect(isFormToken(sealer, token, { ...use, now: last })).toBe(true)
  expect(isFormToken(sealer, token, { ...use, now: last + 1 })).toBe(false)
  expect(isFormToken(sealer, token, { ...use, holder: 'session-2' })).toBe(false)
  expect(isFormToken(sealer, token, { ...use, form: 'password' })).toBe(false)
  expect(isFormToken(sealer, `${token}x`, use)).toBe(false)
  expect(isFormToken(sealer, '', use)).toBe(false)
  expect(isFormToken(sealer, null, use)).toBe(false)
  expect(isFormToken(sealer, sealer.seal('binding', '["sign-out","session-1",0]'), use)).toBe(false)
  expect(isFormToken(sealer, sealer.seal('form', '{}'), use)).toBe(false)
})

function request(headers: Record<string, string>): PageRequest {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: new Headers(headers),
    body: '',
    clientAddress: null,
    peerTrusted: true,
    requestId: 'r',
  }
}
