// An OpenID provider that lies on demand: every answer of it can be replaced by the story at hand.
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { must } from '../../src/std/assert.ts'

/** Everything that a token is made from; a story changes what it wants to be wrong. */
export interface TokenPlan {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  /** Key that signs; `none` leaves the signature empty. */
  readonly key: CryptoKey | Uint8Array | 'none'
}

/** What a story may replace. */
export interface HostileScript {
  /** Changes the plan of the next tokens. */
  token?: (plan: TokenPlan) => TokenPlan | Promise<TokenPlan>
  /** Added to the discovery document. */
  metadata?: Record<string, unknown>
  /** Replaces the answer of a path. */
  answer?: Record<string, () => Response | Promise<Response>>
  /** Claims at the UserInfo endpoint. */
  userInfo?: Record<string, unknown>
}

/** A hostile provider that runs. */
export interface HostileProvider {
  readonly issuer: string
  script: HostileScript
  readonly keys: HostileKeys
  /** Times that a path was asked for. */
  readonly asked: Map<string, number>
  /** Replaces the signing key under a new name, as providers do. */
  rotate(kid: string): Promise<void>
  stop(): Promise<void>
}

/** Its own key, and one of somebody else. */
export interface HostileKeys {
  signing: CryptoKey
  publicJwk: JWK
  readonly strangerSigning: CryptoKey
  readonly strangerJwk: JWK
}

/** Starts one on a free port. The authorization code is the nonce, so that a story needs no browser. */
export async function startHostileProvider(now: () => number): Promise<HostileProvider> {
  const own = await freshKey('own')
  const stranger = await freshKey('own')
  const keys: HostileKeys = {
    signing: own.signing,
    publicJwk: own.jwk,
    strangerSigning: stranger.signing,
    strangerJwk: stranger.jwk,
  }
  const provider: HostileProvider = {
    issuer: '',
    script: {},
    keys,
    asked: new Map(),
    rotate: async (kid) => {
      const key = await freshKey(kid)
      keys.signing = key.signing
      keys.publicJwk = key.jwk
    },
    stop: () => server.stop(true),
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 30,
    fetch: (request) => respond(started, request, now),
  })
  const port = must(server.port, 'The server has a port')
  const started: HostileProvider = Object.assign(provider, { issuer: `http://127.0.0.1:${port}` })
  return started
}

async function freshKey(kid: string): Promise<{ signing: CryptoKey; jwk: JWK }> {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'RS256' }
  return { signing: pair.privateKey, jwk }
}

async function respond(
  provider: HostileProvider,
  request: Request,
  now: () => number,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  provider.asked.set(pathname, (provider.asked.get(pathname) ?? 0) + 1)
  const replaced = provider.script.answer?.[pathname]
  if (replaced !== undefined) return replaced()
  switch (pathname) {
    case '/.well-known/openid-configuration':
      return Response.json(metadataOf(provider))
    case '/jwks':
      return Response.json({ keys: [provider.keys.publicJwk] })
    case '/token':
      return Response.json({
        access_token: 'at',
        token_type: 'Bearer',
        id_token: await idToken(provider, await request.text(), now),
      })
    case '/userinfo':
      return Response.json(provider.script.userInfo ?? {})
    default:
      return new Response('not found', { status: 404 })
  }
}

function metadataOf(provider: HostileProvider): Record<string, unknown> {
  const { issuer } = provider
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    end_session_endpoint: `${issuer}/end`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    ...provider.script.metadata,
  }
}

async function idToken(
  provider: HostileProvider,
  body: string,
  now: () => number,
): Promise<string> {
  const seconds = Math.floor(now() / 1000)
  const plan: TokenPlan = {
    header: { alg: 'RS256', kid: provider.keys.publicJwk.kid },
    claims: {
      iss: provider.issuer,
      aud: 'gatehouse',
      sub: 'sub-1',
      nonce: new URLSearchParams(body).get('code') ?? '',
      iat: seconds,
      exp: seconds + 300,
      preferred_username: 'alice',
      name: 'Alice',
      email: 'alice@example.com',
      groups: ['staff'],
    },
    key: provider.keys.signing,
  }
  return write((await provider.script.token?.(plan)) ?? plan)
}

async function write(plan: TokenPlan): Promise<string> {
  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url')
  if (plan.key === 'none') return `${encode(plan.header)}.${encode(plan.claims)}.`
  return new SignJWT(plan.claims)
    .setProtectedHeader({ alg: 'RS256', ...plan.header })
    .sign(plan.key)
}
