// The request that knocks at a door from each vantage.
import { probeMarkHeader } from '../../model/probe-mark.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { ProbeFault, ProbeRequest } from '../probe/prober.ts'
import type { Knock, KnockContext } from './knock.ts'
import type { Way } from './vantage.ts'

/** Like a browser that opens an address: a program would be told 401 instead of being redirected. */
const navigation = { Accept: 'text/html,*/*;q=0.8' } as const

type Address = Pick<
  ProbeRequest,
  'scheme' | 'host' | 'port' | 'address' | 'family' | 'target' | 'headers' | 'resolvers'
>

/** The request of a knock; a fault where the door cannot be tried from there. */
export function knockRequest(
  context: KnockContext,
  knock: Knock,
): Result<ProbeRequest, ProbeFault> {
  const { config, mark } = context
  const { door, way } = knock
  const address = addressOf(context, knock)
  if (address === null) {
    const detail = `Door "${door.id}" has no address for vantage "${way.vantage}"`
    return err({ class: 'CONNECT', detail, ms: 0 })
  }
  const announcement = mark === null ? {} : { [probeMarkHeader]: mark() }
  return ok({
    ...address,
    method: 'GET',
    headers: { ...navigation, ...door.headers, ...address.headers, ...announcement },
    timeoutMs: config.timeoutMs,
    verifyTls: config.verifyTls,
  })
}

function addressOf(context: KnockContext, { door, way }: Knock): Address | null {
  const { insideResolvers, resolvers, scheme, port } = context.config
  const publicly = { scheme, host: door.host, target: door.path, headers: {} } as const
  switch (way.vantage) {
    case 'edge':
      return {
        ...{ ...publicly, port, address: null },
        family: way.family ?? 'any',
        resolvers: way.isInside === true ? (insideResolvers ?? []) : resolvers,
      }
    case 'ingress': {
      const { address, port: pinned } = way.replica
      // The name as people have it in their address bar, whichever port the replica listens on.
      const headers = pinned === port ? {} : { Host: authority(scheme, door.host, port) }
      return { ...publicly, port: pinned, address, family: 'any', headers }
    }
    case 'gate':
      return gateAddress(context, door, way)
    default: {
      const service = door.upstream === null ? null : originOf(door.upstream)
      return service === null ? null : { ...service, target: door.path, headers: {} }
    }
  }
}

/** The auth endpoint itself, asked as the proxy in front of the door would ask it. */
function gateAddress(
  { config }: KnockContext,
  { host, path }: Knock['door'],
  way: Way & { readonly vantage: 'gate' },
): Address | null {
  const gate = originOf(way.origin)
  if (gate === null) return null
  const name = authority(config.scheme, host, config.port)
  const url = `${config.scheme}://${name}${path}`
  // Envoy's question is the request itself: the name that was asked for is in Host.
  if (config.gatePath.endsWith('/envoy')) {
    const headers = { Host: name, 'X-Forwarded-Proto': config.scheme }
    return { ...gate, target: config.gatePath + path, headers }
  }
  const headers = config.gatePath.endsWith('/nginx')
    ? { 'X-Original-URL': url, 'X-Original-Method': 'GET' }
    : {
        'X-Forwarded-Method': 'GET',
        'X-Forwarded-Proto': config.scheme,
        'X-Forwarded-Host': name,
        'X-Forwarded-Uri': path,
      }
  return { ...gate, target: config.gatePath, headers }
}

type Origin = Pick<Address, 'scheme' | 'host' | 'port' | 'address' | 'family'>

function originOf(url: string): Origin | null {
  if (!URL.canParse(url)) return null
  const { protocol, hostname: host, port } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return null
  const scheme = protocol === 'http:' ? 'http' : 'https'
  return { scheme, host, port: Number(port) || usualPort(scheme), address: null, family: 'any' }
}

function usualPort(scheme: 'http' | 'https'): number {
  return scheme === 'http' ? 80 : 443
}

function authority(scheme: 'http' | 'https', host: string, port: number): string {
  return port === usualPort(scheme) ? host : `${host}:${port}`
}
