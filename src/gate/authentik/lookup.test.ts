// Which provider answers for a host: as upstream does it, and what we do otherwise on purpose.
import { expect, test } from 'bun:test'
import type { Hostname } from '../../model/host.ts'
import type { UnusableProvider } from './outpost.ts'
import { testOutpost, testProvider } from './testing.ts'

const app = testProvider({ name: 'app', external: 'https://app.example.com' })
const port = testProvider({ name: 'port', external: 'https://port.example.com:8443' })
const plain = testProvider({ name: 'plain', external: 'http://plain.example.com' })
const wide = testProvider({
  name: 'wide',
  mode: 'forward_domain',
  external: 'https://auth.example.com',
  cookieDomain: 'example.com',
})
const narrow = testProvider({
  name: 'narrow',
  mode: 'forward_domain',
  external: 'https://auth.inner.example.com',
  cookieDomain: 'inner.example.com',
})

function unusable(over: Partial<UnusableProvider>): UnusableProvider {
  return { pk: 9, name: 'ill', faults: [], host: null, domain: null, unknownHosts: false, ...over }
}

function answer(parts: Parameters<typeof testOutpost>[1], host: string): string {
  const match = testOutpost(parts?.providers ?? [], parts).providerFor(host)
  if (match.kind === 'none') return 'none'
  return `${match.kind} ${match.kind === 'unusable' ? match.name : match.provider.name}`
}

const all = { providers: [app, port, plain, wide, narrow] }

const cases: readonly (readonly [host: string, found: string])[] = [
  ['app.example.com', 'host app'],
  ['APP.example.com.', 'host app'],
  ['app.example.com:443', 'host app'],
  // Upstream finds nothing where a port is written; a cookie domain has no port.
  ['app.example.com:8443', 'domain wide'],
  ['port.example.com:8443', 'host port'],
  ['port.example.com', 'domain wide'],
  ['plain.example.com:80', 'host plain'],
  ['plain.example.com:443', 'domain wide'],
  ['auth.example.com', 'host wide'],
  ['example.com', 'domain wide'],
  ['a.b.example.com', 'domain wide'],
  ['x.inner.example.com', 'domain narrow'],
  ['inner.example.com:9000', 'domain narrow'],
  // Upstream compares without the boundary and answers for these.
  ['evilexample.com', 'none'],
  ['evilinner.example.com', 'domain wide'],
  ['example.com.evil.com', 'none'],
  ['other.org', 'none'],
  ['', 'none'],
  ['a b', 'none'],
  ['app.example.com:0', 'none'],
]

test.each(cases)('providerFor(%p) is %p', (host, found) => {
  expect(answer(all, host)).toBe(found)
})

test('providerFor() lets the only provider answer for any host, and no other number of them', () => {
  expect(answer({ providers: [app] }, 'whatever.org')).toBe('only app')
  expect(answer({ providers: [app] }, 'not a host')).toBe('none')
  expect(answer({ providers: [] }, 'app.example.com')).toBe('none')
  expect(answer({ providers: [app, port] }, 'whatever.org')).toBe('none')
  expect(answer({ providers: [app], unusable: [unusable({})] }, 'whatever.org')).toBe('none')
})

test('providerFor() leaves the host of an unusable provider shut, though a wider one covers it', () => {
  const parts = { ...all, unusable: [unusable({ host: 'secret.example.com' })] }
  expect(answer(parts, 'secret.example.com')).toBe('unusable ill')
  expect(answer(parts, 'secret.example.com:443')).toBe('unusable ill')
  expect(answer(parts, 'open.example.com')).toBe('domain wide')
})

test('providerFor() leaves the domain of an unusable provider shut', () => {
  const inner = unusable({ domain: 'inner.example.com' as Hostname })
  const parts = { providers: [app, wide], unusable: [inner] }
  expect(answer(parts, 'x.inner.example.com')).toBe('unusable ill')
  expect(answer(parts, 'x.example.com')).toBe('domain wide')
  expect(answer({ ...all, unusable: [inner] }, 'x.inner.example.com')).toBe('unusable ill')
})

test('providerFor() answers by exact host alone while a provider has hosts that nobody knows', () => {
  const parts = { ...all, unusable: [unusable({ unknownHosts: true })] }
  expect(answer(parts, 'app.example.com')).toBe('host app')
  expect(answer(parts, 'open.example.com')).toBe('unusable ill')
})

test('providerFor() takes the later of two providers with one address, as upstream', () => {
  const again = testProvider({ name: 'zzz', external: 'https://app.example.com/other' })
  expect(answer({ providers: [app, again] }, 'app.example.com')).toBe('host zzz')
})

test('providerWithClientId() finds what sessions name', () => {
  const config = testOutpost([testProvider({ clientId: 'one' })])
  expect(config.providerWithClientId('one')?.clientId).toBe('one')
  expect(config.providerWithClientId('two')).toBeNull()
})
