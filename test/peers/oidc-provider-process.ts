// Body of the provider's process: prints its issuer once it listens, ends with its parent's pipe.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import type { PeerOptions } from './oidc-provider.ts'

const options = JSON.parse(process.env['OIDC_PEER'] ?? '{}') as PeerOptions

const server = createServer()
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve)
})
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('The server has no port')
const issuer = `http://127.0.0.1:${address.port}`

async function signingKey(): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: 'peer-1', use: 'sig', alg: 'RS256' }
}

function groupsOf(account: string): readonly string[] {
  return account === 'root' ? ['staff', 'admins'] : ['staff']
}

const provider = new Provider(issuer, {
  clients: options.clients.map((client) => ({
    client_id: client.id,
    client_secret: client.secret,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    grant_types: ['authorization_code'],
    response_types: ['code'],
  })),
  jwks: { keys: [await signingKey()] },
  // Cookies know no ports: several providers on one machine need names of their own.
  cookies: {
    keys: ['only-for-tests'],
    names: {
      session: `_session_${address.port}`,
      interaction: `_interaction_${address.port}`,
      resume: `_resume_${address.port}`,
    },
  },
  pkce: { required: () => true },
  conformIdTokenClaims: options.claimsInIdToken !== true,
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
  },
  findAccount: (_context: unknown, account: string) => ({
    accountId: account,
    claims: () => ({
      sub: account,
      preferred_username: account,
      name: `${account[0]?.toUpperCase() ?? ''}${account.slice(1)} of the peer`,
      email: `${account}@example.com`,
      email_verified: true,
      groups: groupsOf(account),
    }),
  }),
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context: { body: string }, form: string) => {
        context.body = `<!doctype html><title>Sign out</title>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`
      },
    },
  },
  interactions: {
    url: (_context: unknown, interaction: { uid: string }) => `/login/${interaction.uid}`,
  },
  loadExistingGrant: async (context: GrantContext) => {
    const grant = new provider.Grant({
      accountId: context.oidc.session.accountId,
      clientId: context.oidc.client.clientId,
    })
    grant.addOIDCScope('openid profile email groups')
    await grant.save()
    return grant
  },
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 600,
    IdToken: 600,
    Interaction: 600,
    Session: 3600,
  },
})

interface GrantContext {
  readonly oidc: {
    readonly session: { readonly accountId: string }
    readonly client: { readonly clientId: string }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    await provider.interactionDetails(request, response)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      '<!doctype html><title>Provider</title><form method="post"><label>Name <input name="login" autofocus></label><button>Sign in</button></form>',
    )
    return
  }
  const account = new URLSearchParams(await readBody(request)).get('login') ?? ''
  const result =
    account === 'nobody' || account === ''
      ? { error: 'access_denied', error_description: 'No <script>alert(1)</script> for nobody' }
      : { login: { accountId: account } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

const answer = provider.callback()
server.on('request', (request: IncomingMessage, response: ServerResponse) => {
  if (request.url?.startsWith('/login/') !== true) return answer(request, response)
  login(request, response).catch((cause: unknown) => {
    response.statusCode = 400
    response.end(cause instanceof Error ? cause.message : 'failed')
  })
})
process.stdin.on('end', () => process.exit(0))
process.stdin.resume()
process.stdout.write(`${issuer}\n`)
