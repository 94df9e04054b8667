// The back channel to authentik: codes and credentials for tokens, tokens for claims.
// Only this file knows the library.
import {
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  createLocalJWKSet,
  errors,
  jwtVerify,
} from 'jose'
import { fromUtf8, toUtf8 } from '../../../std/bytes.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import type { OutpostProvider } from '../outpost.ts'
import { type OutpostClaims, isRecord, readClaims } from './claims.ts'

/** authentik answers within this time or counts as down. */
const callTimeoutMs = 5000
const answerBytesMax = 1_048_576
/** How far authentik's clock may differ from ours. */
const clockToleranceSeconds = 60
/** How long keys are kept, and how soon they may be fetched again for a key that is not among them. */
const keysLifeMs = 600_000
const keysAgainMs = 30_000

/** Why there are no claims. `refused`: authentik said no; `trouble`: it said nothing usable. */
export interface TokenFault {
  readonly kind: 'refused' | 'trouble' | 'bad-token'
  /** For the log; without secrets. */
  readonly detail: string
}

/** What a code is redeemed with. */
export interface Redemption {
  readonly code: string
  readonly verifier: string
  readonly nonce: string
}

interface Keys {
  readonly get: JWTVerifyGetKey
  /** Monotonic ms. */
  readonly fetchedAt: number
}

/** Talks to authentik as one of its providers' clients. */
export class TokenClient {
  readonly #http: HttpClient
  readonly #clock: Clock
  /** By address of the key set: as many as providers have. */
  readonly #keys = new Map<string, Keys>()

  constructor(http: HttpClient, clock: Clock) {
    this.#http = http
    this.#clock = clock
  }

  /** Redeems a code. The access token is what authentik means to be looked into. */
  async redeem(
    provider: OutpostProvider,
    { code, verifier, nonce }: Redemption,
  ): Promise<Result<OutpostClaims, TokenFault>> {
    const answer = await this.#post(provider, provider.endpoints.token, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: provider.external.callbackUrl,
      client_id: provider.clientId,
      client_secret: provider.clientSecret,
      code_verifier: verifier,
    })
    if (!answer.ok) return answer
    const { access_token: token, id_token: idToken } = answer.value
    if (typeof token !== 'string') return bad('There is no access token')
    const payload = await this.#verify(provider, token)
    if (!payload.ok) return payload
    let said = payload.value['nonce']
    if (said === undefined && typeof idToken === 'string') {
      const other = await this.#verify(provider, idToken)
      if (!other.ok) return other
      if (other.value.sub !== payload.value.sub) return bad('The tokens are of two people')
      said = other.value['nonce']
    }
    if (said !== nonce) return bad('The nonce is not that of this attempt')
    return claimsOf(payload.value, token)
  }

  /** Name and app password, or a token of a machine, for claims (grant `client_credentials`). */
  async withPassword(
    provider: OutpostProvider,
    username: string,
    password: string,
  ): Promise<Result<OutpostClaims, TokenFault>> {
    const answer = await this.#post(provider, provider.endpoints.token, {
      grant_type: 'client_credentials',
      client_id: provider.clientId,
      username,
      password,
      scope: provider.scopes.join(' '),
    })
    if (!answer.ok) return answer
    const { id_token: token } = answer.value
    if (typeof token !== 'string') return bad('There is no ID token')
    const payload = await this.#verify(provider, token)
    return payload.ok ? claimsOf(payload.value, token) : payload
  }

  /**
   * Asks authentik about a token (RFC 7662). A token that was issued to another provider is refused even
   * when authentik takes it (CVE-2024-47077).
   */
  async introspect(
    provider: OutpostProvider,
    token: string,
  ): Promise<Result<OutpostClaims, TokenFault>> {
    const answer = await this.#post(provider, provider.endpoints.introspection, {
      client_id: provider.clientId,
      client_secret: provider.clientSecret,
      token,
    })
    if (!answer.ok) return answer
    const { active, client_id: client, aud } = answer.value
    if (active !== true) return err({ kind: 'refused', detail: 'The token is not active' })
    if (client !== undefined && client !== provider.clientId) return bad('The token is not ours')
    if (aud !== undefined && aud !== provider.clientId && !listHas(aud, provider.clientId))
      return bad('The token is meant for another provider')
    const claims = readClaims(answer.value, { rawToken: token, assumesProxy: false })
    return claims !== null && claims.expiresAt > this.#clock.now()
      ? ok(claims)
      : bad('The answer has no usable claims')
  }

  /** Forgets the keys of addresses that no provider has any more. */
  keep(addresses: ReadonlySet<string>): void {
    for (const address of this.#keys.keys()) if (!addresses.has(address)) this.#keys.delete(address)
  }

  async #post(
    provider: OutpostProvider,
    url: string,
    form: Readonly<Record<string, string>>,
  ): Promise<Result<Readonly<Record<string, unknown>>, TokenFault>> {
    const sent = await this.#http.send({
      url,
      method: 'POST',
      headers: {
        ...provider.endpoints.backChannelHeaders,
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
      },
      body: new URLSearchParams(form).toString(),
      timeoutMs: callTimeoutMs,
      bytesMax: answerBytesMax,
    })
    if (!sent.ok) return err({ kind: 'trouble', detail: `No answer: ${sent.error.code}` })
    const { status, body } = sent.value
    if (status >= 400 && status < 500) return err({ kind: 'refused', detail: `Answered ${status}` })
    const json = status === 200 ? parseJson(body) : null
    return isRecord(json) ? ok(json) : err({ kind: 'trouble', detail: `Answered ${status}` })
  }

  /** Signature, issuer, audience and time. One kind of key, named by the provider: never a choice. */
  async #verify(provider: OutpostProvider, token: string): Promise<Result<JWTPayload, TokenFault>> {
    const { signing, issuer } = provider.endpoints
    const options: JWTVerifyOptions = {
      algorithms: signing.kind === 'client-secret' ? ['HS256'] : [...signing.algorithms],
      issuer,
      audience: provider.clientId,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(this.#clock.now()),
    }
    try {
      if (signing.kind === 'client-secret')
        return ok((await jwtVerify(token, toUtf8(provider.clientSecret), options)).payload)
      return ok(await this.#verifyByKeys(provider, token, options))
    } catch (cause) {
      if (cause instanceof KeysUnreachable) return err({ kind: 'trouble', detail: cause.message })
      const code = cause instanceof errors.JOSEError ? cause.code : 'unknown'
      return bad(`The token does not verify: ${code}`)
    }
  }

  /** With the keys at hand; once more with fresh ones when the key is not among them. */
  async #verifyByKeys(
    provider: OutpostProvider,
    token: string,
    options: JWTVerifyOptions,
  ): Promise<JWTPayload> {
    const keys = await this.#keysOf(provider, keysLifeMs)
    try {
      return (await jwtVerify(token, keys, options)).payload
    } catch (cause) {
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause
      return (await jwtVerify(token, await this.#keysOf(provider, keysAgainMs), options)).payload
    }
  }

  async #keysOf(provider: OutpostProvider, ageMaxMs: number): Promise<JWTVerifyGetKey> {
    const { jwksUri, backChannelHeaders } = provider.endpoints
    const known = this.#keys.get(jwksUri)
    const now = this.#clock.monotonic()
    if (known !== undefined && now - known.fetchedAt < ageMaxMs) return known.get
    const agent = backChannelHeaders['User-Agent']
    const sent = await this.#http.send({
      url: jwksUri,
      ...(agent === undefined ? {} : { headers: { 'User-Agent': agent } }),
      timeoutMs: callTimeoutMs,
      bytesMax: answerBytesMax,
    })
    const json = sent.ok && sent.value.status === 200 ? parseJson(sent.value.body) : null
    const list = isRecord(json) ? json['keys'] : undefined
    if (!Array.isArray(list)) {
      if (known !== undefined) return known.get
      throw new KeysUnreachable('The keys of the provider cannot be had')
    }
    const get = createLocalJWKSet({ keys: list.filter(isRecord) })
    this.#keys.set(jwksUri, { get, fetchedAt: now })
    return get
  }
}

/** The key set cannot be had. Crosses the library, which knows only exceptions. */
class KeysUnreachable extends Error {
  override readonly name = 'KeysUnreachable'
}

function bad(detail: string): { readonly ok: false; readonly error: TokenFault } {
  return err({ kind: 'bad-token', detail })
}

function claimsOf(payload: JWTPayload, rawToken: string): Result<OutpostClaims, TokenFault> {
  const claims = readClaims(payload, { rawToken, assumesProxy: true })
  return claims === null ? bad('The token has no usable claims') : ok(claims)
}

function listHas(list: unknown, text: string): boolean {
  return Array.isArray(list) && list.includes(text)
}

function parseJson(body: Uint8Array): unknown {
  const text = fromUtf8(body)
  if (text === null) return null
  try {
    const json: unknown = JSON.parse(text)
    return json
  } catch {
    return null
  }
}
