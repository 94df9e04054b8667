// Tokens as a proxy provider mints them: one set of claims, signed once as id token and once, with three
// more claims, as access token.
import { createHash, createPublicKey } from 'node:crypto'
import { CompactSign } from 'jose'
import { toBase64Url, toUtf8 } from '../../../src/std/bytes.ts'
import { hex } from './chance.ts'
import type { TokenFault } from './fault.ts'
import { type Person, type Provider, slugOf, validitySeconds } from './model.ts'
import type { AuthentikSession, State } from './state.ts'

/** Whose token it is and for what. */
export interface Grant {
  readonly provider: Provider
  readonly person: Person
  /** Null for client credentials: such tokens have no `sid`. */
  readonly session: AuthentikSession | null
  readonly scope: readonly string[]
  readonly nonce: string | null
  /** What build_absolute_uri gives for `/`, from the Host of this very request. */
  readonly root: string
}

/** The answer of the token endpoint (RFC 6749 section 5.1). */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly scope: string
  readonly expires_in: number
  readonly id_token: string
}

/** The `iss` claim; also the address of the provider's configuration. */
export function issuerOf(provider: Provider, root: string): string {
  return `${root}application/o/${slugOf(provider)}/`
}

/** The `sub` claim in the provider's mode. */
export function subjectOf(provider: Provider, person: Person): string {
  const hashed = createHash('sha256').update(`${person.pk}-stand-in`).digest('hex')
  switch (provider.sub_mode) {
    case 'hashed_user_id':
      return hashed
    case 'user_id':
      return String(person.pk)
    case 'user_uuid':
      return person.uuid
    case 'user_email':
      return person.email
    case 'user_username':
      return person.username
    case 'user_upn': {
      const upn = person.attributes['upn']
      return typeof upn === 'string' ? upn : hashed
    }
  }
}

/** Claims that the scope mappings in `scope` give. `openid` alone gives none. */
export function scopeClaims(person: Person, scope: readonly string[]): Record<string, unknown> {
  const byScope: Readonly<Record<string, Record<string, unknown>>> = {
    email: { email: person.email, email_verified: person.email_verified },
    entitlements: { entitlements: person.entitlements, roles: person.entitlements },
    profile: {
      name: person.name,
      given_name: person.name,
      preferred_username: person.username,
      nickname: person.username,
      groups: person.groups,
    },
    ak_proxy: {
      ak_proxy: {
        user_attributes: person.attributes,
        is_superuser: person.is_superuser,
        ...person.ak_proxy,
      },
    },
  }
  return Object.assign({}, ...scope.toSorted().map((name) => byScope[name] ?? {}))
}

/** Mints both tokens and remembers the access token. */
export async function mint(
  state: State,
  grant: Grant,
  fault: TokenFault | null,
): Promise<TokenAnswer> {
  const { provider, person, session, scope } = grant
  const nowMs = state.clock.now()
  const lifetimeS = validitySeconds(provider.access_token_validity)
  const claims: Record<string, unknown> = {
    iss: issuerOf(provider, grant.root),
    sub: subjectOf(provider, person),
    aud: provider.client_id,
    exp: Math.floor(nowMs / 1000 + lifetimeS),
    iat: Math.floor(nowMs / 1000),
    auth_time: Math.floor((session?.signedInAt ?? nowMs) / 1000),
    acr: 'goauthentik.io/providers/oauth2/default',
    ...(session === null ? {} : { amr: ['pwd'], sid: session.sid }),
    ...(grant.nonce === null ? {} : { nonce: grant.nonce }),
    ...scopeClaims(person, scope),
  }
  const faulty = applyClaims(claims, fault)
  const idToken = await sign(state, { provider, claims: faulty }, fault)
  const accessToken = await sign(
    state,
    {
      provider,
      claims: {
        ...faulty,
        azp: provider.client_id,
        uid: hex(state.random, 20),
        scope: scope.join(' '),
      },
    },
    fault,
  )
  state.tokens.set(accessToken, {
    provider: provider.pk,
    username: person.username,
    sid: session?.sid ?? null,
    claims: faulty,
    scope,
    expiresAt: nowMs + lifetimeS * 1000,
  })
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    scope: scope.join(' '),
    expires_in: Math.floor(lifetimeS),
    id_token: idToken,
  }
}

function applyClaims(
  claims: Record<string, unknown>,
  fault: TokenFault | null,
): Record<string, unknown> {
  const changed = { ...claims, ...fault?.set }
  for (const name of fault?.unset ?? []) delete changed[name]
  return changed
}

interface Payload {
  readonly provider: Provider
  readonly claims: Record<string, unknown>
}

async function sign(
  state: State,
  { provider, claims }: Payload,
  fault: TokenFault | null,
): Promise<string> {
  const alg = fault?.alg ?? provider.signing
  const payload = toUtf8(JSON.stringify(claims))
  if (alg === 'none') {
    const header = toUtf8(JSON.stringify({ alg, typ: 'JWT' }))
    return `${toBase64Url(header)}.${toBase64Url(payload)}.`
  }
  const jws = new CompactSign(payload)
  if (alg === 'RS256') {
    const { kid, privateKey } = state.rsaKey()
    return jws.setProtectedHeader({ alg, typ: 'JWT', kid }).sign(privateKey)
  }
  const secret = fault?.hmacKey ?? provider.client_secret
  const key = toUtf8(fault?.wrongKey === true ? `${secret}-another` : secret)
  return jws.setProtectedHeader({ alg, typ: 'JWT' }).sign(key)
}

/** Keys of the provider: `{}` where tokens are signed with the client secret. */
export function jwksOf(state: State, provider: Provider): Record<string, unknown> {
  if (provider.signing === 'HS256') return {}
  const { kid, publicKey } = state.rsaKey()
  const jwk = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
    format: 'jwk',
  })
  return { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid }] }
}
