// Certificates of the HTTPS listener: those that authentik gives to providers, chosen by host name.
import { X509Certificate } from 'node:crypto'
import { type SecureContext, createSecureContext } from 'node:tls'
import { parseHost } from '../../../model/host.ts'
import type { Log } from '../../../world/log.ts'
import type { Certificates, KeyPair } from '../../transport/tls.ts'
import type { CertificatePair, OutpostConfig } from '../outpost.ts'

/** What certificates are chosen with. */
export interface CertificateOptions {
  /** The configuration in force; null before the first. */
  config(): OutpostConfig | null
  /** Shown where authentik has none: self-signed. */
  readonly fallback: KeyPair
  readonly log: Log
}

/** A certificate ready to be shown; `context` is null for one that cannot be used. */
interface Prepared {
  readonly pair: CertificatePair
  readonly context: SecureContext | null
  /** True when the certificate is made out for that name (RFC 9525). */
  covers(name: string): boolean
}

/**
 * The certificate of the provider whose `external_host` is named, as upstream; and, other than upstream,
 * that of the provider which answers for the host by domain when it is made out for the name, so that one
 * wildcard certificate serves its domain. A changed certificate is shown from the next connection on.
 */
export function serverCertificates({ config, fallback, log }: CertificateOptions): Certificates {
  let madeFor: OutpostConfig | null = null
  let prepared = new Map<string, Prepared>()
  let byHost = new Map<string, Prepared>()
  const refresh = (current: OutpostConfig): void => {
    const before = prepared
    prepared = new Map()
    byHost = new Map()
    madeFor = current
    for (const { certificate, external } of current.providers) {
      if (certificate === null) continue
      const { uuid } = certificate
      const known = prepared.get(uuid) ?? before.get(uuid)
      const isKnown = known !== undefined && isSame(known.pair, certificate)
      const ready = isKnown ? known : prepare(certificate, log)
      prepared.set(uuid, ready)
      byHost.set(external.hostname, ready)
    }
  }
  return {
    fallback,
    forName: (text) => {
      const current = config()
      const name = parseHost(text)
      if (current === null || !name.ok) return null
      if (current !== madeFor) refresh(current)
      const { host } = name.value
      const own = byHost.get(host)
      if (own !== undefined) return own.context
      const match = current.providerFor(host)
      const uuid = 'provider' in match ? match.provider.certificate?.uuid : undefined
      const found = uuid === undefined ? undefined : prepared.get(uuid)
      return found?.covers(host) === true ? found.context : null
    },
  }
}

function isSame(a: CertificatePair, b: CertificatePair): boolean {
  return a.certificatePem === b.certificatePem && a.privateKeyPem === b.privateKeyPem
}

function prepare(pair: CertificatePair, log: Log): Prepared {
  try {
    const context = createSecureContext({ cert: pair.certificatePem, key: pair.privateKeyPem })
    const x509 = new X509Certificate(pair.certificatePem)
    return { pair, context, covers: (name) => x509.checkHost(name) !== undefined }
  } catch {
    // What the library says of it may quote the key.
    log.write('warn', 'certificate-unusable', { certificate: pair.uuid, shown: 'self-signed' })
    return { pair, context: null, covers: () => false }
  }
}
