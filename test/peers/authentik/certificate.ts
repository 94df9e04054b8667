// Self-signed certificates for the stand-in, made by the openssl program.
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'

/** A certificate with its key, as authentik keeps one. */
export interface Certificate {
  readonly pk: string
  readonly name: string
  readonly hosts: readonly string[]
  readonly certificatePem: string
  readonly privateKeyPem: string
  /** SHA-1 and SHA-256 of the DER form, lower-case hex with colons, as authentik writes them. */
  readonly fingerprintSha1: string
  readonly fingerprintSha256: string
  readonly expires: string
  readonly subject: string
}

const opensslTimeoutMs = 20_000

/** A fresh P-256 key and a certificate for `hosts`, valid for a year of the machine's clock. */
export function makeCertificate(pk: string, name: string, hosts: readonly string[]): Certificate {
  const names = hosts.map((host) => (isAddress(host) ? `IP:${host}` : `DNS:${host}`)).join(',')
  const result = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
      .concat(['-keyout', '-', '-out', '-', '-days', '365', '-subj', `/CN=${hosts[0] ?? name}`])
      .concat(names === '' ? [] : ['-addext', `subjectAltName=${names}`]),
    { encoding: 'utf8', timeout: opensslTimeoutMs },
  )
  if (result.status !== 0) throw new Error(`openssl failed: ${result.stderr}`)
  const certificatePem = block(result.stdout, 'CERTIFICATE')
  const x509 = new X509Certificate(certificatePem)
  return {
    pk,
    name,
    hosts,
    certificatePem,
    privateKeyPem: block(result.stdout, 'PRIVATE KEY'),
    fingerprintSha1: x509.fingerprint.toLowerCase(),
    fingerprintSha256: x509.fingerprint256.toLowerCase(),
    expires: new Date(x509.validTo).toISOString(),
    subject: x509.subject,
  }
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':')
}

function block(text: string, label: string): string {
  const found = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\\n`).exec(text)
  if (found === null) throw new Error(`openssl wrote no ${label}`)
  return found[0]
}
