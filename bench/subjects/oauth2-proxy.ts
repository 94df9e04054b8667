// The fastest peer that can be had: oauth2-proxy with its cookie store, signed in to by its own form.
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { findProgram } from '../../test/needs.ts'
import { type PeerProcess, peerDirectory, startPeer } from '../../test/peers/peer-process.ts'
import { freePorts } from '../../test/peers/ports.ts'
import { pinned, serverCore } from '../measure/machine.ts'

/** Names a binary that is not on PATH. */
const variable = 'GATEHOUSE_BENCH_OAUTH2_PROXY'
const person = { name: 'person', password: 'a-password-for-a-measurement' }
/** Different cookies of the one person: each sign-in seals a new one. */
const cookiesCount = 200

/** A running oauth2-proxy and cookies that it accepts. */
export interface Oauth2Proxy extends PeerProcess {
  readonly port: number
  readonly version: string
  readonly cookies: readonly string[]
}

/** Path of the binary, or why there is none. */
export function findOauth2Proxy(): { readonly path: string } | { readonly missing: string } {
  const named = process.env[variable]
  if (named !== undefined && named !== '')
    return existsSync(named) ? { path: named } : { missing: `${variable} names no file` }
  const found = findProgram('oauth2-proxy')
  if (found !== null) return { path: found }
  return { missing: `"oauth2-proxy" is not on PATH and ${variable} is not set` }
}

/** Starts it on one core with all logging off; the provider is named but never asked. */
export async function startOauth2Proxy(path: string): Promise<Oauth2Proxy> {
  const [port = 0] = await freePorts(1)
  // The cheapest form that it takes: only the sign-in pays for it, and that is not measured.
  const digest = createHash('sha1').update(person.password).digest('base64')
  const directory = peerDirectory('oauth2-proxy', { people: `${person.name}:{SHA}${digest}\n` })
  const provider = 'http://127.0.0.1:1'
  const peer = await startPeer({
    name: 'oauth2-proxy',
    command: pinned(serverCore, [
      path,
      `--http-address=127.0.0.1:${port}`,
      '--reverse-proxy=true',
      '--trusted-proxy-ip=127.0.0.1',
      '--upstream=static://202',
      '--provider=oidc',
      `--oidc-issuer-url=${provider}`,
      '--skip-oidc-discovery=true',
      `--login-url=${provider}/authorize`,
      `--redeem-url=${provider}/token`,
      `--oidc-jwks-url=${provider}/jwks`,
      '--client-id=bench',
      '--client-secret=bench',
      '--cookie-secret=0123456789abcdef0123456789abcdef',
      '--cookie-secure=true',
      '--cookie-domain=.example.com',
      '--whitelist-domain=.example.com',
      '--email-domain=*',
      `--htpasswd-file=${join(directory, 'people')}`,
      '--set-xauthrequest=true',
      '--standard-logging=false',
      '--auth-logging=false',
      '--request-logging=false',
    ]),
    directory,
    ports: [port],
    env: { GOMAXPROCS: '1' },
  })
  const cookies: string[] = []
  while (cookies.length < cookiesCount) cookies.push(await signIn(port))
  return { ...peer, port, version: versionOf(path), cookies }
}

function versionOf(path: string): string {
  const { stdout } = Bun.spawnSync([path, '--version'])
  return /v[\d.]+/.exec(stdout.toString())?.[0] ?? 'unknown'
}

/** Posts the sign-in form; gives the Cookie header value. */
async function signIn(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/oauth2/sign_in`, {
    method: 'POST',
    headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'service-0.example.com' },
    body: new URLSearchParams({ username: person.name, password: person.password, rd: '/' }),
    redirect: 'manual',
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((pair) => pair.startsWith('_oauth2_proxy='))
  if (cookie === undefined)
    throw new Error(`oauth2-proxy answered ${answer.status} and set no session cookie`)
  return cookie
}
