// Who answers how: marks by which the answers of gates, edges and reverse proxies are told from a service's.
import type { AnswerClass, Vantage } from '../door.ts'
import type { ProbeAnswer } from '../probe/prober.ts'

/** One answer that somebody between visitor and service gives. All that is set has to match. */
export interface Fingerprint {
  /** Who it is, for people. */
  readonly by: string
  readonly class: AnswerClass
  /** First and last status; absent: any. */
  readonly status?: readonly [from: number, to: number]
  /** Lower-case names, and lower-case texts that their values hold; `''` for any value. */
  readonly headers?: Readonly<Record<string, string>>
  /** A header that must not be there. */
  readonly lacks?: string
  /** Beginning of the name of a cookie that is set. */
  readonly cookie?: string
  /** Texts of which the body holds one. */
  readonly body?: readonly string[]
  /** The whole body, without white space around it. */
  readonly wholeBody?: string
  /** Where such an answer can come from; absent: the public ways, edge and ingress. */
  readonly vantages?: readonly Vantage[]
}

const anywhere: readonly Vantage[] = ['edge', 'ingress', 'gate', 'upstream']
const atEdge: readonly Vantage[] = ['edge']

/** Pages that want something of a browser before they let it go on: their status says nothing. */
const challenges: readonly Fingerprint[] = [
  { by: 'Cloudflare', class: 'CHALLENGE', headers: { 'cf-mitigated': 'challenge' } },
  {
    by: 'Cloudflare',
    class: 'CHALLENGE',
    headers: { server: 'cloudflare' },
    body: ['/cdn-cgi/challenge-platform/h/', '<title>Just a moment...</title>'],
    status: [400, 599],
  },
  { by: 'Anubis', class: 'CHALLENGE', body: ['id="anubis_challenge"'] },
  { by: 'Anubis', class: 'CHALLENGE', cookie: 'techaro.lol-anubis-' },
  { by: 'Anubis', class: 'CHALLENGE', cookie: 'within.website-x-cmd-anubis-' },
  { by: 'Anubis', class: 'CHALLENGE', headers: { location: '/.within.website/x/cmd/anubis/' } },
  { by: 'AWS WAF', class: 'CHALLENGE', headers: { 'x-amzn-waf-action': '' } },
  { by: 'Vercel', class: 'CHALLENGE', headers: { 'x-vercel-mitigated': 'challenge' } },
  { by: 'DDoS-Guard', class: 'CHALLENGE', headers: { server: 'ddos-guard' }, status: [400, 599] },
  {
    by: 'CrowdSec',
    class: 'CHALLENGE',
    body: ['<title>CrowdSec Captcha</title>', 'This security check has been powered by'],
  },
]

/** The break-glass in front of a gate that is down: basic authentication. */
const fallbacks: readonly Fingerprint[] = [
  {
    by: 'the fallback of the gate',
    class: 'FALLBACK_BASIC',
    status: [401, 401],
    headers: { 'x-auth-fallback': '', 'www-authenticate': 'basic' },
  },
  {
    by: 'the fallback of the gate',
    class: 'FALLBACK_BASIC',
    status: [401, 401],
    headers: { 'www-authenticate': 'basic realm="emergency' },
  },
]

/** What an edge says when it cannot reach the ingress. */
const edges: readonly Fingerprint[] = [
  {
    by: 'the outage page of the edge',
    class: 'WORKER_PAGE',
    status: [503, 503],
    headers: { 'retry-after': '', 'x-failover': '' },
    vantages: atEdge,
  },
  {
    by: 'the outage page of the edge',
    class: 'WORKER_PAGE',
    status: [530, 530],
    headers: { 'x-failover': '' },
    vantages: atEdge,
  },
  cloudflare(520, 530, {}),
  cloudflare(500, 504, { body: ['cf-error-details', 'cf-wrapper', 'id="cf-error'] }),
  cloudflare(403, 409, { body: ['error code: 10', 'cf-error-details'] }),
  {
    by: 'Cloudflare',
    class: 'EDGE_5XX',
    status: [520, 530],
    headers: { 'cf-ray': '' },
    vantages: atEdge,
  },
  {
    by: 'Fastly',
    class: 'EDGE_5XX',
    status: [500, 503],
    body: ['Fastly error:', '<h3>Guru Mediation:</h3>', '<h3>Guru Meditation:</h3>'],
    vantages: atEdge,
  },
  {
    by: 'CloudFront',
    class: 'EDGE_5XX',
    status: [400, 504],
    headers: { 'x-cache': 'error from cloudfront' },
    vantages: atEdge,
  },
  {
    by: 'the load balancer of Google Cloud',
    class: 'EDGE_5XX',
    status: [404, 502],
    body: ['<title>Error 404 (Not Found)!!1</title>', '<title>502 Server Error</title>'],
    vantages: atEdge,
  },
  {
    by: 'Azure Front Door',
    class: 'EDGE_5XX',
    status: [400, 504],
    headers: { 'x-azure-ref': '' },
    body: ["Our services aren't available right now"],
    vantages: atEdge,
  },
]

function cloudflare(from: number, to: number, over: Partial<Fingerprint>): Fingerprint {
  return {
    by: 'Cloudflare',
    class: 'EDGE_5XX',
    status: [from, to],
    headers: { server: 'cloudflare' },
    vantages: atEdge,
    ...over,
  }
}

/** Reverse proxies that know no such name. */
const unrouted: readonly Fingerprint[] = [
  {
    by: 'Traefik',
    class: 'INGRESS_404',
    status: [404, 404],
    headers: { 'content-type': 'text/plain' },
    wholeBody: '404 page not found',
  },
  {
    by: 'ingress-nginx',
    class: 'INGRESS_404',
    status: [404, 404],
    wholeBody: 'default backend - 404',
  },
  {
    by: 'nginx',
    class: 'INGRESS_404',
    status: [404, 404],
    body: ['<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx'],
  },
  {
    by: 'HAProxy',
    class: 'INGRESS_404',
    status: [404, 404],
    body: ['<h1>404 Not Found</h1>\nThe requested URL was not found.'],
  },
  {
    by: 'Envoy',
    class: 'INGRESS_404',
    status: [404, 404],
    headers: { server: 'envoy' },
    // Of what comes from a service Envoy says how long that took.
    lacks: 'x-envoy-upstream-service-time',
    wholeBody: '',
  },
  // Caddy answers names that it does not know like this, with success and nothing in it.
  {
    by: 'Caddy',
    class: 'INGRESS_404',
    status: [200, 200],
    headers: { server: 'caddy' },
    lacks: 'via',
    wholeBody: '',
  },
  {
    by: 'Caddy',
    class: 'INGRESS_404',
    status: [404, 404],
    headers: { server: 'caddy' },
    lacks: 'via',
    wholeBody: '',
  },
]

/** Reverse proxies that reach nobody behind them. */
const unreachable: readonly Fingerprint[] = [
  { by: 'Traefik', class: 'INGRESS_5XX', status: [502, 502], wholeBody: 'Bad Gateway' },
  { by: 'Traefik', class: 'INGRESS_5XX', status: [503, 503], wholeBody: 'no available server' },
  { by: 'Traefik', class: 'INGRESS_5XX', status: [503, 503], wholeBody: 'Service Unavailable' },
  { by: 'Traefik', class: 'INGRESS_5XX', status: [504, 504], wholeBody: 'Gateway Timeout' },
  {
    by: 'nginx',
    class: 'INGRESS_5XX',
    status: [500, 504],
    body: ['</h1></center>\r\n<hr><center>nginx'],
  },
  {
    by: 'Caddy',
    class: 'INGRESS_5XX',
    status: [502, 504],
    headers: { server: 'caddy' },
    lacks: 'via',
    wholeBody: '',
  },
  {
    by: 'HAProxy',
    class: 'INGRESS_5XX',
    status: [500, 504],
    body: [
      'No server is available to handle this request.',
      'The server returned an invalid or incomplete response.',
      "The server didn't respond in time.",
      'An internal server error occurred.',
    ],
  },
  {
    by: 'Envoy',
    class: 'INGRESS_5XX',
    status: [500, 504],
    body: [
      'upstream connect error or disconnect/reset before headers',
      'no healthy upstream',
      'upstream request timeout',
      'no_healthy_upstream',
    ],
  },
]

/** authentik's outposts and its server, in the way to a service that it guards. */
const authentik: readonly Fingerprint[] = [
  gateOf({ headers: { 'x-powered-by': 'authentik' } }),
  gateOf({ headers: { 'x-authentik-id': '' } }),
  gateOf({ cookie: 'authentik_proxy_' }),
  gateOf({ body: ['authentik starting'] }),
]

function gateOf(over: Partial<Fingerprint>): Fingerprint {
  return { by: 'authentik', class: 'GATE_4XX', status: [400, 599], vantages: anywhere, ...over }
}

/** A service that is asleep: the reverse proxy shows a page for as long as it is being started. */
const waiting: readonly Fingerprint[] = [
  {
    by: 'Sablier',
    class: 'OTHER',
    headers: { 'x-sablier-session-status': 'not-ready' },
  },
  { by: 'Sablier', class: 'OTHER', status: [200, 202], body: ['<title>Sablier</title>'] },
]

/** Marks that come before the status is looked at, in this order. */
export const firstFingerprints: readonly Fingerprint[] = [...challenges, ...fallbacks, ...waiting]

/** Marks of answers that are no redirect, in this order. */
export const otherFingerprints: readonly Fingerprint[] = [...edges, ...unrouted, ...unreachable]

/** Marks of a foreign gate; they count where a gate is in the way. */
export const gateFingerprints: readonly Fingerprint[] = authentik

const publicWays: readonly Vantage[] = ['edge', 'ingress']

/** True when `answer`, seen from `vantage`, is of that kind. */
export function matches(mark: Fingerprint, answer: ProbeAnswer, vantage: Vantage): boolean {
  return (
    (mark.vantages ?? publicWays).includes(vantage) &&
    matchesHead(mark, answer) &&
    matchesBody(mark, answer)
  )
}

function matchesHead(mark: Fingerprint, { headers, setCookies, status }: ProbeAnswer): boolean {
  const [from, to] = mark.status ?? [0, 999]
  if (status < from || status > to) return false
  if (mark.lacks !== undefined && headers.has(mark.lacks)) return false
  const { cookie } = mark
  if (cookie !== undefined && !setCookies.some((set) => set.trimStart().startsWith(cookie)))
    return false
  return Object.entries(mark.headers ?? {}).every(
    ([name, text]) => headers.get(name)?.toLowerCase().includes(text) ?? false,
  )
}

function matchesBody({ body: texts, wholeBody }: Fingerprint, { body }: ProbeAnswer): boolean {
  if (wholeBody !== undefined && body.trim() !== wholeBody) return false
  return texts === undefined || texts.some((text) => body.includes(text))
}
