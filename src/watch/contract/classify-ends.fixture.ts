// Answers of gates, of the edge and of services, as they really look.
import type { ProbeAnswer } from '../probe/prober.ts'
import { testAnswer, testDoor } from './testing.ts'
import type { Row } from './classify-row.fixture.ts'

const html = { 'content-type': 'text/html' }
const page = (body: string): Partial<ProbeAnswer> => ({ body })
const open = { door: testDoor({ tier: 'none' }) }
const atGate = { vantage: 'gate' } as const

/** Of a gate. */
export const gateRows: readonly Row[] = [
  {
    what: "a fault of authentik's server in the way",
    answer: testAnswer(500, { 'x-authentik-id': '0badcafe' }),
    wanted: 'GATE_5XX',
    by: 'authentik',
  },
  {
    what: 'a server of authentik that starts, without its name',
    answer: testAnswer(503, {}, page('{"error": "authentik starting"}')),
    wanted: 'GATE_5XX',
    by: 'authentik',
  },
  {
    what: 'our redirect to sign in',
    answer: testAnswer(302, {
      location: 'https://auth.example.com/_gatehouse/sign-in?rd=https%3A%2F%2Fapp.example.com%2F',
      'x-gatehouse-decision': 'sign-in; no-session',
    }),
    wanted: 'REDIRECT_IDP',
  },
  {
    what: 'what calls itself a sign-in and leads elsewhere',
    answer: testAnswer(302, {
      location: 'https://auth.evil.test/_gatehouse/sign-in',
      'x-gatehouse-decision': 'sign-in; no-session',
    }),
    wanted: 'REDIRECT_OTHER',
  },
  {
    what: 'our 401 for proxies',
    answer: testAnswer(401, { 'x-gatehouse-decision': 'sign-in; no-session' }),
    wanted: 'SIGN_IN_401',
    by: 'the gate',
    at: atGate,
  },
  {
    what: 'our 403',
    answer: testAnswer(403, { 'x-gatehouse-decision': 'forbid; not-in-group' }),
    wanted: 'DENIED_403',
    by: 'the gate',
  },
  {
    what: 'our refusal',
    answer: testAnswer(403, { 'x-gatehouse-decision': 'refuse; untrusted-peer' }),
    wanted: 'GATE_4XX',
    by: 'the gate',
  },
  {
    what: 'our refusal of an ambiguous path',
    answer: testAnswer(400, { 'x-gatehouse-decision': 'refuse; ambiguous-path' }),
    wanted: 'GATE_4XX',
    by: 'the gate',
  },
  {
    what: 'our store that does not answer',
    answer: testAnswer(503, {
      'x-gatehouse-decision': 'unavailable; session-store',
      'retry-after': '5',
    }),
    wanted: 'GATE_5XX',
    by: 'the gate',
  },
  {
    what: 'our consent',
    answer: testAnswer(200, { 'x-gatehouse-decision': 'allow; open' }),
    wanted: 'CONTENT',
    at: { ...atGate, ...open },
  },
  {
    what: "authentik's redirect to its server",
    answer: testAnswer(
      302,
      { location: 'https://id.example.com/application/o/authorize/?client_id=x&state=y' },
      { setCookies: ['authentik_proxy_0badcafe=x; Path=/; HttpOnly'] },
    ),
    wanted: 'REDIRECT_IDP',
  },
  {
    what: "authentik's start on the door's own host, where that is declared",
    answer: testAnswer(302, {
      location: '/outpost.goauthentik.io/start?rd=https://app.example.com/',
    }),
    wanted: 'REDIRECT_IDP',
    at: { signInOrigins: ['/outpost.goauthentik.io/start'] },
  },
  {
    what: "authentik's start where it is not declared",
    answer: testAnswer(302, {
      location: '/outpost.goauthentik.io/start?rd=https://app.example.com/',
    }),
    wanted: 'REDIRECT_OTHER',
  },
  {
    what: 'the outpost whose disk is full (2026-04-18)',
    answer: testAnswer(400, {}, { setCookies: ['authentik_proxy_0badcafe=x'] }),
    wanted: 'GATE_4XX',
    by: 'authentik',
  },
  {
    what: 'the same without any mark, in front of a guarded service',
    answer: testAnswer(400),
    wanted: 'GATE_4XX',
    by: 'the gate, or who asks it',
  },
  { what: 'the same from an open service', answer: testAnswer(400), wanted: 'OTHER', at: open },
  {
    what: 'a server of authentik that starts',
    answer: testAnswer(503, { 'x-powered-by': 'authentik' }, page('authentik starting')),
    wanted: 'GATE_5XX',
    by: 'authentik',
  },
  {
    what: 'a ForwardAuth that reaches no gate (Traefik: 500 without a word)',
    answer: testAnswer(500, { 'content-length': '0' }),
    wanted: 'GATE_5XX',
  },
  { what: 'nonsense of a gate', answer: testAnswer(418), wanted: 'GATE_4XX', at: atGate },
  { what: 'a gate that falls over', answer: testAnswer(502), wanted: 'GATE_5XX', at: atGate },
  {
    what: "authentik's own 404, asked as a service",
    answer: testAnswer(404, { 'x-powered-by': 'authentik', ...html }, page('<html>')),
    wanted: 'OTHER',
    at: open,
  },
  {
    what: 'the fallback to basic authentication',
    answer: testAnswer(401, { 'www-authenticate': 'Basic realm="x"', 'x-auth-fallback': 'true' }),
    wanted: 'FALLBACK_BASIC',
    by: 'the fallback of the gate',
  },
  {
    what: 'the fallback whose header a CDN took away',
    answer: testAnswer(401, { 'www-authenticate': 'Basic realm="Emergency Access"' }),
    wanted: 'FALLBACK_BASIC',
  },
  {
    what: 'basic authentication of a service',
    answer: testAnswer(401, { 'www-authenticate': 'Basic realm="Registry"' }),
    wanted: 'SIGN_IN_401',
    at: open,
  },
]

/** Of the edge. */
export const edgeRows: readonly Row[] = [
  {
    what: 'a name that Cloudflare cannot resolve',
    answer: testAnswer(409, { server: 'cloudflare' }, page('error code: 1001')),
    wanted: 'EDGE_5XX',
  },
  {
    what: "Cloudflare's 522 whose server header is gone",
    answer: testAnswer(522, { 'cf-ray': '8f-SOF' }),
    wanted: 'EDGE_5XX',
  },
  {
    what: 'a Worker that reaches nobody, to programs',
    answer: testAnswer(530, { 'x-failover': 'none' }, page('origin unreachable')),
    wanted: 'WORKER_PAGE',
  },
  ...[520, 521, 522, 523, 525, 526, 530].map((status) => ({
    what: `Cloudflare's ${status}`,
    answer: testAnswer(
      status,
      { server: 'cloudflare', 'cf-ray': '8f-SOF' },
      page('error code: 1033'),
    ),
    wanted: 'EDGE_5XX' as const,
    by: 'Cloudflare',
  })),
  {
    what: "Cloudflare's own 502",
    answer: testAnswer(502, { server: 'cloudflare' }, page('<div id="cf-error-details">')),
    wanted: 'EDGE_5XX',
  },
  {
    what: 'a 502 that Cloudflare only passes on',
    answer: testAnswer(502, { server: 'cloudflare', 'cf-ray': 'x' }, page('Bad Gateway')),
    wanted: 'INGRESS_5XX',
    by: 'Traefik',
  },
  {
    what: "a service's 500 through Cloudflare",
    answer: testAnswer(500, { server: 'cloudflare', 'cf-ray': 'x' }, page('<h1>Oops</h1>')),
    wanted: 'UPSTREAM_5XX',
    at: open,
  },
  {
    what: 'the outage page of a Worker',
    answer: testAnswer(503, { server: 'cloudflare', 'retry-after': '120', 'x-failover': 'inline' }),
    wanted: 'WORKER_PAGE',
  },
  {
    what: "Google's load balancer of 2021-11-16",
    answer: testAnswer(404, html, page('<title>Error 404 (Not Found)!!1</title>')),
    wanted: 'EDGE_5XX',
    at: open,
  },
  {
    what: 'Fastly on 2021-06-08',
    answer: testAnswer(
      503,
      { server: 'Varnish' },
      page('<h3>Guru Mediation:</h3><p>Details: cache-lcy'),
    ),
    wanted: 'EDGE_5XX',
    by: 'Fastly',
    at: open,
  },
  {
    what: 'CloudFront without an origin',
    answer: testAnswer(502, { 'x-cache': 'Error from cloudfront', server: 'CloudFront' }),
    wanted: 'EDGE_5XX',
  },
  {
    what: 'Azure Front Door',
    answer: testAnswer(
      503,
      { 'x-azure-ref': 'x' },
      page("<h2>Our services aren't available right now</h2>"),
    ),
    wanted: 'EDGE_5XX',
  },
  { what: 'too many requests', answer: testAnswer(429), wanted: 'RATE_LIMITED' },
]

/** Of the service itself. */
export const serviceRows: readonly Row[] = [
  { what: 'a page', answer: testAnswer(200, html, page('hi')), wanted: 'CONTENT', at: open },
  { what: 'nothing, well', answer: testAnswer(204), wanted: 'CONTENT', at: open },
  {
    what: 'a sign-in of its own',
    answer: testAnswer(302, { location: '/login' }),
    wanted: 'REDIRECT_OTHER',
    at: open,
  },
  { what: '401 of its own', answer: testAnswer(401), wanted: 'SIGN_IN_401', at: open },
  { what: '403 of its own', answer: testAnswer(403), wanted: 'DENIED_403', at: open },
  {
    what: '404 of its own',
    answer: testAnswer(404, html, page('no such page')),
    wanted: 'OTHER',
    at: open,
  },
  {
    what: '500 of its own',
    answer: testAnswer(500, html, page('oops')),
    wanted: 'UPSTREAM_5XX',
    at: open,
  },
  { what: '304', answer: testAnswer(304, { location: '/' }), wanted: 'OTHER', at: open },
  {
    what: '300 with a place',
    answer: testAnswer(300, { location: 'https://id.example.com/' }),
    wanted: 'OTHER',
  },
  { what: '302 without a place', answer: testAnswer(302), wanted: 'OTHER' },
  {
    what: 'a page for somebody who is signed in',
    answer: testAnswer(400, html, page('bad')),
    wanted: 'OTHER',
    at: { signedIn: true },
  },
]
