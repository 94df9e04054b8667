// Certificates of providers: fetched when their fingerprint changed, checked, else the last known.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { type AuthentikApi } from '../../world/authentik-api.ts'
import { fieldOf } from '../../std/fields.ts'
import type { CertificatePair } from './outpost.ts'

/** What came of reading certificates. */
export interface CertificatesRead {
  readonly pairs: readonly CertificatePair[]
  /** One sentence for each certificate that is not, or not newly, to be had. */
  readonly faults: readonly string[]
}

const pemLengthMax = 256 * 1024

/**
 * Reads the certificates `uuids`. One that cannot be read keeps the pair of `known`, if it has one: a
 * certificate is needed by the HTTPS listener alone and is no reason to stop serving a provider.
 */
export async function readCertificates(
  api: AuthentikApi,
  uuids: ReadonlySet<string>,
  options: { readonly known: readonly CertificatePair[]; mayGoOn(): boolean },
): Promise<CertificatesRead> {
  const pairs: CertificatePair[] = []
  const faults: string[] = []
  for (const uuid of uuids) {
    const known = options.known.find((pair) => pair.uuid === uuid)
    const read = options.mayGoOn() ? await readOne(api, uuid, known) : 'There was no time left'
    if (typeof read !== 'string') pairs.push(read)
    else {
      faults.push(`Certificate "${uuid}": ${read}`)
      if (known !== undefined) pairs.push(known)
    }
  }
  return { pairs, faults }
}

async function readOne(
  api: AuthentikApi,
  uuid: string,
  known: CertificatePair | undefined,
): Promise<CertificatePair | string> {
  const path = `crypto/certificatekeypairs/${uuid}/`
  const object = await api.object(path)
  if (!object.ok) return object.error.detail
  const fingerprint = fieldOf(object.value, 'fingerprint_sha256')
  if (typeof fingerprint !== 'string' || fingerprint === '') return 'It has no fingerprint'
  if (known?.fingerprint === fingerprint) return known
  const certificatePem = await readPem(api, `${path}view_certificate/`)
  const privateKeyPem = await readPem(api, `${path}view_private_key/`)
  if (certificatePem === null || privateKeyPem === null) return 'Its parts cannot be read'
  return isPair(certificatePem, privateKeyPem)
    ? Object.freeze({ uuid, fingerprint, certificatePem, privateKeyPem })
    : 'It is no certificate with its key'
}

async function readPem(api: AuthentikApi, path: string): Promise<string | null> {
  const answer = await api.object(path)
  const data = answer.ok ? fieldOf(answer.value, 'data') : null
  return typeof data === 'string' && data.length <= pemLengthMax ? data : null
}

function isPair(certificatePem: string, privateKeyPem: string): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem))
  } catch {
    return false
  }
}
