// An authenticator in software for tests: makes passkeys and signs with them (WebAuthn Level 3, "none"
// attestation, ES256), as honestly or dishonestly as a test wants.
import { type KeyObject, createHash, createSign, generateKeyPairSync } from 'node:crypto'

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
  return new SoftwarePasskey(origin)
}

class SoftwarePasskey implements FakePasskey {
  readonly id: string
  readonly #origin: string
  readonly #privateKey: KeyObject
  readonly #coseKey: Buffer
  #userHandle = ''
  #counter = 0

  constructor(origin: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    this.#origin = origin
    this.#privateKey = privateKey
    this.#coseKey = cborMap([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ])
    this.id = sha256(this.#coseKey).subarray(0, 16).toString('base64url')
  }

  create(options: CreationOptions, bent: Bent = {}): string {
    this.#userHandle = options.user.id
    const credentialId = Buffer.from(this.id, 'base64url')
    const data = Buffer.concat([
      this.#authenticatorData(0x45, bent),
      Buffer.alloc(16),
      Buffer.from([0, credentialId.length]),
      credentialId,
      this.#coseKey,
    ])
    const attestation = cborMap([
      ['fmt', 'none'],
      ['attStmt', null],
      ['authData', data],
    ])
    const client = this.#clientData('webauthn.create', options.challenge, bent)
    return this.#answer({
      clientDataJSON: client.toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    })
  }

  get(options: { readonly challenge: string }, bent: Bent = {}): string {
    this.#counter++
    const client = this.#clientData('webauthn.get', options.challenge, bent)
    const data = this.#authenticatorData(0x05, bent)
    const signature = createSign('sha256')
      .update(Buffer.concat([data, sha256(client)]))
      .sign(this.#privateKey)
    return this.#answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: bent.userHandle ?? this.#userHandle,
    })
  }

  #answer(response: object): string {
    return JSON.stringify({ id: this.id, rawId: this.id, type: 'public-key', response })
  }

  #clientData(type: string, challenge: string, bent: Bent): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: bent.type ?? type,
        challenge: bent.challenge ?? challenge,
        origin: bent.origin ?? this.#origin,
        crossOrigin: false,
      }),
    )
  }

  #authenticatorData(flags: number, bent: Bent): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(bent.counter ?? this.#counter)
    const rpId = bent.rpId ?? new URL(this.#origin).hostname
    return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([bent.flags ?? flags]), count])
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
