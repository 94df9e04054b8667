// The certified OpenID provider (npm `oidc-provider`) in a process of its own: start, wait, stop.
import { fileURLToPath } from 'node:url'

/** A client as the provider knows it. */
export interface PeerClient {
  readonly id: string
  readonly secret: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
}

/** How the provider is to behave. */
export interface PeerOptions {
  readonly clients: readonly PeerClient[]
  /** Claims in the ID token itself; otherwise only at the UserInfo endpoint. */
  readonly claimsInIdToken?: boolean
}

/** A provider that runs. */
export interface OidcProviderPeer {
  readonly issuer: string
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts a provider on a free port of 127.0.0.1. Its sign-in page has one field, `login`: any name is
 * let in. `alice` is in the group `staff`, `root` in `staff` and `admins`, others in `staff`; the
 * name `nobody` is refused with `access_denied`.
 */
export async function startOidcProvider(options: PeerOptions): Promise<OidcProviderPeer> {
  const script = fileURLToPath(new URL('./oidc-provider-process.ts', import.meta.url))
  const child = Bun.spawn([process.execPath, script], {
    env: { ...process.env, OIDC_PEER: JSON.stringify(options) },
    stdin: 'pipe',
    stdout: 'pipe',
    // It warns about the runtime at each start; what matters it says over HTTP.
    stderr: 'ignore',
  })
  const issuer = await firstLine(child.stdout)
  return {
    issuer,
    pid: child.pid,
    stop: async () => {
      child.kill()
      await child.exited
    },
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    const end = text.indexOf('\n')
    if (end !== -1) return text.slice(0, end)
  }
  throw new Error('The provider ended before it was ready')
}
