// Who answered: pages as gates, edges, reverse proxies and challenges really send them.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { err, ok } from '../../std/result.ts'
import { type AnswerClass, answerClasses, vantages } from '../door.ts'
import type { ProbeAnswer, ProbeFault } from '../probe/prober.ts'
import { type AnswerContext, classify, recognise } from './classify.ts'
import { firstFingerprints, gateFingerprints, matches, otherFingerprints } from './fingerprints.ts'
import { judge } from './judge.ts'
import { testAnswer, testContext, testDoor } from './testing.ts'

interface Row {
  readonly what: string
  readonly answer: ProbeAnswer
  readonly wanted: AnswerClass
  readonly by?: string
  readonly at?: Partial<AnswerContext>
}

const html = { 'content-type': 'text/html' }
const page = (body: string): Partial<ProbeAnswer> => ({ body })
const open = { door: testDoor({ tier: 'none' }) }
const atGate = { vantage: 'gate' } as const
const atUpstream = { vantage: 'upstream' } as const
const nginxPage = (text: string): string =>
  `<html>\r\n<head><title>${text}</title></head>\r\n<body>\r\n<center><h1>${text}</h1></center>\r\n<hr><center>nginx/1.26.3</center>\r\n</body>\r\n</html>\r\n`

const gate: readonly Row[] = [
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

const edge: readonly Row[] = [
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

const challenge: readonly Row[] = [
  {
    what: "Vercel's challenge",
    answer: testAnswer(429, { 'x-vercel-mitigated': 'challenge' }),
    wanted: 'CHALLENGE',
    by: 'Vercel',
  },
  {
    what: "DDoS-Guard's page",
    answer: testAnswer(403, { server: 'ddos-guard' }),
    wanted: 'CHALLENGE',
    by: 'DDoS-Guard',
  },
  {
    what: 'what DDoS-Guard only passes on',
    answer: testAnswer(200, { server: 'ddos-guard' }),
    wanted: 'CONTENT',
    at: open,
  },
  {
    what: "CrowdSec's captcha",
    answer: testAnswer(200, html, page('<title>CrowdSec Captcha</title>')),
    wanted: 'CHALLENGE',
    by: 'CrowdSec',
    at: open,
  },
  {
    what: 'an older Anubis by its cookie',
    answer: testAnswer(200, html, { setCookies: ['within.website-x-cmd-anubis-auth=x'] }),
    wanted: 'CHALLENGE',
    by: 'Anubis',
  },
  {
    what: "Cloudflare's managed challenge",
    answer: testAnswer(403, { 'cf-mitigated': 'challenge', server: 'cloudflare' }),
    wanted: 'CHALLENGE',
    by: 'Cloudflare',
  },
  {
    what: 'its older page',
    answer: testAnswer(503, { server: 'cloudflare' }, page('<title>Just a moment...</title>')),
    wanted: 'CHALLENGE',
  },
  {
    what: 'Anubis with success in its status',
    answer: testAnswer(200, html, page('<script id="anubis_challenge" type="application/json">{}')),
    wanted: 'CHALLENGE',
    by: 'Anubis',
    at: open,
  },
  {
    what: 'Anubis by its cookie',
    answer: testAnswer(200, html, {
      setCookies: ['techaro.lol-anubis-cookie-verification=x; Path=/'],
    }),
    wanted: 'CHALLENGE',
  },
  {
    what: 'Anubis by a redirect',
    answer: testAnswer(302, { location: '/.within.website/x/cmd/anubis/api/pass-challenge' }),
    wanted: 'CHALLENGE',
  },
  {
    what: "AWS WAF's challenge",
    answer: testAnswer(202, { 'x-amzn-waf-action': 'challenge' }),
    wanted: 'CHALLENGE',
    at: open,
  },
  {
    what: 'a challenge as a service of its own writes about it',
    answer: testAnswer(200, html, page('How we use Anubis: anubis_challenge and such')),
    wanted: 'CONTENT',
    at: open,
  },
]

const ingress: readonly Row[] = [
  {
    what: 'a 404 page that somebody designed, in front of a guarded service',
    answer: testAnswer(404, html, page('<h1>Lost?</h1>')),
    wanted: 'INGRESS_404',
    by: 'the reverse proxy',
  },
  {
    what: 'a gate that knows no such path',
    answer: testAnswer(404, html, page('<h1>Lost?</h1>')),
    wanted: 'GATE_4XX',
    at: atGate,
  },
  {
    what: "authentik's 404 for a host without a provider",
    answer: testAnswer(404, { 'x-powered-by': 'authentik' }),
    wanted: 'GATE_4XX',
    by: 'authentik',
  },
  {
    what: "Traefik's 503 for a name without servers",
    answer: testAnswer(503, {}, page('Service Unavailable')),
    wanted: 'INGRESS_5XX',
    by: 'Traefik',
  },
  {
    what: "Caddy's 404",
    answer: testAnswer(404, { server: 'Caddy' }),
    wanted: 'INGRESS_404',
    by: 'Caddy',
  },
  {
    what: "HAProxy's 504",
    answer: testAnswer(
      504,
      html,
      page("<h1>504 Gateway Time-out</h1>\nThe server didn't respond in time."),
    ),
    wanted: 'INGRESS_5XX',
    by: 'HAProxy',
  },
  {
    what: "Traefik's 404",
    answer: testAnswer(
      404,
      { 'content-type': 'text/plain; charset=utf-8' },
      page('404 page not found\n'),
    ),
    wanted: 'INGRESS_404',
    by: 'Traefik',
  },
  {
    what: 'the same words from a service itself',
    answer: testAnswer(
      404,
      { 'content-type': 'text/plain; charset=utf-8' },
      page('404 page not found\n'),
    ),
    wanted: 'OTHER',
    at: atUpstream,
  },
  {
    what: "nginx's 404",
    answer: testAnswer(404, html, page(nginxPage('404 Not Found'))),
    wanted: 'INGRESS_404',
  },
  {
    what: 'ingress-nginx',
    answer: testAnswer(404, {}, page('default backend - 404')),
    wanted: 'INGRESS_404',
  },
  {
    what: "HAProxy's 404",
    answer: testAnswer(
      404,
      html,
      page(
        '<html><body><h1>404 Not Found</h1>\nThe requested URL was not found.\n</body></html>\n',
      ),
    ),
    wanted: 'INGRESS_404',
  },
  {
    what: "Envoy's 404",
    answer: testAnswer(404, { server: 'envoy' }),
    wanted: 'INGRESS_404',
    by: 'Envoy',
  },
  {
    what: "a service's empty 404 behind Envoy",
    answer: testAnswer(404, { server: 'envoy', 'x-envoy-upstream-service-time': '3' }),
    wanted: 'OTHER',
    at: open,
  },
  {
    what: "Caddy's empty success",
    answer: testAnswer(200, { server: 'Caddy' }),
    wanted: 'INGRESS_404',
    at: open,
  },
  {
    what: "a service's empty success behind Caddy",
    answer: testAnswer(200, { server: 'Caddy', via: '1.1 Caddy' }),
    wanted: 'CONTENT',
    at: open,
  },
  {
    what: "Traefik's 502",
    answer: testAnswer(502, {}, page('Bad Gateway')),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "Traefik's 503",
    answer: testAnswer(503, {}, page('no available server\n')),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "Traefik's 504",
    answer: testAnswer(504, {}, page('Gateway Timeout')),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "nginx's 502",
    answer: testAnswer(502, html, page(nginxPage('502 Bad Gateway'))),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "nginx's 500",
    answer: testAnswer(500, html, page(nginxPage('500 Internal Server Error'))),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "Caddy's 502",
    answer: testAnswer(502, { server: 'Caddy' }),
    wanted: 'INGRESS_5XX',
    by: 'Caddy',
  },
  {
    what: "HAProxy's 503",
    answer: testAnswer(
      503,
      html,
      page(
        '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n',
      ),
    ),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "Envoy's 503",
    answer: testAnswer(
      503,
      { server: 'envoy' },
      page(
        'upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
      ),
    ),
    wanted: 'INGRESS_5XX',
  },
  {
    what: "nginx's 502, asked past the ingress",
    answer: testAnswer(502, html, page(nginxPage('502 Bad Gateway'))),
    wanted: 'UPSTREAM_5XX',
    at: atUpstream,
  },
  {
    what: 'a service that Sablier wakes',
    answer: testAnswer(200, { 'x-sablier-session-status': 'not-ready' }, page('<html>')),
    wanted: 'OTHER',
    by: 'Sablier',
    at: open,
  },
  {
    what: 'the page of Sablier without its header',
    answer: testAnswer(200, html, page('<html><head><title>Sablier</title>')),
    wanted: 'OTHER',
    by: 'Sablier',
    at: open,
  },
]

const service: readonly Row[] = [
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

describe('classify()', () => {
  test.each([...gate, ...edge, ...challenge, ...ingress, ...service])(
    'tells $what for $wanted',
    ({ answer, at, by, wanted }) => {
      const context = testContext(at)
      expect(classify(ok(answer), context)).toBe(wanted)
      if (by !== undefined) expect(recognise(answer, context).by).toBe(by)
    },
  )

  const faults = ['DNS', 'CONNECT', 'TLS', 'TIMEOUT', 'TOO_LARGE', 'MALFORMED'] as const
  test.each(faults)('gives the fault %s its own name', (name) => {
    const fault: ProbeFault = { class: name, detail: 'x', ms: 1 }
    expect(classify(err(fault), testContext())).toBe(name)
  })

  test('has no mark without a case', () => {
    const rows = [...gate, ...edge, ...challenge, ...ingress, ...service]
    const marks = [...firstFingerprints, ...otherFingerprints, ...gateFingerprints]
    const unseen = marks.filter(
      (mark) => !rows.some(({ answer, at }) => matches(mark, answer, at?.vantage ?? 'edge')),
    )
    expect(unseen).toEqual([])
  })

  test('knows of a case for every class', () => {
    const seen = new Set<string>(
      [...gate, ...edge, ...challenge, ...ingress, ...service].map(({ wanted }) => wanted),
    )
    for (const name of faults) seen.add(name)
    expect(answerClasses.filter((name) => !seen.has(name))).toEqual([])
  })

  test('and judge() take any answer without throwing', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 })
    const name = fc.constantFrom(
      'location',
      'server',
      'x-gatehouse-decision',
      'x-gatehouse-sign-in',
      'x',
    )
    const answers = fc.record({
      status: fc.integer({ min: 100, max: 999 }),
      headers: fc.dictionary(name, text),
      setCookies: fc.array(text, { maxLength: 3 }),
      body: text,
      vantage: fc.constantFrom(...vantages),
      tier: fc.constantFrom(
        'required' as const,
        'app' as const,
        'public' as const,
        'none' as const,
      ),
      places: fc.array(text, { maxLength: 3 }),
      signedIn: fc.boolean(),
      marker: fc.option(text),
    })
    fc.assert(
      fc.property(answers, ({ status, headers, setCookies, body, ...at }) => {
        const door = testDoor({ tier: at.tier, marker: at.marker })
        const { places: signInOrigins, signedIn, vantage } = at
        const context = testContext({ door, vantage, signedIn, signInOrigins })
        const outcome = ok(testAnswer(status, headers, { setCookies, body }))
        const found = classify(outcome, context)
        expect(answerClasses).toContain(found)
        expect(judge(found, outcome, context).detail.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 3000 },
    )
  })
})
