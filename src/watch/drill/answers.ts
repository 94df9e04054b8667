// What comes back from a layer that is broken, as such layers really answer; the classifier gets no hint.
import { type Result, err, ok } from '../../std/result.ts'
import type { Layer } from '../../model/layer.ts'
import type { Vantage } from '../door.ts'
import type { ProbeAnswer, ProbeFault } from '../probe/prober.ts'

/** What a probe gets. */
export type Outcome = Result<ProbeAnswer, ProbeFault>

/** Answers by name, each as it was recorded or is documented of its program. */
export const answerKinds = [
  'nxdomain',
  'wrong-address',
  'refused',
  'reset',
  'timeout',
  'expired',
  'bad-request',
  'gate-error',
  'gate-unauthorized',
  'basic-fallback',
  'sign-in',
  'elsewhere',
  'let-in',
  'not-found',
  'bad-gateway',
  'no-server',
  'edge-unreachable',
  'edge-not-found',
  'edge-unavailable',
  'worker-page',
  'challenge',
  'challenge-forbidden',
  'rate-limited',
  'server-error',
  'blank',
  'no-keys',
  'forbidden',
] as const

/** One of {@link answerKinds}. */
export type AnswerKind = (typeof answerKinds)[number]

/** Where an answer is given. */
export interface AnswerPlace {
  readonly host: string
  readonly vantage: Vantage | null
  readonly signInUrl: string
}

/** Time of an answer, and of a refusal, ms. */
const answeredMs = 40
const timeoutMs = 10_000

const text = { 'content-type': 'text/plain; charset=utf-8' } as const
const html = { 'content-type': 'text/html; charset=utf-8' } as const

/** An answer that came; `headers` in lower case. */
export function answered(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Outcome {
  return ok({
    status,
    headers: new Map(Object.entries(headers)),
    setCookies: [],
    body,
    address: '192.0.2.1',
    certificate: null,
    ms: answeredMs,
  })
}

function failed(faultClass: ProbeFault['class'], detail: string, ms = answeredMs): Outcome {
  return err({ class: faultClass, detail, ms })
}

const answers: Readonly<Record<AnswerKind, (place: AnswerPlace) => Outcome>> = {
  nxdomain: ({ host }) => failed('DNS', `No such name "${host}"`),
  'wrong-address': () => failed('TLS', 'The certificate is for another name'),
  refused: () => failed('CONNECT', 'Connection refused'),
  reset: () => failed('CONNECT', 'Connection reset'),
  timeout: () => failed('TIMEOUT', 'No answer in time', timeoutMs),
  expired: () => failed('TLS', 'The certificate has expired'),
  // authentik's outpost with a full store: `failed to save session`, no redirect.
  'bad-request': () =>
    answered(400, { ...text, 'x-powered-by': 'authentik' }, 'failed to save session\n'),
  'gate-error': () => answered(500, { ...text, 'x-powered-by': 'authentik' }, ''),
  'gate-unauthorized': () => answered(401, { ...text, 'x-powered-by': 'authentik' }, ''),
  'basic-fallback': () =>
    answered(
      401,
      { ...text, 'www-authenticate': 'Basic realm="Emergency Access"', 'x-auth-fallback': 'true' },
      '',
    ),
  'sign-in': ({ signInUrl }) => answered(302, { location: signInUrl }, ''),
  elsewhere: () => answered(302, { location: 'https://old-id.home.example/login' }, ''),
  'let-in': ({ host }) => answered(200, html, `<p>Welcome to ${host}`),
  'not-found': () => answered(404, text, '404 page not found\n'),
  'bad-gateway': ({ vantage }) =>
    vantage === 'upstream' || vantage === 'gate' || vantage === null
      ? failed('CONNECT', 'Connection refused')
      : answered(502, text, 'Bad Gateway'),
  'no-server': ({ vantage }) =>
    vantage === 'upstream' || vantage === 'gate' || vantage === null
      ? failed('CONNECT', 'Connection refused')
      : answered(503, text, 'no available server\n'),
  'edge-unreachable': () =>
    answered(521, { ...html, server: 'cloudflare', 'cf-ray': '8f0-SOF' }, '<h1>Error 521</h1>'),
  'edge-not-found': () => answered(404, html, '<title>Error 404 (Not Found)!!1</title>'),
  'edge-unavailable': () => answered(503, html, '<h1>Error 503</h1><p>Fastly error: unknown</p>'),
  'worker-page': () =>
    answered(503, { ...html, 'retry-after': '60', 'x-failover': 'on' }, '<h1>Back soon</h1>'),
  challenge: () =>
    answered(200, html, '<title>Making sure you are no robot</title><p id="anubis_challenge">'),
  'challenge-forbidden': () =>
    answered(403, { ...html, server: 'cloudflare', 'cf-mitigated': 'challenge' }, 'Just a moment'),
  'rate-limited': () => answered(429, { ...text, 'retry-after': '30' }, 'Too Many Requests'),
  'server-error': () => answered(500, html, '<h1>Internal Server Error</h1>'),
  blank: () => answered(200, html, ''),
  'no-keys': () => answered(200, { 'content-type': 'application/json' }, '{"keys":[]}'),
  forbidden: () => answered(403, { ...text, 'x-powered-by': 'authentik' }, 'Forbidden'),
}

/** What comes back where `kind` is what somebody on the way answers. */
export function brokenAnswer(kind: AnswerKind, place: AnswerPlace): Outcome {
  return answers[kind](place)
}

/** How a layer mostly answers when it is broken. */
export const usualAnswers: Readonly<Record<Layer, AnswerKind>> = {
  prober: 'timeout',
  dns: 'nxdomain',
  edge: 'edge-unreachable',
  ingress: 'not-found',
  gate_new: 'bad-request',
  gate_check: 'sign-in',
  idp: 'bad-gateway',
  upstream: 'bad-gateway',
}
