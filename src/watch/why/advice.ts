// What to do next, by what is to blame: the first steps of the runbooks, most useful first.
import { type ElementId, type Layer, isReplica, layerOf } from '../../model/layer.ts'
import type { AnswerClass } from '../door.ts'

const byLayer: Readonly<Record<Layer, readonly string[]>> = {
  prober: [
    'Look at the network of the machine that this ran on, then run it again',
    'Run it from another place before anything is changed',
  ],
  dns: [
    'Ask the name server that is responsible, not a cache: "dig +trace NAME"',
    'Look for a changed zone, an expired domain, or a signature that is no longer valid',
  ],
  edge: [
    'Try the address of the reverse proxy directly: it answered here, so the fault lies before it',
    'Look at the status page of the CDN, at the tunnel, and at the expiry of the certificate there',
  ],
  ingress: [
    'Look at the reverse proxy: is it running, has every replica the same routes, what says its log',
    'What cannot be seen behind it may fail as well: run this again once it is back',
  ],
  gate_new: [
    'Run "gatehouse doctor" beside the gate: its store and its newest refusals say more',
    'Look for a full disk or memory volume of the session store; people with a session notice nothing yet',
  ],
  gate_check: [
    'Look at the session store: those who are signed in are not known any more',
    'Look for a changed secret of the gate: with another one no session can be read',
  ],
  idp: [
    'Look at the identity provider: its page, its keys, its database',
    'Say that people with a session are not affected, and that signing out now is not a good idea',
  ],
  upstream: [
    'Look at the service itself: is it running, what says its log',
    'Look at its route at the reverse proxy, and at what was changed last',
  ],
}

const byClass: Readonly<Partial<Record<AnswerClass, string>>> = {
  TLS: 'Renew or replace the certificate: it does not verify',
  DNS: 'Ask for the name at the responsible name server: it has no address here',
  CONNECT: 'See whether anything listens at that address and port',
  GATE_4XX:
    'Read the reason that the gate gives with "gatehouse explain --request ID", or in its log',
  CHALLENGE: 'Let the probes through the challenge, or do not put one before this host',
  INGRESS_404:
    'The reverse proxy has no route for this host: add it, or look why it was not loaded',
  RATE_LIMITED: 'Wait, or take the watch out of the rate limit',
}

/** The steps for a service alone, whose answer was of `answerClass`. */
export function serviceAdvice(answerClass: AnswerClass | null): readonly string[] {
  const special = answerClass === null ? undefined : byClass[answerClass]
  return [...(special === undefined ? [] : [special]), ...byLayer.upstream]
}

/** The steps for broken elements; those of replicas begin with the one that fails. */
export function layerAdvice(elements: readonly ElementId[]): readonly string[] {
  const replicas = elements.filter(isReplica)
  const layers = [...new Set(elements.map((element) => layerOf(element)))]
  return [
    ...replicas.map(
      (element) =>
        `Take the replica ${element.split('/').slice(1).join('/')} out of service, then look at it`,
    ),
    ...layers.flatMap((layer) => byLayer[layer]),
  ]
}

/** What one person alone can have though strangers are served well (study, section 4.7). */
export const personalCauses: readonly string[] = [
  'A cookie or a header that has grown too large, as with very many groups: 400, 431 or 502 for them alone',
  'An old cookie: clearing the cookies of the domain and signing in again ends it',
  'A group that was given or taken: it counts from the next sign-in on',
  'The clock of their device: a session or a one-time code is then from another time',
  'Cookies that their browser blocks or throws away, as in a private window or with an extension',
  'Their address: blocked for its reputation, rate limited, or caught in a challenge',
]

/** The steps where nobody but the one who reported it is affected. */
export const personalAdvice: readonly string[] = [
  'Ask for the request id on the page that they saw: "gatehouse explain --request ID" says what happened',
  'Name them: "gatehouse why HOST --user NAME" looks through what the gate refused them',
]
