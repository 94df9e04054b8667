// An authenticator in software for tests: makes passkeys and signs with them (WebAuthn Level 3, "none"
// attestation, ES256), as honestly or dishonestly as a test wants.
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'

/** What a test bends. All but the challenge have honest values. */
export interface Bent {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly counter?: number
  readonly userHandle?: string
  /** Flags of authenticator data; 0x05: user present and verified. */
  readonly flags?: number
}

/** A passkey in the hands of a test. */
export interface FakePasskey {
  readonly id: string
  /** The JSON that our script posts after `navigator.credentials.create`. */
  create(options: CreationOptions, bent?: Bent): string
  /** The JSON that our script posts after `navigator.credentials.get`. */
  get(options: { readonly challenge: string }, bent?: Bent): string
}

/** The part of the options that an authenticator uses. */
export interface CreationOptions {
  readonly challenge: string
  readonly user: { readonly id: string }
}

/** Makes a key pair for a sign-in host. */
export function fakePasskey(origin: string): FakePasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const credentialId = randomBytes(16)
  const id = credentialId.toString('base64url')
  let userHandle = ''
  let counter = 0

  const clientData = (type: string, challenge: string, bent: Bent): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: bent.type ?? type,
        challenge: bent.challenge ?? challenge,
        origin: bent.origin ?? origin,
        crossOrigin: false,
      }),
    )
  const authenticatorData = (flags: number, bent: Bent): Buffer => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(bent.counter ?? counter)
    const rpId = bent.rpId ?? new URL(origin).hostname
    return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([bent.flags ?? flags]), count])
  }
  return {
    id,
    create: (options, bent = {}) => {
      userHandle = options.user.id
      const key = cborMap([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(jwk.x ?? '', 'base64url')],
        [-3, Buffer.from(jwk.y ?? '', 'base64url')],
      ])
      const data = Buffer.concat([
        authenticatorData(0x45, bent),
        Buffer.alloc(16),
        Buffer.from([0, credentialId.length]),
        credentialId,
        key,
      ])
      const attestation = cborMap([
        ['fmt', 'none'],
        ['attStmt', null],
        ['authData', data],
      ])
      return JSON.stringify({
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: clientData('webauthn.create', options.challenge, bent).toString(
            'base64url',
          ),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      })
    },
    get: (options, bent = {}) => {
      counter++
      const client = clientData('webauthn.get', options.challenge, bent)
      const data = authenticatorData(0x05, bent)
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(client)]))
        .sign(privateKey)
      return JSON.stringify({
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signature.toString('base64url'),
          userHandle: bent.userHandle ?? userHandle,
        },
      })
    },
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** Null stands for the empty map. */
type Cbor = number | string | Buffer | null

/** As much of CBOR (RFC 8949) as an attestation needs: a map of small things, up to 64 KiB. */
function cborMap(entries: readonly (readonly [number | string, Cbor])[]): Buffer {
  return Buffer.concat([
    Buffer.from([0xa0 | entries.length]),
    ...entries.flatMap(([key, value]) => [cbor(key), cbor(value)]),
  ])
}

function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value)
  if (value === null) return Buffer.from([0xa0])
  const bytes = Buffer.from(value)
  return Buffer.concat([cborHead(typeof value === 'string' ? 3 : 2, bytes.length), bytes])
}

function cborHead(major: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(major << 5) | count])
  if (count < 256) return Buffer.from([(major << 5) | 24, count])
  return Buffer.from([(major << 5) | 25, count >> 8, count & 0xff])
}
