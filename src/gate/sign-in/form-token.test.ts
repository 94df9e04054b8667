// Where a posted form may come from.
import { expect, test } from 'bun:test'
import { isSameOrigin } from './form-token.ts'
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
