// The requests of the measurement mean what they are meant to mean: the gate's own code reads them.
import { describe, expect, test } from 'bun:test'
import { dialectNames } from '../../src/gate/dialect/dialect.ts'
import { dialects } from '../../src/gate/dialect/registry.ts'
import { type HeadBuffer, RequestHead } from '../../src/gate/transport/head.ts'
import { createTrust } from '../../src/gate/trust.ts'
import { networkSet } from '../../src/model/network.ts'
import { linesOf, oauth2ProxyTexts, person, requestTexts } from './estate.ts'

const trust = createTrust(networkSet(['127.0.0.1/32']))
const cookies = ['__Secure-gatehouse=a', '__Secure-gatehouse=b']

function read(text: string): RequestHead {
  const buffer = Buffer.from(text, 'latin1') as HeadBuffer
  const head = new RequestHead()
  expect(head.read(buffer, 0, buffer.length)).toBeNull()
  return head
}

describe.each([...dialectNames])('requestTexts for %s', (dialect) => {
  test('asks for every service in turn, with every cookie in turn', () => {
    const texts = requestTexts(6, { dialect, kind: 'image', services: 3, cookies })
    const asked = texts.map((text) => {
      const request = dialects[dialect].read(read(text), trust)
      return request.ok ? [request.value.host, request.value.cookie?.split('; ').at(-1)] : null
    })
    const hosts = [0, 1, 2].map((i) => `service-${i}.example.com`)
    expect(asked).toEqual([0, 1, 2, 3, 4, 5].map((i) => [hosts[i % 3], cookies[i % 2]]))
  })

  test.each(['page', 'call'] as const)('a %s of a stranger has no cookie', (kind) => {
    const [text = ''] = requestTexts(1, { dialect, kind, services: 1, cookies: [] })
    const request = dialects[dialect].read(read(text), trust)
    expect(request).toMatchObject({
      ok: true,
      value: { cookie: null, navigation: kind === 'page', method: 'GET', scheme: 'https' },
    })
  })
})

test('oauth2ProxyTexts asks the same in the words of oauth2-proxy', () => {
  const [first = '', second = ''] = oauth2ProxyTexts(2, ['_oauth2_proxy=x'])
  expect(linesOf(first)).toContain('Cookie: _oauth2_proxy=x')
  expect(linesOf(second)).toContain('X-Forwarded-Host: service-1.example.com')
  expect(oauth2ProxyTexts(1, [])[0]).not.toContain('Cookie:')
})

test('person is in the group that every service lets in', () => {
  expect(person(7)).toMatchObject({ user: 'person-7', email: 'person-7@example.com' })
  expect(person(7).groups).toContain('staff')
})
