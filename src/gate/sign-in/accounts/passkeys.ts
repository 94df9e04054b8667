// Passkeys (WebAuthn Level 3): options for the browser, and what it answers, verified. The library is
// used here and nowhere else.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { fromBase64Url, toBase64Url } from '../../../std/bytes.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { Passkey } from './accounts-database.ts'

/**
 * The relying party. Its id is the sign-in host alone, not the cookie domain: a page on any other host
 * of the estate, taken over or not, can then not ask for these passkeys.
 */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

/**
 * Loaded when the first passkey is asked for: it takes 90 ms and 24 MiB, which a gate whose people have
 * none should not pay.
 */
const library = () => import('@simplewebauthn/server')

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what authenticators have. */
const algorithms = [-8, -7, -257]
const timeoutMs = 120_000
const credentialLengthMax = 16_384
const transportsMax = 8

const base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/)
const transport = z.string().regex(/^[a-z-]{1,16}$/)

const registrationSchema = z.object({
  id: base64Url,
  rawId: base64Url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64Url,
    attestationObject: base64Url,
    transports: z.array(transport).max(transportsMax).default([]),
  }),
})

const authenticationSchema = z.object({
  id: base64Url,
  rawId: base64Url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64Url,
    authenticatorData: base64Url,
    signature: base64Url,
    // Always there for discoverable credentials, the only ones that we make.
    userHandle: base64Url.min(1),
  }),
})

/** What the browser made of registration options, read but not verified. */
export type RegistrationAnswer = RegistrationResponseJSON

/** What the browser made of authentication options, read but not verified. */
export type AuthenticationAnswer = AuthenticationResponseJSON & {
  readonly response: { readonly userHandle: string }
}

/** Options for `navigator.credentials.create`, as JSON. Discoverable and with user verification. */
export async function registrationOptions(options: {
  readonly party: RelyingParty
  readonly challenge: Uint8Array<ArrayBuffer>
  readonly userHandle: string
  readonly user: string
  readonly displayName: string
  readonly present: readonly Passkey[]
}): Promise<object> {
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: options.party.id,
    rpID: options.party.id,
    challenge: options.challenge,
    userID: fromBase64Url(options.userHandle) ?? new Uint8Array(0),
    userName: options.user,
    userDisplayName: options.displayName === '' ? options.user : options.displayName,
    timeout: timeoutMs,
    attestationType: 'none',
    excludeCredentials: options.present.map((passkey) => ({
      id: passkey.id,
      transports: [...passkey.transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
}

/** Options for `navigator.credentials.get`, as JSON. Names no credential: the person chooses. */
export async function authenticationOptions(
  party: RelyingParty,
  challenge: Uint8Array<ArrayBuffer>,
): Promise<object> {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge,
    timeout: timeoutMs,
    userVerification: 'required',
  })
}

/** Reads the JSON of a registration; null for anything else. */
export function readRegistration(json: string): RegistrationAnswer | null {
  const parsed = registrationSchema.safeParse(parseJson(json))
  return parsed.success ? { ...parsed.data, clientExtensionResults: {} } : null
}

/** Reads the JSON of an authentication; null for anything else. */
export function readAuthentication(json: string): AuthenticationAnswer | null {
  const parsed = authenticationSchema.safeParse(parseJson(json))
  return parsed.success ? { ...parsed.data, clientExtensionResults: {} } : null
}

function parseJson(text: string): unknown {
  if (text.length > credentialLengthMax) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Key material of a new passkey. */
export type NewPasskey = Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports'>

/** Verifies a registration; the error is the library's reason, for the log. */
export async function verifyRegistration(
  party: RelyingParty,
  answer: RegistrationAnswer,
  challenge: string,
): Promise<Result<NewPasskey, string>> {
  return attempt(async () => {
    const { verifyRegistrationResponse } = await library()
    const verified = await verifyRegistrationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (!verified.verified) return err('Attestation does not verify')
    const { credential } = verified.registrationInfo
    return ok({
      id: credential.id,
      publicKey: toBase64Url(credential.publicKey),
      counter: credential.counter,
      transports: answer.response.transports ?? [],
    })
  })
}

/** Verifies an authentication with `passkey`; gives the new signature counter. */
export async function verifyAuthentication(
  party: RelyingParty,
  answer: AuthenticationAnswer,
  of: { readonly passkey: Passkey; readonly challenge: string },
): Promise<Result<number, string>> {
  if (answer.response.userHandle !== of.passkey.userHandle)
    return err('User handle is of another person')
  return attempt(async () => {
    const { verifyAuthenticationResponse } = await library()
    const verified = await verifyAuthenticationResponse({
      response: answer,
      expectedChallenge: of.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: of.passkey.id,
        publicKey: fromBase64Url(of.passkey.publicKey) ?? new Uint8Array(0),
        counter: of.passkey.counter,
        transports: [...of.passkey.transports],
      },
    })
    return verified.verified
      ? ok(verified.authenticationInfo.newCounter)
      : err('Signature does not verify')
  })
}

/** Its messages quote what the browser sent; no line of the log needs more of that. */
const reasonLengthMax = 200

/** The library throws for whatever it does not like. */
async function attempt<T>(work: () => Promise<Result<T, string>>): Promise<Result<T, string>> {
  try {
    return await work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return err(reason.slice(0, reasonLengthMax))
  }
}
