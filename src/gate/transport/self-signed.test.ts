// The made certificate, read back by the libraries that clients use.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'bun:test'
import { seededRandom } from '../../world/random.ts'
import { selfSigned } from './self-signed.ts'

const now = Date.UTC(2026, 10, 24, 12)

test('selfSigned() makes a certificate that vouches for its own key and name', () => {
  const pair = selfSigned({ name: 'gatehouse.invalid', now, random: seededRandom(1) })
  const x509 = new X509Certificate(pair.certificatePem)
  expect(x509.verify(x509.publicKey)).toBe(true)
  expect(x509.checkPrivateKey(createPrivateKey(pair.privateKeyPem))).toBe(true)
  expect(x509.checkHost('gatehouse.invalid')).toBe('gatehouse.invalid')
  expect(x509.checkHost('other.invalid')).toBeUndefined()
  expect([x509.subject, x509.issuer]).toEqual(['CN=gatehouse.invalid', 'CN=gatehouse.invalid'])
  expect([x509.validFromDate.getTime(), x509.validToDate.getTime()]).toEqual([
    now - 86_400_000,
    now + 365 * 86_400_000,
  ])
  expect(() =>
    createSecureContext({ cert: pair.certificatePem, key: pair.privateKeyPem }),
  ).not.toThrow()
})

test('selfSigned() makes another key and serial number each time', () => {
  const random = seededRandom(2)
  const made = Array.from({ length: 20 }, () => selfSigned({ name: 'a.invalid', now, random }))
  const certificates = made.map(({ certificatePem }) => new X509Certificate(certificatePem))
  expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).toBe(20)
  expect(new Set(made.map(({ privateKeyPem }) => privateKeyPem)).size).toBe(20)
  // Positive whatever the random bytes are: 32 digits, the first of them 4 to 7.
  for (const { serialNumber } of certificates) expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
})

test('selfSigned() writes years from 2050 on in four digits', () => {
  const pair = selfSigned({ name: 'a.invalid', now: Date.UTC(2049, 6, 1), random: seededRandom(3) })
  expect(new X509Certificate(pair.certificatePem).validToDate.getUTCFullYear()).toBe(2050)
})
