// Which certificate is shown for which name, and what happens when authentik changes one.
import { describe, expect, test } from 'bun:test'
import { memoryLog } from '../../../world/log.ts'
import { seededRandom } from '../../../world/random.ts'
import { selfSigned } from '../../transport/self-signed.ts'
import type { CertificatePair, OutpostConfig } from '../outpost.ts'
import { testOutpost, testProvider } from '../testing.ts'
import { serverCertificates } from './server-certificates.ts'

const random = seededRandom(4)
const fallback = selfSigned({ name: 'gatehouse.invalid', now: 0, random })

function pair(uuid: string, name: string): CertificatePair {
  return { uuid, fingerprint: uuid, ...selfSigned({ name, now: 0, random }) }
}

const one = pair('one', 'app.example.com')
const wild = pair('wild', '*.example.org')

function outpost(certificate: CertificatePair | null): OutpostConfig {
  return testOutpost([
    testProvider({ clientId: 'a', external: 'https://app.example.com:8443', certificate }),
    testProvider({
      clientId: 'b',
      external: 'https://sso.example.org',
      mode: 'forward_domain',
      cookieDomain: 'example.org',
      certificate: wild,
    }),
    testProvider({ clientId: 'c', external: 'https://bare.example.net' }),
  ])
}

function choose(config: () => OutpostConfig | null) {
  const log = memoryLog()
  return { log, certificates: serverCertificates({ config, fallback, log }) }
}

describe('serverCertificates()', () => {
  const table: readonly (readonly [name: string, shown: 'one' | 'wild' | 'fallback'])[] = [
    ['app.example.com', 'one'],
    ['APP.example.com', 'one'],
    ['sso.example.org', 'wild'],
    ['other.example.org', 'wild'],
    ['a.b.example.org', 'fallback'],
    ['bare.example.net', 'fallback'],
    ['unknown.example', 'fallback'],
    ['', 'fallback'],
    ['a b', 'fallback'],
  ]
  test.each(table)('shows %j the certificate %s', (name, shown) => {
    const config = outpost(one)
    const { certificates } = choose(() => config)
    const context = certificates.forName(name)
    expect(context === null).toBe(shown === 'fallback')
    // The same context for each name of one certificate.
    const other = { one: 'app.example.com', wild: 'sso.example.org', fallback: '' }[shown]
    expect(context).toBe(certificates.forName(other))
  })

  test('has none before authentik has said anything', () => {
    expect(choose(() => null).certificates.forName('app.example.com')).toBeNull()
  })

  test('shows a changed certificate at once and keeps the others', () => {
    let config = outpost(one)
    const { certificates } = choose(() => config)
    const before = ['app.example.com', 'sso.example.org'].map((name) => certificates.forName(name))
    config = outpost({ ...pair('one', 'app.example.com'), fingerprint: one.fingerprint })
    const after = ['app.example.com', 'sso.example.org'].map((name) => certificates.forName(name))
    expect(after[0]).not.toBe(before[0] ?? null)
    expect(after[1]).toBe(before[1] ?? null)
    config = outpost(null)
    expect(certificates.forName('app.example.com')).toBeNull()
  })

  test('falls back from a certificate that cannot be used, and does not say what is in it', () => {
    const config = outpost({ ...one, privateKeyPem: fallback.privateKeyPem })
    const { certificates, log } = choose(() => config)
    expect(certificates.forName('app.example.com')).toBeNull()
    expect(certificates.forName('app.example.com')).toBeNull()
    expect(log.lines).toEqual([
      {
        level: 'warn',
        event: 'certificate-unusable',
        fields: { certificate: 'one', shown: 'self-signed' },
      },
    ])
  })
})
