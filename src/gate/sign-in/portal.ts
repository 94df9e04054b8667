// The front page of the gate, and who one is as data.
import type { Service } from '../../model/service.ts'
import { parseHost } from '../../model/host.ts'
import { decide } from '../decide.ts'
import type { PageRequest } from '../page.ts'
import { portalPage, type PortalService } from '../pages/portal.tsx'
import { type Flow, redirect, refuse, sessionOf } from './flow.ts'
import type { Identity } from '../../model/identity.ts'

/** Services listed at most; an estate has hundreds, a portal is for one person. */
const servicesShownMax = 500

/** GET /_gatehouse/ */
export async function handlePortal(flow: Flow, request: PageRequest): Promise<Response> {
  const presence = await sessionOf(flow, request)
  if (presence.kind === 'unavailable') return refuse(flow, request, { code: 'session-store' })
  if (presence.kind !== 'found') return redirect('/_gatehouse/sign-in')
  const { identity } = presence.session
  const services = flow.context
    .policy()
    .services.flatMap((service) => openTo(flow, request, { service, identity }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  return portalPage({
    identity,
    services: services.slice(0, servicesShownMax),
    more: Math.max(0, services.length - servicesShownMax),
    account: identity.provider === 'accounts' ? '/_gatehouse/account' : null,
    requestId: request.requestId,
  })
}

/** The entry for a service whose front page the person may open; none for a wildcard host. */
function openTo(
  flow: Flow,
  request: PageRequest,
  about: { readonly service: Service; readonly identity: Identity },
): readonly PortalService[] {
  const { service, identity } = about
  const parsed = parseHost(service.host)
  if (!parsed.ok) return []
  const { host } = parsed.value
  const question = { host, path: '/', method: 'GET', clientAddress: request.clientAddress }
  const match = flow.context.policy().match(question)
  if (decide(match, { kind: 'found', identity }).kind !== 'allow') return []
  // Services are reached by the scheme and port that the gate itself is reached by.
  const { protocol, port } = new URL(flow.context.config().origin)
  const url = `${protocol}//${host}${port === '' ? '' : `:${port}`}/`
  return [{ name: service.name, host, url }]
}

/** GET /_gatehouse/me: who one is, as JSON; 401 when nobody, 503 when not known. */
export async function handleMe(flow: Flow, request: PageRequest): Promise<Response> {
  const presence = await sessionOf(flow, request)
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  if (presence.kind === 'unavailable')
    return Response.json(
      { error: 'session-store' },
      { status: 503, headers: { ...headers, 'retry-after': '5' } },
    )
  if (presence.kind !== 'found')
    return Response.json(
      { error: presence.kind === 'ended' ? 'session-ended' : 'no-session' },
      { status: 401, headers: { ...headers, 'www-authenticate': 'Bearer realm="gatehouse"' } },
    )
  const { user, name, email, groups, provider } = presence.session.identity
  return Response.json({ user, name, email, groups, provider }, { headers })
}
