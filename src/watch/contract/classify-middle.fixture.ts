// Answers of reverse proxies and of challenges on the way, as they really look.
import type { ProbeAnswer } from '../probe/prober.ts'
import { testAnswer, testDoor } from './testing.ts'
import type { Row } from './classify-row.fixture.ts'

const html = { 'content-type': 'text/html' }
const page = (body: string): Partial<ProbeAnswer> => ({ body })
const open = { door: testDoor({ tier: 'none' }) }
const atGate = { vantage: 'gate' } as const
const atUpstream = { vantage: 'upstream' } as const
const nginxPage = (text: string): string =>
  `<html>\r\n<head><title>${text}</title></head>\r\n<body>\r\n<center><h1>${text}</h1></center>\r\n<hr><center>nginx/1.26.3</center>\r\n</body>\r\n</html>\r\n`

/** Of the reverse proxy. */
export const ingressRows: readonly Row[] = [
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

/** Of a challenge at the edge. */
export const challengeRows: readonly Row[] = [
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
