// Addresses of providers as authentik writes them, as a table.
import { expect, test } from 'bun:test'
import { parseExternalHost } from './external-host.ts'

const mark = '?X-authentik-auth-callback=true'

test.each([
  ['https://app.example.com', 'https://app.example.com/outpost.goauthentik.io/callback'],
  ['https://app.example.com/', 'https://app.example.com/outpost.goauthentik.io/callback'],
  ['https://h.org/sub/', 'https://h.org/sub/outpost.goauthentik.io/callback'],
  // What authentik registers: its urljoin replaces the last segment.
  ['https://h.org/sub', 'https://h.org/outpost.goauthentik.io/callback'],
  ['https://h.org/a/b', 'https://h.org/a/outpost.goauthentik.io/callback'],
  ['http://h.org:8080/?q=1#f', 'http://h.org:8080/outpost.goauthentik.io/callback'],
])('parseExternalHost(%p) comes back to %p', (text, callback) => {
  expect(parseExternalHost(text)?.callbackUrl).toBe(`${callback}${mark}`)
})

test.each([
  ['https://App.Example.com:443/x', 'app.example.com', null, 'https://app.example.com'],
  ['http://app.example.com:443', 'app.example.com:443', 443, 'http://app.example.com:443'],
  ['https://[2001:DB8::1]:8443', '[2001:db8::1]:8443', 8443, 'https://[2001:db8::1]:8443'],
  ['https://bücher.example', 'xn--bcher-kva.example', null, 'https://xn--bcher-kva.example'],
])('parseExternalHost(%p) has the host %p', (text, host, port, origin) => {
  expect(parseExternalHost(text)).toMatchObject({ host, port, origin })
})

test.each([
  '',
  'app.example.com',
  'ftp://app.example.com',
  'javascript:alert(1)',
  'https://user:secret@app.example.com',
  'https://',
  'https://a b.example.com',
  `https://${'a.'.repeat(2000)}com`,
])('parseExternalHost(%p) is none', (text) => {
  expect(parseExternalHost(text)).toBeNull()
})
